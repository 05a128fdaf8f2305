/**
 * What a column costs, without running it: reads the streams of a packed program (scatter.asm and count.asm draw them)
 * and adds them to accumulators of its own, because a carry costs time.
 *
 *   add list   steps at 34 T and the detour of carries: 5 in, 19 for each in a row, 5 back
 */
import { wastedBytes } from "./columns.js";
import { PROGRAM_ORIGIN, type Program } from "./program.js";
import { CodeTimes } from "./z80-times.js";

/** `jr c` taken instead of not, and `jr nc` taken on the way back. */
const BRANCH_T = 5;
/** Labels that a stream names. */
const ENTRY = /^(?:(?:add|sub|count_[a-z]+)(?:_last)?_\d+|double|column_done|breathe|scan_end)$/;
const RETURN_T = 10;

/** Accumulators of a layer, low and high bytes apart. */
export interface Accumulators {
	readonly low: Uint8Array;
	readonly high: Uint8Array;
}

interface List {
	readonly kind: "add" | "sub";
	/** T-states when nothing carries, the jump into the list and its RET included. */
	readonly tStates: number;
	readonly neurons: Uint8Array;
}

/** A column as it is walked: T-states of what does not depend on data, and its lists in order. */
interface Column {
	readonly fixedT: number;
	readonly plain: readonly List[];
	/** The list behind `double`, if there is one. */
	readonly doubled: readonly List[];
}

export class ColumnWalk {
	readonly times: CodeTimes;
	readonly #image: Uint8Array;
	readonly #labels = new Map<number, string>();
	readonly #columns = new Map<number, Column>();
	readonly #carryT: number;
	readonly #doubleT: number;
	readonly #secondRunT: number;

	constructor({ image, symbols }: Program) {
		this.times = new CodeTimes(image, PROGRAM_ORIGIN, symbols);
		this.#image = image;
		for (const [label, address] of symbols) if (ENTRY.test(label)) this.#labels.set(address, label);
		this.#carryT = this.times.block("addc_1") - RETURN_T;
		this.#doubleT = this.times.block("double");
		this.#secondRunT = this.times.block("double_again");
	}

	byte(address: number): number {
		return this.#image[address - PROGRAM_ORIGIN] as number;
	}

	word(address: number): number {
		return this.byte(address) | (this.byte(address + 1) << 8);
	}

	/** A hit of layer 1: from the RET into the stream to the jump back. */
	countT(address: number): number {
		const { fixedT, plain } = this.#column(address);
		return fixedT + plain.reduce((sum, list) => sum + list.tStates, 0);
	}

	/** Adds x (1..255) times the column at `address`; T-states from the RET into it to the jump back. */
	scatter(address: number, x: number, { low, high }: Accumulators): number {
		const { fixedT, plain, doubled } = this.#column(address);
		let tStates = fixedT;
		for (const list of plain) tStates += this.#run(list, x, low, high);
		if (doubled.length === 0) return tStates;
		// Up to 127 `double` is SLA E, RET NC: 19 T. Above, the list is run twice by way of double_again.
		if (x < 128) {
			tStates += 19;
			for (const list of doubled) tStates += this.#run(list, 2 * x, low, high);
		} else {
			tStates += this.#doubleT + this.#secondRunT + this.times.block("column_done");
			for (let run = 0; run < 2; run++) for (const list of doubled) tStates += this.#run(list, x, low, high);
		}
		return tStates;
	}

	#run({ kind, tStates, neurons }: List, x: number, low: Uint8Array, high: Uint8Array): number {
		let carries = 0;
		let detours = 0;
		let carried = false;
		for (const neuron of neurons) {
			const sum = kind === "add" ? (low[neuron] as number) + x : (low[neuron] as number) - x;
			low[neuron] = sum;
			if (sum >= 0 && sum <= 255) {
				carried = false;
				continue;
			}
			high[neuron] = (high[neuron] as number) + (kind === "add" ? 1 : -1);
			carries++;
			if (!carried) detours++;
			carried = true;
		}
		// A detour that lasts to the end of the list has no way back to pay for.
		return tStates + carries * this.#carryT + detours * 2 * BRANCH_T - (carried ? BRANCH_T : 0);
	}

	#column(address: number): Column {
		let column = this.#columns.get(address);
		if (column === undefined) {
			column = this.#read(address);
			this.#columns.set(address, column);
		}
		return column;
	}

	#read(start: number): Column {
		const plain: List[] = [];
		const doubled: List[] = [];
		let lists = plain;
		let fixedT = 0;
		for (let at = start; ; ) {
			const label = this.#labels.get(this.word(at)) ?? "nothing";
			at += 2;
			if (label === "column_done" || label === "scan_end")
				return { fixedT: fixedT + this.times.block(label), plain, doubled };
			if (label === "breathe") fixedT += this.times.block("breathe");
			else if (label === "double") lists = doubled;
			else {
				const [, entry = "", length = ""] = /^(.*)_(\d+)$/.exec(label) ?? [];
				const count = Number(length);
				if (!(count > 0)) throw new Error(`no list at ${(at - 2).toString(16)}h of the program`);
				at += wastedBytes(entry, count);
				const neurons = Uint8Array.from({ length: count }, (_, i) => this.byte(at + i));
				at += count;
				lists.push({ kind: entry === "sub" ? "sub" : "add", tStates: this.#listT(entry, count), neurons });
				if (entry.endsWith("_last")) return { fixedT, plain, doubled };
			}
		}
	}

	/** Straight through the unrolled code of a list, its RET included. */
	#listT(entry: string, count: number): number {
		const { times } = this;
		if (count % 2 === 1) return times.block(`${entry}_${count}`) + times.block(`${entry}_low_${count}`);
		return times.block(`${entry}_${count}`);
	}
}
