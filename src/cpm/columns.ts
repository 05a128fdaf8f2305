/**
 * Column streams: the weights that leave one input, as the chain of code addresses and neuron indices that SP walks in
 * scatter.asm and count.asm (which draw the format).
 */
import type { Share } from "./shared-sums.js";

/** Unrolled steps of one entry in the assembly sources: longer lists are chained. */
const LONGEST_ENTRY = 24;
/**
 * Steps after which a column lets interrupts in. A step with its carry costs at most 53 T when every step carries, so
 * 88 steps stay below the 5,000 T-states that zulm promises; 72 is the multiple of the entry length below that.
 */
const STEPS_BEFORE_BREATH = 72;
/** A share takes 164 T, as long as this many steps at most. */
const STEPS_OF_A_SHARE = 4;

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
	const plus: number[] = [];
	const minus: number[] = [];
	const twice: number[] = [];
	for (let neuron = 0; neuron < weights.length; neuron++) {
		let weight = weights[neuron] as number;
		for (; weight > 0; weight--) plus.push(neuron);
		for (; weight < -1; weight += 2) twice.push(neuron);
		if (weight === -1) minus.push(neuron);
	}
	// A single -2 is cheaper subtracted twice (34 T) than with a list of its own (10 + 18 + 10 + 39 T).
	if (twice.length === 1) minus.push(...twice, ...twice.splice(0));
	const stream = new StreamWriter(code);
	stream.list("add", plus);
	stream.list("sub", minus);
	if (twice.length > 0) {
		stream.call("double");
		stream.list("sub", twice);
	}
	return stream.end();
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
	for (const { sum, first, second, opposite } of shares)
		stream.share(opposite ? "share_opposite" : "share_same", [first, second, sum, page]);
	return stream.end();
}

/** The column of the neuron that ends the scan of a trie node (trie.asm). */
export function scanEndStream(code: ColumnCode): Uint8Array {
	const stream = new StreamWriter(code);
	stream.call("scan_end");
	return stream.bytes();
}

class StreamWriter {
	readonly #code: ColumnCode;
	readonly #bytes: number[] = [];
	#stepsSinceBreath = 0;

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
		if (this.#stepsSinceBreath + neurons.length > STEPS_BEFORE_BREATH) this.#breathe();
		this.#stepsSinceBreath += neurons.length;
		this.call(`${entry}_${neurons.length}`);
		if (neurons.length % 2 === 1) this.#bytes.push(0);
		this.#bytes.push(...neurons);
	}

	share(entry: string, operands: readonly number[]): void {
		if (this.#stepsSinceBreath + STEPS_OF_A_SHARE > STEPS_BEFORE_BREATH) this.#breathe();
		this.#stepsSinceBreath += STEPS_OF_A_SHARE;
		this.call(entry);
		this.#bytes.push(...operands);
	}

	#breathe(): void {
		this.call("breathe");
		this.#stepsSinceBreath = 0;
	}

	end(): Uint8Array {
		this.call("column_done");
		return this.bytes();
	}

	bytes(): Uint8Array {
		return Uint8Array.from(this.#bytes);
	}
}
