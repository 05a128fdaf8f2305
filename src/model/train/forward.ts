/**
 * The forward pass of training: exactly the machine's arithmetic (reference.ts), arranged so that little is done twice.
 *
 *   contextSums  per distinct prefix   Σ w·x over the 128 context buckets, plus bias     once per mini-batch
 *   query sums   per item              Σ w·x over the query buckets                      once per item
 *   examples     per (item, prefix)    their sum → >> 2 → ReLU → the other layers        all that is left
 *
 * Inputs are counts, so layer 1 adds w·count and multiplies by 32 once. Only non-zero inputs are walked.
 */
import { HIT } from "../network.js";
import type { SparseRows } from "./dataset.js";
import type { LayerPlace } from "./parameters.js";
import type { Workspace } from "./workspace.js";

/** What each thread needs for itself. */
export interface Scratch {
	/** [max width] sums of the query half; of one layer. */
	readonly querySums: Int32Array;
	readonly acc: Int32Array;
	/** [max width] */
	readonly probabilities: Float64Array;
	readonly gradient: Float64Array;
}

export function createScratch(space: Workspace): Scratch {
	const width = Math.max(...space.layout.layers.map((layer) => layer.outputs));
	return {
		querySums: new Int32Array(width),
		acc: new Int32Array(width),
		probabilities: new Float64Array(width),
		gradient: new Float64Array(width),
	};
}

/** sums[at … at+width) += Σ count · w over one sparse row whose first bucket is input `firstInput` of layer 1. */
function addSparseRow(
	sums: Int32Array,
	at: number,
	quantised: Int16Array,
	layer: LayerPlace,
	firstInput: number,
	rows: SparseRows,
	row: number,
): void {
	const width = layer.outputs;
	const end = rows.start[row + 1] as number;
	for (let k = rows.start[row] as number; k < end; k++) {
		const w = layer.weights + (firstInput + (rows.bucket[k] as number)) * width;
		const count = rows.count[k] as number;
		if (count === 1) {
			for (let j = 0; j < width; j++) sums[at + j] = ((sums[at + j] as number) + (quantised[w + j] as number)) | 0;
		} else {
			for (let j = 0; j < width; j++) {
				sums[at + j] = ((sums[at + j] as number) + Math.imul(count, quantised[w + j] as number)) | 0;
			}
		}
	}
}

/** Context half and biases of layer 1, in machine units, for slots [from, to). */
export function sumContexts(space: Workspace, from: number, to: number): void {
	const { contextSums, quantised, contexts, plan, queryBuckets } = space;
	const layer = space.layout.layers[0] as LayerPlace;
	const width = layer.outputs;
	for (let s = from; s < to; s++) {
		const at = s * width;
		contextSums.fill(0, at, at + width);
		addSparseRow(contextSums, at, quantised, layer, queryBuckets, contexts, plan.node[s] as number);
		for (let j = 0; j < width; j++) {
			contextSums[at + j] = (contextSums[at + j] as number) * HIT + (quantised[layer.biases + j] as number);
		}
	}
}

/** The query half of layer 1 for one item, in machine units, into scratch.querySums. */
export function sumQuery(space: Workspace, scratch: Scratch, item: number): void {
	const layer = space.layout.layers[0] as LayerPlace;
	const sums = scratch.querySums;
	sums.fill(0, 0, layer.outputs);
	addSparseRow(sums, 0, space.quantised, layer, 0, space.queries, space.plan.query[item] as number);
	for (let j = 0; j < layer.outputs; j++) sums[j] = (sums[j] as number) * HIT;
}

/** Outputs of every layer for one example of the item whose query half is in scratch. */
export function forwardExample(space: Workspace, scratch: Scratch, example: number): void {
	const { layout, quantised, outputs, contextSums, plan } = space;
	const { querySums, acc } = scratch;
	const first = layout.layers[0] as LayerPlace;
	const contextAt = (plan.slot[example] as number) * first.outputs;
	for (let j = 0; j < first.outputs; j++) acc[j] = (querySums[j] as number) + (contextSums[contextAt + j] as number);
	let x = outputs[0] as Int16Array;
	let at = example * first.outputs;
	activate(acc, x, at, first.outputs, layout.layers.length > 1);

	for (let l = 1; l < layout.layers.length; l++) {
		const { inputs, outputs: width, weights, biases } = layout.layers[l] as LayerPlace;
		for (let j = 0; j < width; j++) acc[j] = quantised[biases + j] as number;
		for (let i = 0; i < inputs; i++) {
			const value = x[at + i] as number;
			if (value === 0) continue;
			const w = weights + i * width;
			for (let j = 0; j < width; j++) {
				acc[j] = ((acc[j] as number) + Math.imul(value, quantised[w + j] as number)) | 0;
			}
		}
		x = outputs[l] as Int16Array;
		at = example * width;
		activate(acc, x, at, width, l < layout.layers.length - 1);
	}
}

/** y = wrap16(acc) >> 2, hidden layers max(0, y). */
function activate(acc: Int32Array, y: Int16Array, at: number, width: number, hidden: boolean): void {
	for (let j = 0; j < width; j++) {
		const value = ((acc[j] as number) << 16) >> 18;
		y[at + j] = hidden && value < 0 ? 0 : value;
	}
}

/** Whether the largest logit of an example (lowest index on ties) is its target's. */
export function isRight(space: Workspace, example: number): boolean {
	const logits = space.outputs.at(-1) as Int16Array;
	const width = (space.layout.layers.at(-1) as LayerPlace).outputs;
	const at = example * width;
	const target = space.plan.target[example] as number;
	const wanted = logits[at + target] as number;
	for (let k = 0; k < width; k++) {
		const logit = logits[at + k] as number;
		if (k < target ? logit >= wanted : logit > wanted) return false;
	}
	return true;
}
