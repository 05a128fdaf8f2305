/**
 * What the parts of the chat program cost, for predict.ts. Stretches of code between labels are counted from the machine
 * code (z80-times.ts); the table T holds the few without labels, counted by hand in the sources it names.
 */
import { contextHits } from "../model/features.js";
import { HIT, type Layer, type Network } from "../model/network.js";
import { ArgmaxCost } from "./argmax-cost.js";
import type { Accumulators } from "./column-walk.js";
import { MAX_WIDTH, type MachineLayer } from "./machine-network.js";
import { PROGRAM_ORIGIN, type Program } from "./program.js";
import { CodeTimes } from "./z80-times.js";

/** How a kernel walks its columns, from the jump into one to the jump back from its end. */
export interface ColumnCosts {
	/** From DI to RET of enter_scatter (the packed kernel: to its jump). */
	readonly enterScatter: number;
	/** What the neuron that ends a scan costs more than the way into a column. */
	readonly endOfScan: number;
	/** Whether the reply is on the trie or not, before anything is done about it. */
	readonly findNode: number;
	/** The accumulators of a layer as they start. */
	start(layer: number): number;
	/** SUMS as it is before the context's windows are counted. */
	readonly clearContext: number;
	query(bucket: number): number;
	context(bucket: number): number;
	/** Takes out the windows of spaces that the character ends which leaves so many (uncount_spaces). */
	spaces(left: number): number;
	/** Adds x (1..255) times the column of an input to layer `layer` (2, 3, …). */
	scatter(layer: number, input: number, x: number, sums: Accumulators): number;
	/** Hands on the shared sums of a layer. */
	shares(layer: number): number;
}

/** A window of the context that reaches a character. */
export interface ContextHit {
	readonly start: number;
	readonly length: number;
	readonly bucket: number;
}

const T = {
	/** `jr` or `djnz` taken instead of not. */
	branch: 5,
	/** BDOS: the jump at 0005h and its return; the rest of it costs nothing. */
	bdos: 20,
	/** LDI, and its loop once in 16 (copy_round). */
	ldi: 16,
	copyRound: 10,
	ldir: 21,
	call: 17,
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
	/** A run of neurons at rest begins anew; JR to an active one. */
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
	/** said: to push_context with and without a trie to look at; a child of a node that is not the one, and one that is. */
	saidOffTrie: 42,
	child: 45,
	foundChild: 38,
	/** leave_trie: a character said again. */
	sayAgain: 85,
	/** fold_case of a small letter, the longest way for a capital. */
	fold: 47,
	/** count_letter up to count_folded: a letter, a character below "A". */
	letter: 32,
	noLetter: 46,
	/** context.asm: a start's windows of 1, 2 and 3 bytes; a window that does not fit; the end of a start. */
	window: [73, 145, 125],
	noWindow: 23,
	windowEnd: 25,
	/** context_step with a node, from there on. */
	node: 30,
	/** From BDOS 6 to line_done. Chat: the way from read_line to finish_query. */
	enter: 39,
	chatQuery: 90,
	/** add_counts, a neuron. */
	addCount: 104,
	/** look_at_counts and plain_base: a neuron, a round of eight. */
	look: 11,
	plain: 22,
	eight: 13,
	plainEnd: 30,
	/** prepare_sums: a neuron, more where v is below the least, and where it takes the wide path; all on that path. */
	prepareSum: 87,
	lowest: 18,
	tooWide: 43,
	prepareWide: 85,
} as const;

const V_LOWEST = -64;
const V_HIGHEST = 63;
const V_NO_WRAP = -960;
/** x from which first_active goes to first_large: v = 31. */
const FIRST_LARGE = 249;
const BLANK = 0x20;
const Z = 0x5a;
/** Characters after which counts are looked at (query.asm). */
const COUNTS_HOLD = 31;

export class CostModel {
	readonly #times: CodeTimes;
	readonly #program: Program;
	readonly #columns: ColumnCosts;
	readonly #layers: readonly Layer[];
	readonly #argmax: ArgmaxCost;
	/** What 8 spaces add to each neuron of layer 1. */
	readonly #blanks: Int32Array;
	/** Address of the trie's node where the reply is; 0 off the trie. */
	#node = 0;
	#wide = false;

	constructor(program: Program, network: Network, columns: ColumnCosts) {
		this.#times = new CodeTimes(program.image, PROGRAM_ORIGIN, program.symbols);
		this.#program = program;
		this.#columns = columns;
		this.#layers = network.layers;
		this.#argmax = new ArgmaxCost(this.#times);
		this.#blanks = blankSums(network);
	}

	/**
	 * From Enter to the first reply: the line, and a query summed all at once.
	 * @param buckets of all its windows @param sums of the query, as the reference makes them
	 */
	queryT(words: Uint8Array, buckets: readonly number[], sums: Int32Array): number {
		const times = this.#times;
		const line = T.bdos + T.enter + times.block("line_done");
		const echo = 2 * this.#echoT() + times.block("echo_line_end") + T.chatQuery;
		const wide = this.#symbol("START_WIDE") === 1;
		const query = this.#finishQueryT(words, buckets, wide);
		if (wide || !this.#vs(sums).some(isOutside)) return line + echo + query;
		// Found to be outside at the first look, and summed anew.
		const copy = times.between("start_query", "copy_sums") + 2 * copyT(this.#width(1)) + this.#clearT();
		const before = Math.min(1, COUNTS_HOLD / words.length);
		return line + echo + before * query + copy + this.#finishQueryT(words, buckets, true);
	}

	/** finish_query. @param wide whether counts go into 16-bit sums */
	#finishQueryT(words: Uint8Array, buckets: readonly number[], wide: boolean): number {
		const times = this.#times;
		const { length } = words;
		const looks = Math.floor((length - 1) / COUNTS_HOLD);
		const look = times.between("feed_look", "sum_wide") + (wide ? this.#width(1) * T.addCount : this.#lookT());
		const some = times.between("feed_some", "feed_look");
		const run = times.between("count_characters", "count_character") + times.block("count_end");
		let tStates = times.between("finish_query", "space_behind") + 2 * T.branch;
		tStates += times.between("query_left", "look_at_counts") + T.ldir * length;
		tStates += looks * look + (looks + 1) * (some + run) + run;
		const hash = times.between("count_character", "count_letter");
		for (const byte of [...words, BLANK])
			tStates += hash + (byte > Z ? T.letter : T.noLetter) + times.between("count_folded", "count_end");
		// The first character has no window of three.
		tStates +=
			times.block("count_first") + T.fold - T.call - hash - T.letter - times.between("count_folded", "count_pair");
		for (const bucket of buckets) tStates += this.#columns.query(bucket);
		return tStates;
	}

	/** A reply begins: T-states until its first step. @param sums of the query, as the reference makes them */
	startReplyT(sums: Int32Array): number {
		const times = this.#times;
		const width = this.#width(1);
		const vs = this.#vs(sums);
		let tStates = times.between("start_reply", "step") + times.block("start_trie") + this.#startContextT();
		tStates += times.between("prepare_first_layer", "prepare_sums") + times.between("prepared", "prepare_wide");
		this.#wide = vs.some(isTooWide);
		this.#node = this.#wide ? 0 : this.#symbol("TRIE");
		if (this.#symbol("START_WIDE") === 0) tStates += this.#lookT();
		if (this.#symbol("START_WIDE") === 1 || vs.some(isOutside)) {
			tStates += width * (T.addCount + T.prepareSum);
			for (const v of vs) tStates += isTooWide(v) ? T.tooWide : v < V_LOWEST ? T.lowest : 0;
		}
		if (this.#wide) tStates += width * T.prepareWide;
		else if (this.#node === 0) tStates += this.#plainT();
		return tStates;
	}

	/** v of each neuron of layer 1 when the reply begins: x = 8*v + offset, offset 1 to 8. */
	#vs(sums: Int32Array): number[] {
		return [...sums].map((sum, j) => Math.floor((((sum + (this.#blanks[j] as number)) >> 2) - 1) / 8));
	}

	#lookT(): number {
		const width = this.#width(1);
		return this.#times.between("look_at_counts", "look_1") + width * T.look + Math.ceil(width / 8) * T.eight;
	}

	#plainT(): number {
		const width = this.#width(1);
		return this.#times.between("plain_base", "plain_1") + width * T.plain + Math.ceil(width / 8) * T.eight + T.plainEnd;
	}

	#clearT(): number {
		return this.#width(1) * this.#times.between("clear_count", "copy_sums");
	}

	/** One forward pass, and the way of its character to BDOS. @param outputs of every layer */
	stepT(outputs: readonly Int16Array[], hits: readonly ContextHit[]): number {
		const times = this.#times;
		let tStates =
			times.between("reply_char", "start_reply") - T.return + T.branch + this.#echoT() + times.block("step");
		tStates += times.block("run_layers") + this.#columns.findNode;
		tStates += this.#node !== 0 ? T.node : this.#addContextT(hits);
		for (let layer = 2; layer <= this.#layers.length; layer++) {
			const sums = this.#start(layer);
			const x = this.#asScanned(layer - 1, outputs);
			tStates += this.#columns.start(layer) + this.#columns.shares(layer);
			tStates += layer === 2 ? this.#scanFirstT(x, sums) : this.#scanHiddenT(layer, x, sums);
		}
		return tStates + this.#argmax.of(outputs.at(-1) as Int16Array);
	}

	/** Outputs of a layer in the order in which the program looks at its neurons. */
	#asScanned(layer: number, outputs: readonly Int16Array[]): Int16Array {
		const y = outputs[layer - 1] as Int16Array;
		const neurons = this.#program.network.layers[layer - 2]?.neurons;
		return neurons === undefined ? y : Int16Array.from(neurons, (neuron) => y[neuron] as number);
	}

	/** What follows a character of class k. @param said all characters so far */
	saidT(k: number, said: readonly number[]): number {
		if (this.#node === 0) return T.saidOffTrie + this.#pushContextT(said.length);
		const times = this.#times;
		let tStates = times.between("said", "follow_child");
		const children = this.#byte(this.#node + 2);
		for (let child = 0; child < children; child++) {
			const at = this.#node + 3 + 3 * child;
			if (this.#byte(at) === k) {
				this.#node = this.#byte(at + 1) | (this.#byte(at + 2) << 8);
				return tStates + T.foundChild + times.between("follow_found", "leave_trie");
			}
			tStates += T.child;
		}
		this.#node = 0;
		tStates += times.block("leave_trie") + this.#plainT() + this.#startContextT();
		for (let n = 1; n <= said.length; n++) tStates += T.sayAgain + this.#pushContextT(n);
		return tStates;
	}

	#echoT(): number {
		return this.#times.block("echo") + T.bdos;
	}

	#startContextT(): number {
		return this.#times.between("start_context", "push_context") + 6 * T.ldir;
	}

	/** @param n characters with this one */
	#pushContextT(n: number): number {
		const push = this.#times.between("push_context", "context_seeds") + 6 * T.ldir + T.fold;
		return n <= 8 ? push + this.#columns.spaces(8 - n) : push;
	}

	#addContextT(hits: readonly ContextHit[]): number {
		const times = this.#times;
		let tStates = times.between("add_context", "context_from") + times.block("context_counted");
		tStates += this.#columns.clearContext;
		if (hits.length === 0) return tStates;
		tStates += times.between("context_from", "context_start");
		const firstStart = Math.min(...hits.map(({ start }) => start));
		for (let start = firstStart; start < 8; start++) {
			for (const [n, windowT] of T.window.entries()) tStates += start + n < 8 ? windowT : T.noWindow;
			tStates += T.windowEnd;
		}
		for (const { bucket } of hits) tStates += times.block("context_hit") + this.#columns.context(bucket);
		return tStates;
	}

	#scanFirstT(x: Int16Array, sums: Accumulators): number {
		const times = this.#times;
		if (this.#wide) return this.#scanWideT(x, sums);
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

	#scanHiddenT(layer: number, x: Int16Array, sums: Accumulators): number {
		const { enterScatter, endOfScan } = this.#columns;
		const run = T.run + enterScatter;
		const activeT = (value: number, i: number) => {
			const low = () => run + this.#columns.scatter(layer, i, value & 255, sums);
			if (value < 256) return (value <= 64 ? T.small : T.medium) + low();
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

	#start(layer: number): Accumulators {
		const { start } = this.#program.network.layers[layer - 2] as MachineLayer;
		const sums = { low: new Uint8Array(256), high: new Uint8Array(256) };
		start.forEach((sum, k) => {
			sums.low[k] = sum;
			sums.high[k] = sum >> 8;
		});
		return sums;
	}

	#byte(address: number): number {
		return this.#program.image[address - PROGRAM_ORIGIN] as number;
	}

	#symbol(name: string): number {
		return this.#times.symbol(name);
	}

	#width(layer: number): number {
		return (this.#layers[layer - 1] as Layer).outputs;
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

/** Whether v does not fit the bytes of query.asm. */
function isOutside(v: number): boolean {
	return v < V_LOWEST || v > V_HIGHEST;
}

/** Whether v forces a query to the wide path of first-layer.asm. */
function isTooWide(v: number): boolean {
	return v > V_HIGHEST || v < V_NO_WRAP;
}

/** copy_end with its way in: n bytes. */
export function copyT(n: number): number {
	return n * T.ldi + Math.ceil(n / 16) * T.copyRound + T.return;
}

function blankSums({ layers, features }: Network): Int32Array {
	const [first] = layers as [Layer];
	const sums = new Int32Array(first.outputs);
	for (const bucket of contextHits(new Uint8Array(0)))
		for (let j = 0; j < first.outputs; j++)
			sums[j] = (sums[j] as number) + HIT * (first.weights[j * first.inputs + features.buckets + bucket] as number);
	return sums;
}
