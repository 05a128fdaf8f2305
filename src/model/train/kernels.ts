/**
 * The inner loops of training as WebAssembly SIMD: eight 16-bit, four 32-bit or two 64-bit numbers at a time. Each kernel
 * is stated as the loop it is; kernels.test.ts holds it to that loop in plain TypeScript.
 *
 *   width    neurons of a layer, a multiple of 8 (rows of weights are padded with zeros); rows follow one another
 *   n        examples of a piece of work, e in [0, n); addresses are byte offsets into the arena, of example 0
 *   lists    uint16, of a layer's active neurons (y ≠ 0):   list[e][count[e]]            by example
 *                                                           users[i][userCount[i]]       by neuron, i · n + …
 *
 * Every sum runs in one fixed order, so results do not depend on anything but the inputs.
 */
import { MAXIMUM_PAGES, MINIMUM_PAGES, type SharedMemory, wasmApi } from "./arena.js";
import { adam } from "./kernels-adam.js";
import { addBySlot, backward, gather, invert, listUsers, outer, sumColumns } from "./kernels-backward.js";
import { firstLayer, forward, listActive, mask, sumRows } from "./kernels-forward.js";
import { addProducts } from "./kernels-inverse.js";
import { encodeModule } from "./wasm.js";

export interface Kernels {
	/** sums[j] = first[j] + Σ_k count[k] · 32 · w[bucket[k]][j], k in [0, n): int16; buckets uint16, counts uint8. */
	sumRows(sums: number, first: number, weights: number, width: number, bucket: number, count: number, n: number): void;
	/** y[e][j] = max(floor, (query[j] + contexts[slot[e]][j]) >> 2): int16; `floor` is 0, -32768 for the last layer. */
	firstLayer(y: number, query: number, contexts: number, slot: number, n: number, width: number, floor: number): void;
	/** y[e][j] &= masks[start[e] + j]: int16; starts int32. */
	mask(y: number, masks: number, start: number, n: number, width: number): void;
	/** list[e] = the i with y[e][i] ≠ 0, in order; counts int32. A row of the list has room for `width`. */
	listActive(y: number, n: number, width: number, list: number, count: number): void;
	/** y[e][j] = max(floor, (bias[j] + Σ_i x[e][i] · w[i][j]) >> 2), i in list[e]: int16. */
	forward(
		y: number,
		x: number,
		list: number,
		count: number,
		n: number,
		inputs: number,
		weights: number,
		biases: number,
		width: number,
		floor: number,
	): void;
	/** users[i] = the e with i in list[e], in order; counts int32. A row of users has room for n. */
	listUsers(list: number, count: number, n: number, width: number, users: number, userCount: number): void;
	/**
	 * below[e][i] = (Σ_j w[i][j] · above[e][j] + toll[e] · penalty[i] · slope(y[e][i])) / 4 for e in users[i], else 0;
	 * slope(y) = half / (y + half)². Floats.
	 */
	backward(
		below: number,
		y: number,
		users: number,
		userCount: number,
		n: number,
		inputs: number,
		weights: number,
		above: number,
		width: number,
		penalty: number,
		toll: number,
		half: number,
	): void;
	/**
	 * gradient[i - from][j] = Σ_e y[e][i] · delta[e][j] for i in [from, to): floats. The examples of task t are
	 * [first[t], first[t + 1]), and its users start at users[inputs · first[t]], their counts at [inputs · t].
	 */
	outer(
		gradient: number,
		from: number,
		to: number,
		y: number,
		inputs: number,
		users: number,
		userCount: number,
		first: number,
		tasks: number,
		delta: number,
		width: number,
	): void;
	/**
	 * A sparse matrix by columns: for each bucket b, at k in [outStart[b], outStart[b + 1]), which r in [0, n) has it in
	 * its row rows[r], in order, and how often. outStart has room for buckets + 2.
	 */
	invert(
		rows: number,
		n: number,
		start: number,
		bucket: number,
		count: number,
		buckets: number,
		outStart: number,
		outRow: number,
		outCount: number,
	): void;
	/** gradient[b - from][j] = Σ_k count[k] · 32 · delta[row[k]][j], k in [start[b], start[b + 1]), b in [from, to). */
	gather(
		gradient: number,
		from: number,
		to: number,
		start: number,
		row: number,
		count: number,
		delta: number,
		width: number,
	): void;
	/** sums[j] = Σ_e rows[e][j]: floats. */
	sumColumns(sums: number, rows: number, n: number, width: number): void;
	/** sums[slot[e]][j] += delta[e][j], j in [0, columns), where rows of sums are `columns` long: floats. */
	addBySlot(sums: number, columns: number, delta: number, width: number, slot: number, n: number): void;
	/**
	 * Adam, shrinking, clipping and rounding (update.ts) of `rows` rows of `width` parameters, `stride` apart; the
	 * gradient's rows follow one another. Row r shrinks by learningRate · strength towards its centre, floats at strengths
	 * and centres + r · step.
	 */
	adam(
		latent: number,
		first: number,
		second: number,
		gradient: number,
		quantised: number,
		rows: number,
		width: number,
		stride: number,
		strengths: number,
		centres: number,
		step: number,
		rate: number,
		learningRate: number,
		secondCorrection: number,
		latentLow: number,
		latentHigh: number,
		unit: number,
		low: number,
		high: number,
	): void;
	/**
	 * out[r][j] += Σ_k a[r][k] · b[⌊j / 4⌋][k][j mod 4], r in [0, 4), j in [0, columns), k in [0, BLOCK): 64-bit floats.
	 * Rows of out are `stride` apart; `columns` is a multiple of 4. Rounded as a plain loop is.
	 */
	addProducts(out: number, stride: number, a: number, b: number, columns: number): void;
}

/** Compiles the kernels over an arena's memory; each thread does so for itself. */
export function compileKernels(memory: SharedMemory): Kernels {
	const functions = [
		...[sumRows(), firstLayer(), mask(), listActive(), forward()],
		...[listUsers(), backward(), outer(), invert(), gather(), sumColumns(), addBySlot(), adam(), addProducts()],
	];
	const module = new wasmApi.Module(encodeModule(functions, MINIMUM_PAGES, MAXIMUM_PAGES));
	return new wasmApi.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
