/**
 * Loss and gradients of a mini-batch, each forward formula followed backwards with "straight-through" rules: rounding,
 * the floor of >> 2 and the wrap to 16 bits count as the identity, so ∂y/∂acc = 1/4 wherever a neuron is active.
 *
 *   loss of an example = (1 - p^q) / q + Σ penalty · saturation(y) over hidden neurons        p = softmax(scale · logits)
 *   ∂/∂logit_k = scale · p^q · (p_k - [k = target])     ∂/∂acc = ∂/∂y / 4      ∂/∂w_ij = Σ_examples x_i · ∂/∂acc_j
 *
 * where p and p^q are of the target. For q = 0 that is cross-entropy, -log p; the higher q, the less is learnt from what is
 * hopeless anyway, and for 1 the loss is the share of wrong characters (Zhang & Sabuncu 2018, "Generalized Cross Entropy
 * Loss for Training Deep Neural Networks with Noisy Labels").
 *
 * Every sum runs over examples in one fixed order, so the result does not depend on how threads share the work.
 */
import { CONTEXT_BUCKETS } from "../network.js";
import { forwardItems } from "./forward.js";
import type { Kernels } from "./kernels.js";
import type { LayerPlace } from "./parameters.js";
import { type Activity, address, CONTROL, ITEMS_PER_TASK, type Scratch, type Workspace } from "./workspace.js";

/**
 * An activation of this size pays half of the highest penalty; one n-gram hit is worth 8. Much larger ones feel little:
 * the machine's time depends on whether a neuron is active, not on how much.
 */
const HALF_SATURATION = 32;
/** exp(-30) is below what a float gradient can hold beside 1. */
const NEGLIGIBLE = 30;

/** Penalty of an active neuron, 0–1: grows with y, but ever less, so that it empties neurons rather than shrinks all. */
function saturation(y: number): number {
	return y / (y + HALF_SATURATION);
}

/** Forward and backward for task `task`, items [from, to): outputs, lists, deltas, item deltas, loss. */
export function differentiateItems(
	space: Workspace,
	kernels: Kernels,
	scratch: Scratch,
	from: number,
	to: number,
	drops: boolean,
): void {
	const { plan, itemDeltas, itemLoss, itemScaleGradient } = space;
	const { stride } = space.layout.layers[0] as LayerPlace;
	const deltas = space.deltas[0] as Float32Array;
	plan.task[from / ITEMS_PER_TASK] = plan.first[from] as number;
	plan.task[from / ITEMS_PER_TASK + 1] = plan.first[to] as number;
	forwardItems(space, kernels, scratch, from, to, drops);
	updateExponentials(scratch, space.control[CONTROL.scale] as number);
	for (let item = from; item < to; item++) {
		itemLoss[item] = 0;
		itemScaleGradient[item] = 0;
		const end = plan.first[item + 1] as number;
		for (let e = plan.first[item] as number; e < end; e++) {
			softmaxBackward(space, scratch, item, e);
			penaliseActivations(space, item, e);
		}
	}
	for (let l = space.layout.layers.length - 1; l > 0; l--) backwardLayer(space, kernels, l, from, to);
	for (let item = from; item < to; item++) {
		const e = plan.first[item] as number;
		const n = (plan.first[item + 1] as number) - e;
		kernels.sumColumns(address(itemDeltas, item * stride), address(deltas, e * stride), n, stride);
	}
}

/**
 * The table of exp(-scale · n): logits are integers, so it has all that is needed. By multiplication, in double
 * precision: 4,096 roundings are still far below what a 32-bit gradient shows.
 */
function updateExponentials({ exponentials, scale: known }: Scratch, scale: number): void {
	if (known[0] === scale) return;
	known[0] = scale;
	const factor = Math.exp(-scale);
	let value = 1;
	for (let n = 0; n < exponentials.length; n++) {
		exponentials[n] = value;
		value = scale * (n + 1) > NEGLIGIBLE ? 0 : value * factor;
	}
}

/** Loss of one example, and the deltas of the last layer. */
function softmaxBackward(space: Workspace, scratch: Scratch, item: number, example: number): void {
	const { plan, control, itemLoss, itemScaleGradient } = space;
	const logits = space.outputs.at(-1) as Int16Array;
	const deltas = space.deltas.at(-1) as Float32Array;
	const { outputs, stride } = space.layout.layers.at(-1) as LayerPlace;
	const { probabilities: p, exponentials } = scratch;
	const scale = control[CONTROL.scale] as number;
	const weight = plan.weight[example] as number;
	const target = plan.target[example] as number;
	const at = example * stride;

	let max = logits[at] as number;
	for (let k = 1; k < outputs; k++) if ((logits[at + k] as number) > max) max = logits[at + k] as number;
	let total = 0;
	let logitSum = 0;
	for (let k = 0; k < outputs; k++) {
		const logit = logits[at + k] as number;
		const below = max - logit;
		const e = below < exponentials.length ? (exponentials[below] as number) : negligibleOr(scale * below);
		p[k] = e;
		total += e;
		logitSum += e * logit;
	}
	const q = control[CONTROL.robustness] as number;
	const likelihood = (p[target] as number) / total;
	const trust = likelihood ** q;
	const slope = (weight * trust * scale) / 4;
	const share = slope / total;
	for (let k = 0; k < outputs; k++) deltas[at + k] = share * (p[k] as number);
	deltas[at + target] = share * (p[target] as number) - slope;
	const wanted = logits[at + target] as number;
	const loss = q === 0 ? Math.log(total) - scale * (wanted - max) : (1 - trust) / q;
	itemLoss[item] = (itemLoss[item] as number) + weight * loss;
	itemScaleGradient[item] = (itemScaleGradient[item] as number) + weight * trust * scale * (logitSum / total - wanted);
}

/** exp(-x), or 0 where that is negligible. */
function negligibleOr(x: number): number {
	return x > NEGLIGIBLE ? 0 : Math.exp(-x);
}

/** Adds the activation penalty of one example to its item's loss; the slope is added in the backward kernel. */
function penaliseActivations(
	{ outputs, penalties, plan, itemLoss, activity }: Workspace,
	item: number,
	example: number,
) {
	let total = 0;
	for (let l = 0; l < penalties.length; l++) {
		const penalty = penalties[l] as Float32Array;
		const y = outputs[l] as Int16Array;
		const { list, count } = activity[l] as Activity;
		const at = example * penalty.length;
		const end = at + (count[example] as number);
		for (let k = at; k < end; k++) {
			const j = list[k] as number;
			total += (penalty[j] as number) * saturation(y[at + j] as number);
		}
	}
	itemLoss[item] = (itemLoss[item] as number) + (plan.toll[example] as number) * total;
}

/** Deltas of the layer below layer l for items [from, to), one task, from those of layer l; and who its users are. */
function backwardLayer(space: Workspace, kernels: Kernels, l: number, from: number, to: number): void {
	const { layout, quantised, outputs, deltas, penalties, plan, activity } = space;
	const { stride, weights } = layout.layers[l] as LayerPlace;
	const { stride: below } = layout.layers[l - 1] as LayerPlace;
	const { list, count, users, userCount } = activity[l - 1] as Activity;
	const e = plan.first[from] as number;
	const n = (plan.first[to] as number) - e;
	const usersAt = address(users, e * below);
	const countsAt = address(userCount, (from / ITEMS_PER_TASK) * below);
	kernels.listUsers(address(list, e * below), address(count, e), n, below, usersAt, countsAt);
	kernels.backward(
		address(deltas[l - 1] as Float32Array, e * below),
		address(outputs[l - 1] as Int16Array, e * below),
		usersAt,
		countsAt,
		n,
		below,
		address(quantised, weights),
		address(deltas[l] as Float32Array, e * stride),
		stride,
		address(penalties[l - 1] as Float32Array, 0),
		address(plan.toll, e),
		HALF_SATURATION,
	);
}

/** Gradient of the query half's weights of inputs [from, to), [to-from][stride 1], into scratch.gradient. */
export function queryWeightGradient(
	{ layout, itemDeltas, itemsByBucket }: Workspace,
	kernels: Kernels,
	{ gradient }: Scratch,
	from: number,
	to: number,
): void {
	const { start, row, count } = itemsByBucket;
	const { stride } = layout.layers[0] as LayerPlace;
	const deltas = address(itemDeltas, 0);
	kernels.gather(address(gradient, 0), from, to, address(start, 0), address(row, 0), address(count, 0), deltas, stride);
}

/** Gradient of the context weights of neurons [from, to), [128][to-from], into scratch.gradient. */
export function contextWeightGradient(
	space: Workspace,
	kernels: Kernels,
	{ gradient, slotDeltas }: Scratch,
	from: number,
	to: number,
): void {
	const { plan, layout, slotsByBucket } = space;
	const { start, row, count } = slotsByBucket;
	const { stride } = layout.layers[0] as LayerPlace;
	const [, examples = 0, slots = 0] = plan.used;
	const columns = to - from;
	slotDeltas.fill(0, 0, slots * columns);
	const sums = address(slotDeltas, 0);
	const deltas = address(space.deltas[0] as Float32Array, from);
	kernels.addBySlot(sums, columns, deltas, stride, address(plan.slot, 0), examples);
	kernels.gather(
		address(gradient, 0),
		0,
		CONTEXT_BUCKETS,
		address(start, 0),
		address(row, 0),
		address(count, 0),
		sums,
		columns,
	);
}

/** Gradient of layer l ≥ 1 (counted from 0) for inputs [from, to), [to-from][stride], into scratch.gradient. */
export function denseWeightGradient(
	{ layout, plan, outputs, deltas, activity }: Workspace,
	kernels: Kernels,
	{ gradient }: Scratch,
	l: number,
	from: number,
	to: number,
): void {
	const { stride } = layout.layers[l] as LayerPlace;
	const { stride: below } = layout.layers[l - 1] as LayerPlace;
	const { users, userCount } = activity[l - 1] as Activity;
	kernels.outer(
		address(gradient, 0),
		from,
		to,
		address(outputs[l - 1] as Int16Array, 0),
		below,
		address(users, 0),
		address(userCount, 0),
		address(plan.task, 0),
		Math.ceil((plan.used[0] as number) / ITEMS_PER_TASK),
		address(deltas[l] as Float32Array, 0),
		stride,
	);
}

/** Gradient of layer l's biases, [stride], into scratch.gradient. */
export function biasGradient({ layout, deltas, plan }: Workspace, kernels: Kernels, { gradient }: Scratch, l: number) {
	const { stride } = layout.layers[l] as LayerPlace;
	const rows = address(deltas[l] as Float32Array, 0);
	kernels.sumColumns(address(gradient, 0), rows, plan.used[1] as number, stride);
}
