/**
 * Adam with a proximal L1 step, one chunk of parameters at a time: gradient, moments, step, shrink, clip, round.
 *
 *   m ← β₁m + (1-β₁)g     s ← β₂s + (1-β₂)g²     v ← v - lr · m̂ / (√ŝ + ε)     v ← sign(v) · max(0, |v| - lr · λ · cost)
 *
 * (Kingma & Ba 2015; the shrinking makes weights exactly zero rather than small.) Biases are not shrunk.
 */
import { biasGradient, contextWeightGradient, denseWeightGradient, queryWeightGradient } from "./backward.js";
import type { Kernels } from "./kernels.js";
import { BIAS_ROUNDING, type LayerPlace, type Rounding, WEIGHT_ROUNDING } from "./parameters.js";
import { address, CHUNK_INPUTS, CONTROL, type Scratch, type Workspace } from "./workspace.js";

/** A range of parameters that one thread updates by itself. */
export interface Chunk {
	readonly kind: "query" | "context" | "dense" | "bias";
	readonly layer: number;
	/** Inputs [from, to) of the kind; for biases all outputs. */
	readonly from: number;
	readonly to: number;
}

/** All parameters. */
export function chunksOf({ layout, queryBuckets }: Workspace): Chunk[] {
	const chunks: Chunk[] = [];
	for (const [layer, { inputs }] of layout.layers.entries()) {
		chunks.push({ kind: "bias", layer, from: 0, to: 1 });
		if (layer === 0) chunks.push({ kind: "context", layer, from: 0, to: inputs - queryBuckets });
		const end = layer === 0 ? queryBuckets : inputs;
		for (let from = 0; from < end; from += CHUNK_INPUTS) {
			chunks.push({ kind: layer === 0 ? "query" : "dense", layer, from, to: Math.min(from + CHUNK_INPUTS, end) });
		}
	}
	return chunks;
}

/** Index of a chunk's first parameter, and how many there are. */
export function parametersOf(space: Workspace, { kind, layer, from, to }: Chunk): { start: number; length: number } {
	const { weights, biases, stride } = space.layout.layers[layer] as LayerPlace;
	if (kind === "bias") return { start: biases, length: stride };
	const firstInput = kind === "context" ? space.queryBuckets : from;
	return { start: weights + firstInput * stride, length: (to - from) * stride };
}

/** The gradient of one chunk into scratch.gradient[0 … length). */
export function differentiateChunk(space: Workspace, kernels: Kernels, scratch: Scratch, chunk: Chunk): void {
	scratch.gradient.fill(0, 0, parametersOf(space, chunk).length);
	if (chunk.kind === "query") queryWeightGradient(space, kernels, scratch, chunk.from, chunk.to);
	else if (chunk.kind === "context") contextWeightGradient(space, kernels, scratch);
	else if (chunk.kind === "dense") denseWeightGradient(space, kernels, scratch, chunk.layer, chunk.from, chunk.to);
	else biasGradient(space, kernels, scratch, chunk.layer);
}

/** One Adam step of one chunk. */
export function updateChunk(space: Workspace, kernels: Kernels, scratch: Scratch, chunk: Chunk): void {
	differentiateChunk(space, kernels, scratch, chunk);
	const { control, layout, shrinkage } = space;
	const { start, length } = parametersOf(space, chunk);
	if (chunk.kind === "bias") updateRange(space, kernels, scratch, start, 0, length, 0, BIAS_ROUNDING);
	else if (chunk.kind === "dense") {
		const { stride } = layout.layers[chunk.layer] as LayerPlace;
		const strengths = shrinkage[chunk.layer - 1] as Float32Array;
		for (let i = chunk.from; i < chunk.to; i++) {
			const offset = (i - chunk.from) * stride;
			updateRange(space, kernels, scratch, start, offset, stride, strengths[i] as number, WEIGHT_ROUNDING);
		}
	} else {
		const strength = control[chunk.kind === "query" ? CONTROL.querySparsity : CONTROL.contextSparsity] as number;
		updateRange(space, kernels, scratch, start, 0, length, strength, WEIGHT_ROUNDING);
	}
}

/** Parameters start + offset … start + offset + length, whose gradient is at scratch.gradient[offset …]. */
function updateRange(
	{ latent, first, second, quantised, control }: Workspace,
	kernels: Kernels,
	{ gradient }: Scratch,
	start: number,
	offset: number,
	length: number,
	strength: number,
	rounding: Rounding,
): void {
	const learningRate = control[CONTROL.learningRate] as number;
	const at = start + offset;
	kernels.adam(
		address(latent, at),
		address(first, at),
		address(second, at),
		address(gradient, offset),
		address(quantised, at),
		length,
		learningRate * (control[CONTROL.firstCorrection] as number),
		control[CONTROL.secondCorrection] as number,
		learningRate * strength,
		rounding.latentLow,
		rounding.latentHigh,
		rounding.unit,
		rounding.low,
		rounding.high,
	);
}
