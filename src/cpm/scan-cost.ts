/**
 * What it costs to scan a layer and to scatter its active neurons into the next (first-layer.asm, layers.asm).
 *
 *   rest, rest, active ─► column ─► rest, rest, … the one that ends the scan
 */
import type { ColumnCosts } from "./column-costs.js";
import type { Accumulators } from "./column-walk.js";
import { MAX_WIDTH } from "./machine-layer.js";
import type { CodeTimes } from "./z80-times.js";

const T = {
	/** `jr` taken instead of not. */
	branch: 5,
	return: 10,
	/** scan_first: a neuron at rest, two INC before all but the first; a run of them begins anew. */
	firstNeuron: 21,
	firstNext: 8,
	/** between_layers where no guess is made. */
	betweenLayers: 28,
	/** scan_hidden: its start; a neuron at rest, INC before all but the first. scan_full: the same, where it differs. */
	startScan: 72,
	neuron: 18,
	next: 4,
	fullNeuron: 23,
	fullNext: 9,
	/** A run of neurons at rest begins anew. */
	round: 12,
	/** active_neuron to `run`: x up to 64, up to 255, above. From there to enter_scatter, and the high part's way. */
	small: 32,
	medium: 83,
	large: 158,
	run: 29,
	highPart: 58,
	/** first_active: to first_large. */
	firstLarge: 23,
	/** scan_first_wide: a neuron at rest, and more for an active one. */
	wideNeuron: 242,
	wideActive: 40,
} as const;

/** x up to which active_neuron is quickest. */
const SMALL = 64;
/** x from which first_active goes to first_large: v = 31. */
const FIRST_LARGE = 249;

export class ScanCost {
	readonly #times: CodeTimes;
	readonly #columns: ColumnCosts;

	constructor(times: CodeTimes, columns: ColumnCosts) {
		this.#times = times;
		this.#columns = columns;
	}

	/** Layer 1. @param x its outputs @param sums accumulators of layer 2, changed @param wide whether on the wide path */
	first(x: Int16Array, sums: Accumulators, wide: boolean): number {
		const times = this.#times;
		if (wide) return this.#scanWideT(x, sums);
		const column = times.between("first_active", "first_large");
		const activeT = (value: number, i: number) => {
			const back = times.between("first_back", "first_rest");
			if (value < FIRST_LARGE) return column + this.#columns.scatter(2, i, value, sums) + back;
			const large = T.firstLarge + times.between("first_large", "first_x") + times.block("first_x");
			return large + this.#firstTimesT(i, value, sums) + back;
		};
		const end = column + this.#columns.endOfScan;
		const scan = times.between("scan_first_all", "first_back");
		if (x.length < MAX_WIDTH)
			return times.between("scan_first", "scan_first_all") + scan + scanT(x, FIRST_SCAN, activeT) + T.branch + end;
		// first-layer-full.asm: the last neuron goes first.
		const last = x[x.length - 1] as number;
		const full = times.between("scan_first_full", "set_last_column") + 2 * times.block("set_last_column");
		const lastT = last > 0 ? activeT(last, x.length - 1) - times.between("first_back", "first_rest") : 0;
		return full + lastT + scan + scanT(x.subarray(0, -1), FIRST_SCAN, activeT) + T.branch + end;
	}

	#scanWideT(x: Int16Array, sums: Accumulators): number {
		let tStates = this.#times.between("scan_first_wide", "wide_neuron") + x.length * T.wideNeuron;
		x.forEach((value, i) => {
			if (value > 0) tStates += T.wideActive + this.#firstTimesT(i, value, sums);
		});
		return tStates;
	}

	/** first_times: a run of the low part and one of the high part. */
	#firstTimesT(input: number, x: number, sums: Accumulators): number {
		const times = this.#times;
		let tStates = times.between("first_times", "first_high_part") + times.between("first_high_part", "first_high_run");
		const column = T.branch + times.between("first_column", "first_large");
		if ((x & 255) !== 0) tStates += column + this.#columns.scatter(2, input, x & 255, sums);
		if (x > 255)
			tStates += T.branch + times.between("first_high_run", "scan_first_wide") + this.#highT(2, input, x, sums);
		return tStates;
	}

	/** A hidden layer behind it. @param layer the one that gets its outputs (3, 4, …) @param x in the order of the scan */
	hidden(layer: number, x: Int16Array, sums: Accumulators): number {
		const { enterScatter, endOfScan } = this.#columns;
		const run = T.run + enterScatter;
		const activeT = (value: number, i: number) => {
			const low = () => run + this.#columns.scatter(layer, i, value & 255, sums);
			if (value < 256) return (value <= SMALL ? T.small : T.medium) + low();
			const lowT = (value & 255) === 0 ? -T.branch : low();
			return T.large + lowT + T.highPart + enterScatter + this.#highT(layer, i, value, sums);
		};
		const start = T.betweenLayers + T.startScan;
		if (x.length === MAX_WIDTH) return start + scanT(x, FULL_SCAN, activeT) + T.next + T.return + 1;
		return start + scanT(x, HIDDEN_SCAN, activeT) + T.branch + T.small + run + endOfScan;
	}

	/** The run on the page of high bytes, whose carries fall where they do not matter. */
	#highT(layer: number, input: number, x: number, sums: Accumulators): number {
		return this.#columns.scatter(layer, input, x >> 8, { low: sums.high, high: new Uint8Array(256) });
	}
}

/** How the neurons of a layer are looked at: one at rest, the way to the next, runs of how many, an active one. */
interface Scan {
	readonly neuron: number;
	readonly next: number;
	readonly run: number;
	readonly active: number;
}

const FIRST_SCAN: Scan = { neuron: T.firstNeuron, next: T.firstNext, run: 16, active: T.branch };
const HIDDEN_SCAN: Scan = { neuron: T.neuron, next: T.next, run: 16, active: T.branch };
/** JR is taken at rest. */
const FULL_SCAN: Scan = { neuron: T.fullNeuron, next: T.fullNext, run: Number.POSITIVE_INFINITY, active: -T.branch };

/** All neurons of a layer, and the look at the one that ends the scan where there is one. */
function scanT(x: Int16Array, scan: Scan, activeT: (value: number, i: number) => number): number {
	let tStates = scan.neuron;
	let looked = 0;
	x.forEach((value, i) => {
		tStates += scan.neuron + scan.next;
		looked++;
		if (value > 0) {
			tStates += scan.active + activeT(value, i);
			looked = 0;
		} else if (looked === scan.run) {
			tStates += T.round;
			looked = 0;
		}
	});
	return scan.run === Number.POSITIVE_INFINITY ? tStates - scan.neuron - scan.next : tStates;
}
