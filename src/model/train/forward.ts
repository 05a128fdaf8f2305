/**
 * The forward pass of training: exactly the machine's arithmetic (reference.ts), arranged so that little is done twice.
 *
 *   contextSums  per distinct prefix   Σ w·x over the 128 context buckets, plus bias     once per mini-batch
 *   query sums   per item              Σ w·x over the query buckets                      once per item
 *   examples     per (item, prefix)    their sum → >> 2 → ReLU → the other layers        all that is left
 *
 * All sums are 16-bit and wrap as they do on the machine. Only non-zero inputs are walked.
 */
import type { SparseRows } from "./dataset.js";
import type { Kernels } from "./kernels.js";
import type { LayerPlace } from "./parameters.js";
import { address, type Scratch, type Workspace } from "./workspace.js";

/** The least output of a hidden layer, and of the last. */
const RELU = 0;
const NO_FLOOR = -32768;

/** sums += 32 · Σ count · w over one sparse row whose bucket 0 is input `firstInput` of layer 1. */
function addSparseRow(
	{ layout, quantised }: Workspace,
	kernels: Kernels,
	sums: number,
	firstInput: number,
	rows: SparseRows,
	row: number,
): void {
	const { stride, weights } = layout.layers[0] as LayerPlace;
	const start = rows.start[row] as number;
	const count = (rows.start[row + 1] as number) - start;
	const weightsAt = address(quantised, weights + firstInput * stride);
	kernels.sumRows(sums, weightsAt, stride, address(rows.bucket, start), address(rows.count, start), count);
}

/** Context half and biases of layer 1 for slots [from, to). */
export function sumContexts(space: Workspace, kernels: Kernels, from: number, to: number): void {
	const { contextSums, quantised, contexts, plan, queryBuckets } = space;
	const { stride, biases } = space.layout.layers[0] as LayerPlace;
	for (let s = from; s < to; s++) {
		const at = s * stride;
		for (let j = 0; j < stride; j++) contextSums[at + j] = quantised[biases + j] as number;
		addSparseRow(space, kernels, address(contextSums, at), queryBuckets, contexts, plan.node[s] as number);
	}
}

/** The query half of layer 1 for one item, into scratch.querySums. */
export function sumQuery(space: Workspace, kernels: Kernels, { querySums }: Scratch, item: number): void {
	querySums.fill(0);
	addSparseRow(space, kernels, querySums.byteOffset, 0, space.queries, space.plan.query[item] as number);
}

/**
 * Outputs of every layer for one example of the item whose query half is in scratch.
 * @param mask where to find the hidden neurons that are dropped: those the example has to do without; undefined for none
 */
export function forwardExample(
	space: Workspace,
	kernels: Kernels,
	scratch: Scratch,
	example: number,
	mask?: number,
): void {
	const { layout, quantised, outputs, contextSums, plan } = space;
	const { querySums, acc } = scratch;
	const { layers } = layout;
	const { stride } = layers[0] as LayerPlace;
	const context = address(contextSums, (plan.slot[example] as number) * stride);
	let y = address(outputs[0] as Int16Array, example * stride);
	kernels.addAndShift(y, querySums.byteOffset, context, stride, layers.length > 1 ? RELU : NO_FLOOR);
	for (let l = 1; l < layers.length; l++) {
		const layer = layers[l] as LayerPlace;
		const x = y;
		if (mask !== undefined) kernels.mask(x, mask, (layers[l - 1] as LayerPlace).stride);
		acc.fill(0);
		kernels.forward(acc.byteOffset, x, layer.inputs, address(quantised, layer.weights), layer.stride);
		y = address(outputs[l] as Int16Array, example * layer.stride);
		const floor = l < layers.length - 1 ? RELU : NO_FLOOR;
		kernels.addAndShift(y, acc.byteOffset, address(quantised, layer.biases), layer.stride, floor);
	}
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
