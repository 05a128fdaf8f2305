/**
 * Loss and gradients of a mini-batch, each forward formula followed backwards with "straight-through" rules: rounding,
 * the floor of >> 2 and the wrap to 16 bits count as the identity, so ∂y/∂acc = 1/4 wherever a neuron is active.
 *
 *   loss of an example = -log softmax(scale · logits)[target] + penalty · Σ saturation(y) over hidden neurons
 *   ∂/∂logit_k = scale · (p_k - [k = target])      ∂/∂acc = ∂/∂y / 4      ∂/∂w_ij = Σ_examples x_i · ∂/∂acc_j
 *
 * Every sum runs over examples in one fixed order, so the result does not depend on how threads share the work.
 */
import { HIT } from "../network.js";
import { forwardExample, isRight, type Scratch, sumQuery } from "./forward.js";
import type { LayerPlace } from "./parameters.js";
import { CONTROL, type Workspace } from "./workspace.js";

/** One activation of this size pays half of the highest penalty: one n-gram hit's worth of layer 1 is 8. */
const HALF_SATURATION = 32;
/** exp(-30) is below what a float gradient can hold beside 1. */
const NEGLIGIBLE = -30;

/** Penalty of an active neuron, 0–1: grows with y, but ever less, so that it empties neurons rather than shrinks all. */
export function saturation(y: number): number {
	return y / (y + HALF_SATURATION);
}

function saturationSlope(y: number): number {
	return HALF_SATURATION / ((y + HALF_SATURATION) * (y + HALF_SATURATION));
}

/** Forward and backward for items [from, to): outputs, deltas, item deltas, loss. */
export function differentiateItems(space: Workspace, scratch: Scratch, from: number, to: number): void {
	const { plan, itemDeltas, itemLoss, itemScaleGradient, itemRight } = space;
	const first = space.layout.layers[0] as LayerPlace;
	const width = first.outputs;
	const deltas = space.deltas[0] as Float32Array;
	for (let item = from; item < to; item++) {
		sumQuery(space, scratch, item);
		itemDeltas.fill(0, item * width, (item + 1) * width);
		itemLoss[item] = 0;
		itemScaleGradient[item] = 0;
		itemRight[item] = 0;
		const end = plan.first[item + 1] as number;
		for (let e = plan.first[item] as number; e < end; e++) {
			forwardExample(space, scratch, e);
			if (isRight(space, e)) itemRight[item] = (itemRight[item] as number) + 1;
			backwardExample(space, scratch, item, e);
			const at = item * width;
			const d = e * width;
			for (let j = 0; j < width; j++) itemDeltas[at + j] = (itemDeltas[at + j] as number) + (deltas[d + j] as number);
		}
	}
}

/** Deltas of every layer for one example whose outputs are known. */
function backwardExample(space: Workspace, scratch: Scratch, item: number, example: number): void {
	const { layout, quantised, outputs, deltas, control, plan, itemLoss } = space;
	softmaxBackward(space, scratch, item, example);
	const penalty = (control[CONTROL.penalty] as number) * (plan.weight[example] as number);
	for (let l = layout.layers.length - 1; l > 0; l--) {
		const { inputs, outputs: width, weights } = layout.layers[l] as LayerPlace;
		const y = outputs[l - 1] as Int16Array;
		const above = deltas[l] as Float32Array;
		const below = deltas[l - 1] as Float32Array;
		const at = example * inputs;
		const aboveAt = example * width;
		for (let i = 0; i < inputs; i++) {
			const value = y[at + i] as number;
			if (value === 0) {
				below[at + i] = 0;
				continue;
			}
			const w = weights + i * width;
			let sum = penalty * saturationSlope(value);
			for (let k = 0; k < width; k++) sum += (quantised[w + k] as number) * (above[aboveAt + k] as number);
			below[at + i] = sum / 4;
			itemLoss[item] = (itemLoss[item] as number) + penalty * saturation(value);
		}
	}
}

/** Cross-entropy of one example, and the deltas of the last layer. */
function softmaxBackward(space: Workspace, scratch: Scratch, item: number, example: number): void {
	const { plan, control, itemLoss, itemScaleGradient } = space;
	const logits = space.outputs.at(-1) as Int16Array;
	const deltas = space.deltas.at(-1) as Float32Array;
	const width = (space.layout.layers.at(-1) as LayerPlace).outputs;
	const p = scratch.probabilities;
	const scale = control[CONTROL.scale] as number;
	const weight = plan.weight[example] as number;
	const target = plan.target[example] as number;
	const at = example * width;

	let max = logits[at] as number;
	for (let k = 1; k < width; k++) if ((logits[at + k] as number) > max) max = logits[at + k] as number;
	let total = 0;
	for (let k = 0; k < width; k++) {
		const exponent = scale * ((logits[at + k] as number) - max);
		const e = exponent < NEGLIGIBLE ? 0 : Math.exp(exponent);
		p[k] = e;
		total += e;
	}
	let meanLogit = 0;
	for (let k = 0; k < width; k++) {
		const probability = (p[k] as number) / total;
		meanLogit += probability * (logits[at + k] as number);
		deltas[at + k] = (weight * scale * (k === target ? probability - 1 : probability)) / 4;
	}
	const wanted = logits[at + target] as number;
	itemLoss[item] = (itemLoss[item] as number) + weight * (Math.log(total) - scale * (wanted - max));
	itemScaleGradient[item] = (itemScaleGradient[item] as number) + weight * scale * (meanLogit - wanted);
}

/** Gradient of the query half's weights of inputs [from, to), [to-from][width 1], added to `gradient`. */
export function queryWeightGradient(space: Workspace, gradient: Float32Array, from: number, to: number): void {
	const { plan, queries, itemDeltas } = space;
	const width = (space.layout.layers[0] as LayerPlace).outputs;
	const items = plan.used[0] as number;
	for (let item = 0; item < items; item++) {
		const row = plan.query[item] as number;
		addOuter(gradient, from, to, queries.start, queries.bucket, queries.count, row, itemDeltas, item * width, width);
	}
}

/** Gradient of all context weights, [128][width 1], added to `gradient`; `slotDeltas` [S][width 1] is overwritten. */
export function contextWeightGradient(space: Workspace, gradient: Float32Array, slotDeltas: Float32Array): void {
	const { plan, contexts } = space;
	const width = (space.layout.layers[0] as LayerPlace).outputs;
	const deltas = space.deltas[0] as Float32Array;
	const [, examples = 0, slots = 0] = plan.used;
	slotDeltas.fill(0, 0, slots * width);
	for (let e = 0; e < examples; e++) {
		const at = (plan.slot[e] as number) * width;
		const d = e * width;
		for (let j = 0; j < width; j++) slotDeltas[at + j] = (slotDeltas[at + j] as number) + (deltas[d + j] as number);
	}
	for (let s = 0; s < slots; s++) {
		const row = plan.node[s] as number;
		const { start, bucket, count } = contexts;
		addOuter(gradient, 0, 128, start, bucket, count, row, slotDeltas, s * width, width);
	}
}

/** gradient[bucket - from][:] += 32 · count · delta[:] for the buckets of one sparse row that lie in [from, to). */
function addOuter(
	gradient: Float32Array,
	from: number,
	to: number,
	start: Int32Array,
	bucket: Uint16Array,
	count: Uint8Array,
	row: number,
	delta: Float32Array,
	deltaAt: number,
	width: number,
): void {
	const end = start[row + 1] as number;
	for (let k = start[row] as number; k < end; k++) {
		const input = bucket[k] as number;
		if (input < from) continue;
		if (input >= to) return;
		const at = (input - from) * width;
		const x = HIT * (count[k] as number);
		for (let j = 0; j < width; j++)
			gradient[at + j] = (gradient[at + j] as number) + x * (delta[deltaAt + j] as number);
	}
}

/** Gradient of layer l ≥ 2 for inputs [from, to), [to-from][width], added to `gradient`. */
export function denseWeightGradient(
	space: Workspace,
	l: number,
	gradient: Float32Array,
	from: number,
	to: number,
): void {
	const { inputs, outputs: width } = space.layout.layers[l] as LayerPlace;
	const y = space.outputs[l - 1] as Int16Array;
	const deltas = space.deltas[l] as Float32Array;
	const examples = space.plan.used[1] as number;
	for (let e = 0; e < examples; e++) {
		const d = e * width;
		for (let i = from; i < to; i++) {
			const value = y[e * inputs + i] as number;
			if (value === 0) continue;
			const at = (i - from) * width;
			for (let j = 0; j < width; j++)
				gradient[at + j] = (gradient[at + j] as number) + value * (deltas[d + j] as number);
		}
	}
}

/** Gradient of layer l's biases, [width], added to `gradient`. */
export function biasGradient(space: Workspace, l: number, gradient: Float32Array): void {
	const width = (space.layout.layers[l] as LayerPlace).outputs;
	const deltas = space.deltas[l] as Float32Array;
	const examples = space.plan.used[1] as number;
	for (let e = 0; e < examples; e++) {
		for (let j = 0; j < width; j++) gradient[j] = (gradient[j] as number) + (deltas[e * width + j] as number);
	}
}
