/**
 * The forward pass of training: exactly the machine's arithmetic (reference.ts), arranged so that little is done twice.
 *
 *   contextSums  per distinct prefix   Σ w·x over the 128 context buckets, plus bias     once per mini-batch
 *   query sums   per item              Σ w·x over the query buckets                      once per item
 *   examples     per (item, prefix)    their sum → >> 2 → ReLU → the other layers        all that is left
 *
 * All sums are 16-bit and wrap as they do on the machine. Only active neurons are walked, from lists of them.
 */
import type { SparseRows } from "./dataset.js";
import type { Kernels } from "./kernels.js";
import type { LayerPlace } from "./parameters.js";
import { type Activity, address, type Scratch, type Workspace } from "./workspace.js";

/** The least output of a hidden layer, and of the last. */
const RELU = 0;
const NO_FLOOR = -32768;

/** sums = first + 32 · Σ count · w over one sparse row whose bucket 0 is input `firstInput` of layer 1. */
function sumSparseRow(
	{ layout, quantised }: Workspace,
	kernels: Kernels,
	sums: number,
	first: number,
	firstInput: number,
	rows: SparseRows,
	row: number,
): void {
	const { stride, weights } = layout.layers[0] as LayerPlace;
	const start = rows.start[row] as number;
	const count = (rows.start[row + 1] as number) - start;
	const weightsAt = address(quantised, weights + firstInput * stride);
	kernels.sumRows(sums, first, weightsAt, stride, address(rows.bucket, start), address(rows.count, start), count);
}

/** Context half and biases of layer 1 for slots [from, to). */
export function sumContexts(space: Workspace, kernels: Kernels, from: number, to: number): void {
	const { contextSums, quantised, contexts, plan, queryBuckets } = space;
	const { stride, biases } = space.layout.layers[0] as LayerPlace;
	const first = address(quantised, biases);
	for (let s = from; s < to; s++) {
		const sums = address(contextSums, s * stride);
		sumSparseRow(space, kernels, sums, first, queryBuckets, contexts, plan.node[s] as number);
	}
}

/**
 * Outputs of every layer for the examples of items [from, to), and the lists of active neurons.
 * @param drops whether hidden neurons are dropped as the plan has it
 */
export function forwardItems(
	space: Workspace,
	kernels: Kernels,
	{ querySums }: Scratch,
	from: number,
	to: number,
	drops: boolean,
): void {
	const { layout, outputs, contextSums, plan, zeros, queries } = space;
	const { layers } = layout;
	const { stride } = layers[0] as LayerPlace;
	const y = outputs[0] as Int16Array;
	const sums = address(querySums, 0);
	const contexts = address(contextSums, 0);
	for (let item = from; item < to; item++) {
		const e = plan.first[item] as number;
		const n = (plan.first[item + 1] as number) - e;
		sumSparseRow(space, kernels, sums, address(zeros, 0), 0, queries, plan.query[item] as number);
		const floor = layers.length > 1 ? RELU : NO_FLOOR;
		kernels.firstLayer(address(y, e * stride), sums, contexts, address(plan.slot, e), n, stride, floor);
	}
	const e = plan.first[from] as number;
	const n = (plan.first[to] as number) - e;
	for (let l = 1; l < layers.length; l++) forwardLayer(space, kernels, l, e, n, drops);
}

/** Layer l ≥ 1 (counted from 0) of examples [e, e + n), from the outputs of the layer below. */
function forwardLayer(space: Workspace, kernels: Kernels, l: number, e: number, n: number, drops: boolean): void {
	const { layout, outputs, quantised, plan, masks, activity } = space;
	const layer = layout.layers[l] as LayerPlace;
	const { stride: below } = layout.layers[l - 1] as LayerPlace;
	const { list, count } = activity[l - 1] as Activity;
	const x = address(outputs[l - 1] as Int16Array, e * below);
	const active = address(list, e * below);
	if (drops) kernels.mask(x, address(masks, 0), address(plan.mask, e), n, below);
	kernels.listActive(x, n, below, active, address(count, e));
	kernels.forward(
		address(outputs[l] as Int16Array, e * layer.stride),
		x,
		active,
		address(count, e),
		n,
		below,
		address(quantised, layer.weights),
		address(quantised, layer.biases),
		layer.stride,
		l < layout.layers.length - 1 ? RELU : NO_FLOOR,
	);
}

/** Whether the largest logit of an example (lowest index on ties) is its target's. */
export function isRight(space: Workspace, example: number): boolean {
	const logits = space.outputs.at(-1) as Int16Array;
	const { outputs, stride } = space.layout.layers.at(-1) as LayerPlace;
	const at = example * stride;
	const target = space.plan.target[example] as number;
	const wanted = logits[at + target] as number;
	for (let k = 0; k < outputs; k++) {
		const logit = logits[at + k] as number;
		if (k < target ? logit >= wanted : logit > wanted) return false;
	}
	return true;
}
