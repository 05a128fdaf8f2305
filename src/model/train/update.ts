/**
 * Adam with a proximal L1 step, one chunk of parameters at a time: gradient, moments, step, shrink, clip, quantise.
 *
 *   m ← β₁m + (1-β₁)g     s ← β₂s + (1-β₂)g²     v ← v - lr · m̂ / (√ŝ + ε)     v ← sign(v) · max(0, |v| - lr · λ · cost)
 *
 * (Kingma & Ba 2015; the shrinking makes weights exactly zero rather than small.) Biases are not shrunk.
 */
import { biasGradient, contextWeightGradient, denseWeightGradient, queryWeightGradient } from "./backward.js";
import { clipBias, clipWeight, type LayerPlace, quantiseBias, quantiseWeight } from "./parameters.js";
import { CONTROL, type Workspace } from "./workspace.js";

export const FIRST_DECAY = 0.9;
export const SECOND_DECAY = 0.99;
const EPSILON = 1e-12;
/** Query inputs whose weights one chunk holds: few enough that gradient and moments stay in a core's cache. */
const CHUNK_INPUTS = 64;

/** A range of parameters that one thread updates by itself. */
export interface Chunk {
	readonly kind: "query" | "context" | "dense" | "bias";
	readonly layer: number;
	/** Inputs [from, to) of the kind; for biases all outputs. */
	readonly from: number;
	readonly to: number;
}

/** All parameters, the largest pieces of work first. */
export function chunksOf(space: Workspace): Chunk[] {
	const { layers } = space.layout;
	const chunks: Chunk[] = [
		{ kind: "context", layer: 0, from: 0, to: (layers[0] as LayerPlace).inputs - space.queryBuckets },
	];
	for (let from = 0; from < space.queryBuckets; from += CHUNK_INPUTS) {
		chunks.push({ kind: "query", layer: 0, from, to: Math.min(from + CHUNK_INPUTS, space.queryBuckets) });
	}
	for (let layer = 1; layer < layers.length; layer++) {
		const { inputs } = layers[layer] as LayerPlace;
		for (let from = 0; from < inputs; from += CHUNK_INPUTS) {
			chunks.push({ kind: "dense", layer, from, to: Math.min(from + CHUNK_INPUTS, inputs) });
		}
	}
	for (let layer = 0; layer < layers.length; layer++) chunks.push({ kind: "bias", layer, from: 0, to: 1 });
	return chunks;
}

/** What each thread needs for itself: the gradient of one chunk, and sums per slot. */
export interface UpdateScratch {
	readonly gradient: Float32Array;
	readonly slotDeltas: Float32Array;
}

export function createUpdateScratch(space: Workspace): UpdateScratch {
	const width = Math.max(...space.layout.layers.map((layer) => layer.outputs));
	return {
		gradient: new Float32Array(Math.max(CHUNK_INPUTS, 128) * width),
		slotDeltas: new Float32Array(space.contextSums.length),
	};
}

/** Index of a chunk's first parameter, and how many there are. */
export function parametersOf(space: Workspace, chunk: Chunk): { start: number; length: number } {
	const { weights, biases, outputs } = space.layout.layers[chunk.layer] as LayerPlace;
	if (chunk.kind === "bias") return { start: biases, length: outputs };
	const firstInput = chunk.kind === "context" ? space.queryBuckets : chunk.from;
	return { start: weights + firstInput * outputs, length: (chunk.to - chunk.from) * outputs };
}

/** The gradient of one chunk into scratch.gradient[0 … length). */
export function differentiateChunk(space: Workspace, scratch: UpdateScratch, chunk: Chunk): void {
	const { gradient, slotDeltas } = scratch;
	gradient.fill(0, 0, parametersOf(space, chunk).length);
	if (chunk.kind === "query") queryWeightGradient(space, gradient, chunk.from, chunk.to);
	else if (chunk.kind === "context") contextWeightGradient(space, gradient, slotDeltas);
	else if (chunk.kind === "dense") denseWeightGradient(space, chunk.layer, gradient, chunk.from, chunk.to);
	else biasGradient(space, chunk.layer, gradient);
}

/** One Adam step of one chunk. */
export function updateChunk(space: Workspace, scratch: UpdateScratch, chunk: Chunk): void {
	differentiateChunk(space, scratch, chunk);
	const { latent, first, second, quantised, control } = space;
	const { gradient } = scratch;
	const { start, length } = parametersOf(space, chunk);
	const { outputs } = space.layout.layers[chunk.layer] as LayerPlace;
	const costs = space.costs[chunk.layer] as Float32Array;
	const rate = (control[CONTROL.learningRate] as number) * (control[CONTROL.firstCorrection] as number);
	const secondCorrection = control[CONTROL.secondCorrection] as number;
	const shrink = (control[CONTROL.learningRate] as number) * (control[CONTROL.sparsity] as number);
	const isBias = chunk.kind === "bias";
	const firstInput = chunk.kind === "context" ? space.queryBuckets : chunk.from;

	for (let k = 0; k < length; k += outputs) {
		const threshold = isBias ? 0 : shrink * (costs[firstInput + k / outputs] as number);
		for (let j = k; j < k + outputs; j++) {
			const p = start + j;
			const g = gradient[j] as number;
			const m = FIRST_DECAY * (first[p] as number) + (1 - FIRST_DECAY) * g;
			const s = SECOND_DECAY * (second[p] as number) + (1 - SECOND_DECAY) * g * g;
			first[p] = m;
			second[p] = s;
			const v = (latent[p] as number) - (rate * m) / (Math.sqrt(s * secondCorrection) + EPSILON);
			if (isBias) {
				const kept = clipBias(v);
				latent[p] = kept;
				quantised[p] = quantiseBias(kept);
				continue;
			}
			const shrunk = v > threshold ? v - threshold : v < -threshold ? v + threshold : 0;
			const kept = clipWeight(shrunk);
			latent[p] = kept;
			quantised[p] = quantiseWeight(kept);
		}
	}
}
