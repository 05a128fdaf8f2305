/**
 * Loss and gradients of a mini-batch, each forward formula followed backwards with "straight-through" rules: rounding,
 * the floor of >> 2 and the wrap to 16 bits count as the identity, so ∂y/∂acc = 1/4 wherever a neuron is active.
 *
 *   loss of an example = -log softmax(scale · logits)[target] + Σ penalty · saturation(y) over hidden neurons
 *   ∂/∂logit_k = scale · (p_k - [k = target])      ∂/∂acc = ∂/∂y / 4      ∂/∂w_ij = Σ_examples x_i · ∂/∂acc_j
 *
 * Every sum runs over examples in one fixed order, so the result does not depend on how threads share the work.
 */
import { forwardExample, isRight, sumQuery } from "./forward.js";
import type { Kernels } from "./kernels.js";
import type { LayerPlace } from "./parameters.js";
import { address, CONTROL, type Scratch, type Workspace } from "./workspace.js";

/**
 * An activation of this size pays half of the highest penalty; one n-gram hit is worth 8. Much larger ones feel little:
 * the machine's time depends on whether a neuron is active, not on how much.
 */
const HALF_SATURATION = 10;
/** exp(-30) is below what a float gradient can hold beside 1. */
const NEGLIGIBLE = -30;

/** Penalty of an active neuron, 0–1: grows with y, but ever less, so that it empties neurons rather than shrinks all. */
function saturation(y: number): number {
	return y / (y + HALF_SATURATION);
}

/** Forward and backward for items [from, to): outputs, deltas, item deltas, loss. */
export function differentiateItems(
	space: Workspace,
	kernels: Kernels,
	scratch: Scratch,
	from: number,
	to: number,
): void {
	const { plan, masks, itemDeltas, itemLoss, itemScaleGradient, itemRight } = space;
	const { stride } = space.layout.layers[0] as LayerPlace;
	const deltas = space.deltas[0] as Float32Array;
	for (let item = from; item < to; item++) {
		sumQuery(space, kernels, scratch, item);
		itemDeltas.fill(0, item * stride, (item + 1) * stride);
		itemLoss[item] = 0;
		itemScaleGradient[item] = 0;
		let right = 0;
		const end = plan.first[item + 1] as number;
		for (let e = plan.first[item] as number; e < end; e++) {
			forwardExample(space, kernels, scratch, e, address(masks, plan.mask[e] as number));
			if (isRight(space, e)) right++;
			softmaxBackward(space, scratch, item, e);
			penaliseActivations(space, item, e);
			backwardExample(space, kernels, e);
			kernels.add(address(itemDeltas, item * stride), address(deltas, e * stride), stride);
		}
		itemRight[item] = right;
	}
}

/** Cross-entropy of one example, and the deltas of the last layer. */
function softmaxBackward(space: Workspace, scratch: Scratch, item: number, example: number): void {
	const { plan, control, itemLoss, itemScaleGradient } = space;
	const logits = space.outputs.at(-1) as Int16Array;
	const deltas = space.deltas.at(-1) as Float32Array;
	const { outputs, stride } = space.layout.layers.at(-1) as LayerPlace;
	const p = scratch.probabilities;
	const scale = control[CONTROL.scale] as number;
	const weight = plan.weight[example] as number;
	const target = plan.target[example] as number;
	const at = example * stride;

	let max = logits[at] as number;
	for (let k = 1; k < outputs; k++) if ((logits[at + k] as number) > max) max = logits[at + k] as number;
	let total = 0;
	for (let k = 0; k < outputs; k++) {
		const exponent = scale * ((logits[at + k] as number) - max);
		const e = exponent < NEGLIGIBLE ? 0 : Math.exp(exponent);
		p[k] = e;
		total += e;
	}
	let meanLogit = 0;
	for (let k = 0; k < outputs; k++) {
		const probability = (p[k] as number) / total;
		meanLogit += probability * (logits[at + k] as number);
		deltas[at + k] = (weight * scale * (k === target ? probability - 1 : probability)) / 4;
	}
	const wanted = logits[at + target] as number;
	itemLoss[item] = (itemLoss[item] as number) + weight * (Math.log(total) - scale * (wanted - max));
	itemScaleGradient[item] = (itemScaleGradient[item] as number) + weight * scale * (meanLogit - wanted);
}

/** Adds the activation penalty of one example to its item's loss; the slope is added in the backward kernel. */
function penaliseActivations(space: Workspace, item: number, example: number): void {
	const { outputs, penalties, plan, itemLoss } = space;
	let total = 0;
	for (const [l, penalty] of penalties.entries()) {
		const y = outputs[l] as Int16Array;
		const at = example * penalty.length;
		for (let j = 0; j < penalty.length; j++) total += (penalty[j] as number) * saturation(y[at + j] as number);
	}
	itemLoss[item] = (itemLoss[item] as number) + (plan.toll[example] as number) * total;
}

/** Deltas of the hidden layers for one example, from those of the last layer. */
function backwardExample(space: Workspace, kernels: Kernels, example: number): void {
	const { layout, quantised, outputs, deltas, penalties, plan } = space;
	for (let l = layout.layers.length - 1; l > 0; l--) {
		const { inputs, stride, weights } = layout.layers[l] as LayerPlace;
		const { stride: below } = layout.layers[l - 1] as LayerPlace;
		kernels.backward(
			address(deltas[l - 1] as Float32Array, example * below),
			address(outputs[l - 1] as Int16Array, example * below),
			inputs,
			address(quantised, weights),
			address(deltas[l] as Float32Array, example * stride),
			stride,
			address(penalties[l - 1] as Float32Array, 0),
			plan.toll[example] as number,
			HALF_SATURATION,
		);
	}
}

/** Gradient of the query half's weights of inputs [from, to), [to-from][stride 1], added to scratch.gradient. */
export function queryWeightGradient(
	space: Workspace,
	kernels: Kernels,
	{ gradient }: Scratch,
	from: number,
	to: number,
): void {
	const { plan, itemDeltas } = space;
	const { start, bucket, count } = space.queries;
	const { stride } = space.layout.layers[0] as LayerPlace;
	for (let item = 0; item < (plan.used[0] as number); item++) {
		const row = plan.query[item] as number;
		const first = start[row] as number;
		const length = (start[row + 1] as number) - first;
		const buckets = address(bucket, first);
		const delta = address(itemDeltas, item * stride);
		kernels.outerRows(gradient.byteOffset, from, to, stride, buckets, address(count, first), length, delta);
	}
}

/** Gradient of all context weights, [128][stride 1], added to scratch.gradient. */
export function contextWeightGradient(space: Workspace, kernels: Kernels, scratch: Scratch): void {
	const { gradient, slotDeltas } = scratch;
	const { plan, layout, queryBuckets } = space;
	const { start, bucket, count } = space.contexts;
	const { inputs, stride } = layout.layers[0] as LayerPlace;
	const deltas = space.deltas[0] as Float32Array;
	const [, examples = 0, slots = 0] = plan.used;
	slotDeltas.fill(0, 0, slots * stride);
	for (let e = 0; e < examples; e++) {
		kernels.add(address(slotDeltas, (plan.slot[e] as number) * stride), address(deltas, e * stride), stride);
	}
	for (let s = 0; s < slots; s++) {
		const row = plan.node[s] as number;
		const first = start[row] as number;
		const length = (start[row + 1] as number) - first;
		const buckets = address(bucket, first);
		const delta = address(slotDeltas, s * stride);
		const contexts = inputs - queryBuckets;
		kernels.outerRows(gradient.byteOffset, 0, contexts, stride, buckets, address(count, first), length, delta);
	}
}

/** Gradient of layer l ≥ 2 for inputs [from, to), [to-from][stride], added to scratch.gradient. */
export function denseWeightGradient(
	space: Workspace,
	kernels: Kernels,
	{ gradient }: Scratch,
	l: number,
	from: number,
	to: number,
): void {
	const { stride } = space.layout.layers[l] as LayerPlace;
	const { stride: below } = space.layout.layers[l - 1] as LayerPlace;
	const y = space.outputs[l - 1] as Int16Array;
	const deltas = space.deltas[l] as Float32Array;
	for (let e = 0; e < (space.plan.used[1] as number); e++) {
		const x = address(y, e * below + from);
		kernels.outer(gradient.byteOffset, x, to - from, address(deltas, e * stride), stride);
	}
}

/** Gradient of layer l's biases, [stride], added to scratch.gradient. */
export function biasGradient(space: Workspace, kernels: Kernels, { gradient }: Scratch, l: number): void {
	const { stride } = space.layout.layers[l] as LayerPlace;
	const deltas = space.deltas[l] as Float32Array;
	for (let e = 0; e < (space.plan.used[1] as number); e++) {
		kernels.add(gradient.byteOffset, address(deltas, e * stride), stride);
	}
}
