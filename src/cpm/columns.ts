/**
 * Column streams: the weights that leave one input, as the chain of code addresses and neuron indices that SP walks in
 * scatter.asm and count.asm (which draw the format).
 */
import type { Share } from "./shared-sums.js";

/** Unrolled steps of one entry in the assembly sources: longer lists are chained. */
const LONGEST_ENTRY = 24;
/** The same for shares. */
const LONGEST_SHARES = 4;
/** zulm promises 5,000 T-states; the way into a column and out of it are short of these by far. */
const LONGEST_STRETCH_T = 4_750;
/** A step with its carry, when every step carries; the way from one list to the next; a share. */
const STEP_T = 53;
const LIST_T = 36;
const SHARE_T = 134;
/** A step that does not carry; the way into a list, of an odd number as often as not; `double` of a small x. */
const PLAIN_STEP_T = 34;
const LIST_START_T = 18;
const DOUBLE_T = 29;

/** Code addresses the streams refer to: labels of the assembled program, or none yet while its length is being learnt. */
export class ColumnCode {
	readonly #symbols: ReadonlyMap<string, number>;

	constructor(symbols: ReadonlyMap<string, number>) {
		this.#symbols = symbols;
	}

	address(label: string): number {
		if (this.#symbols.size === 0) return 0;
		const address = this.#symbols.get(label);
		if (address === undefined) throw new Error(`no label ${label} in the assembled program`);
		return address;
	}
}

/** Weights of one input to accumulators 0…n−1, small whole numbers, as a stream that adds x times each weight. */
export function scatterStream(weights: ArrayLike<number>, code: ColumnCode): Uint8Array {
	const { once, twice } = scatterLists(weights);
	const stream = new StreamWriter(code);
	stream.list("add", once.plus);
	stream.list("sub", once.minus);
	if (count(twice) > 0) {
		stream.call("double");
		stream.list("add", twice.plus);
		stream.list("sub", twice.minus);
	}
	return stream.end();
}

/** T-states of that stream for a small x, as far as they depend on the weights: carries and breaths not counted. */
export function scatterT(weights: ArrayLike<number>): number {
	const { once, twice } = scatterLists(weights);
	const lists = [once, twice].flatMap(({ plus, minus }) => [plus, minus]).filter((list) => list.length > 0);
	return lists.reduce((sum, list) => sum + LIST_START_T + PLAIN_STEP_T * list.length, count(twice) > 0 ? DOUBLE_T : 0);
}

/** Neurons that get x added and subtracted. */
interface Signed {
	readonly plus: number[];
	readonly minus: number[];
}

/** Neurons that get x itself, and those that get it doubled. */
function scatterLists(weights: ArrayLike<number>): { once: Signed; twice: Signed } {
	const once: Signed = { plus: [], minus: [] };
	const twice: Signed = { plus: [], minus: [] };
	for (let neuron = 0; neuron < weights.length; neuron++) {
		const weight = weights[neuron] as number;
		const sign = weight < 0 ? "minus" : "plus";
		let size = Math.abs(weight);
		for (; size > 1; size -= 2) twice[sign].push(neuron);
		if (size === 1) once[sign].push(neuron);
	}
	// A single one is cheaper added twice (34 T) than with a list of its own (10 + 18 + 10 + 39 T).
	if (count(twice) === 1) {
		once.plus.push(...twice.plus, ...twice.plus.splice(0));
		once.minus.push(...twice.minus, ...twice.minus.splice(0));
	}
	return { once, twice };
}

function count({ plus, minus }: Signed): number {
	return plus.length + minus.length;
}

/** Small whole numbers, one for each neuron, as a stream that adds them (layer 1: one hit of a bucket). */
export function countStream(amounts: ArrayLike<number>, code: ColumnCode): Uint8Array {
	const up: number[] = [];
	const down: number[] = [];
	const downTwo: number[] = [];
	for (let neuron = 0; neuron < amounts.length; neuron++) {
		let amount = amounts[neuron] as number;
		for (; amount > 0; amount--) up.push(neuron);
		for (; amount < -1; amount += 2) downTwo.push(neuron);
		if (amount === -1) down.push(neuron);
	}
	// Up to two of -2 take less room, and no more time, counted down twice than in a list of their own.
	if (downTwo.length <= 2) down.push(...downTwo, ...downTwo.splice(0));
	const stream = new StreamWriter(code);
	stream.list("count_drop", downTwo);
	if (down.length === 0 && up.length > 0) return stream.lastList("count_inc", up);
	stream.list("count_inc", up);
	return down.length > 0 ? stream.lastList("count_dec", down) : stream.end();
}

/** Shared sums handed on in the given order (share.asm). @param page page of the layer's low bytes */
export function shareStream(shares: readonly Share[], page: number, code: ColumnCode): Uint8Array {
	const stream = new StreamWriter(code);
	for (let start = 0, end = 0; start < shares.length; start = end) {
		const { opposite } = shares[start] as Share;
		while (end < shares.length && end - start < LONGEST_SHARES && (shares[end] as Share).opposite === opposite) end++;
		stream.shares(
			opposite ? "share_opposite" : "share_same",
			shares.slice(start, end).map(({ sum, first, second }) => [first, second, sum, page]),
		);
	}
	return stream.end();
}

/** The column of the neuron that ends the scan of a layer (scatter.asm). */
export function scanEndStream(code: ColumnCode): Uint8Array {
	const stream = new StreamWriter(code);
	stream.call("scan_end");
	return stream.bytes();
}

/** Bytes that nothing reads before the first neuron of a list: SP takes two at a time, and only count.asm steps back. */
export function wastedBytes(entry: string, neurons: number): number {
	return entry.startsWith("count_") ? 0 : neurons % 2;
}

class StreamWriter {
	readonly #code: ColumnCode;
	readonly #bytes: number[] = [];
	#stretchT = 0;

	constructor(code: ColumnCode) {
		this.#code = code;
	}

	call(label: string): void {
		const address = this.#code.address(label);
		this.#bytes.push(address & 255, address >> 8);
	}

	list(entry: string, neurons: readonly number[]): void {
		for (let start = 0; start < neurons.length; start += LONGEST_ENTRY)
			this.#part(entry, neurons.slice(start, start + LONGEST_ENTRY));
	}

	/** A list that ends the column by itself. */
	lastList(entry: string, neurons: readonly number[]): Uint8Array {
		const last = Math.floor((neurons.length - 1) / LONGEST_ENTRY) * LONGEST_ENTRY;
		this.list(entry, neurons.slice(0, last));
		this.#part(`${entry}_last`, neurons.slice(last));
		return this.bytes();
	}

	#part(entry: string, neurons: readonly number[]): void {
		this.#lasts(LIST_T + neurons.length * STEP_T);
		this.call(`${entry}_${neurons.length}`);
		this.#bytes.push(...new Array<number>(wastedBytes(entry, neurons.length)).fill(0), ...neurons);
	}

	shares(entry: string, operands: readonly (readonly number[])[]): void {
		this.#lasts(LIST_T + operands.length * SHARE_T);
		this.call(`${entry}_${operands.length}`);
		this.#bytes.push(...operands.flat());
	}

	/** What comes next takes so long at most: a breath first, where the stretch without interrupts would be too long. */
	#lasts(tStates: number): void {
		if (this.#stretchT + tStates > LONGEST_STRETCH_T) {
			this.call("breathe");
			this.#stretchT = 0;
		}
		this.#stretchT += tStates;
	}

	end(): Uint8Array {
		this.call("column_done");
		return this.bytes();
	}

	bytes(): Uint8Array {
		return Uint8Array.from(this.#bytes);
	}
}
