/**
 * Adam with a proximal L1 step, one chunk of parameters at a time: gradient, moments, step, shrink, clip, round.
 *
 *   m ← β₁m + (1-β₁)g     s ← β₂s + (1-β₂)g²     v ← v - lr · m̂ / (√ŝ + ε)     v ← c + sign(v - c) · max(0, |v - c| - lr · λ)
 *
 * (Kingma & Ba 2015; the shrinking makes weights exactly c, mostly zero, rather than nearly.) Biases are not shrunk.
 */
import { CONTEXT_BUCKETS } from "../network.js";
import { biasGradient, contextWeightGradient, denseWeightGradient, queryWeightGradient } from "./backward.js";
import type { Kernels } from "./kernels.js";
import { BIAS_ROUNDING, type LayerPlace, WEIGHT_ROUNDING } from "./parameters.js";
import { address, CHUNK_COLUMNS, CHUNK_INPUTS, CONTROL, type Scratch, type Workspace } from "./workspace.js";

/** A range of parameters that one thread updates by itself. */
export interface Chunk {
	readonly kind: "query" | "context" | "dense" | "bias";
	readonly layer: number;
	/** Inputs [from, to) of the kind; for context weights neurons [from, to) of all inputs, for biases all. */
	readonly from: number;
	readonly to: number;
}

/** All parameters. */
export function chunksOf({ layout, queryBuckets }: Workspace): Chunk[] {
	const chunks: Chunk[] = [];
	for (const [layer, { inputs, stride }] of layout.layers.entries()) {
		chunks.push({ kind: "bias", layer, from: 0, to: stride });
		if (layer === 0) {
			for (let from = 0; from < stride; from += CHUNK_COLUMNS) {
				chunks.push({ kind: "context", layer, from, to: Math.min(from + CHUNK_COLUMNS, stride) });
			}
		}
		const end = layer === 0 ? queryBuckets : inputs;
		for (let from = 0; from < end; from += CHUNK_INPUTS) {
			chunks.push({ kind: layer === 0 ? "query" : "dense", layer, from, to: Math.min(from + CHUNK_INPUTS, end) });
		}
	}
	return chunks;
}

/** Where a chunk's parameters lie: `rows` rows of `width`, `stride` apart, the first at index `start`. */
export interface ChunkPlace {
	readonly start: number;
	readonly rows: number;
	readonly width: number;
	readonly stride: number;
}

export function placeOf(space: Workspace, { kind, layer, from, to }: Chunk): ChunkPlace {
	const { weights, biases, stride } = space.layout.layers[layer] as LayerPlace;
	if (kind === "bias") return { start: biases, rows: 1, width: stride, stride };
	if (kind === "context") {
		return { start: weights + space.queryBuckets * stride + from, rows: CONTEXT_BUCKETS, width: to - from, stride };
	}
	return { start: weights + from * stride, rows: to - from, width: stride, stride };
}

/** The gradient of one chunk into scratch.gradient, [rows][width]. */
export function differentiateChunk(space: Workspace, kernels: Kernels, scratch: Scratch, chunk: Chunk): void {
	const { kind, layer, from, to } = chunk;
	if (kind === "query") queryWeightGradient(space, kernels, scratch, from, to);
	else if (kind === "context") contextWeightGradient(space, kernels, scratch, from, to);
	else if (kind === "dense") denseWeightGradient(space, kernels, scratch, layer, from, to);
	else biasGradient(space, kernels, scratch, layer);
}

/** One Adam step of one chunk. */
export function updateChunk(space: Workspace, kernels: Kernels, scratch: Scratch, chunk: Chunk): void {
	differentiateChunk(space, kernels, scratch, chunk);
	const { control, shrinkage, centres, zeros, latent, first, second, quantised } = space;
	const { start, rows, width, stride } = placeOf(space, chunk);
	const { latentLow, latentHigh, unit, low, high } = chunk.kind === "bias" ? BIAS_ROUNDING : WEIGHT_ROUNDING;
	const learningRate = control[CONTROL.learningRate] as number;
	const byInput = chunk.kind === "dense";
	if (!byInput) scratch.strength[0] = strengthOf(control, chunk.kind);
	const ofInput = (values: readonly Float32Array[]) => address(values[chunk.layer - 1] as Float32Array, chunk.from);
	kernels.adam(
		address(latent, start),
		address(first, start),
		address(second, start),
		address(scratch.gradient, 0),
		address(quantised, start),
		rows,
		width,
		stride,
		byInput ? ofInput(shrinkage) : address(scratch.strength, 0),
		byInput ? ofInput(centres) : address(zeros, 0),
		byInput ? Float32Array.BYTES_PER_ELEMENT : 0,
		learningRate * (control[CONTROL.firstCorrection] as number),
		learningRate,
		control[CONTROL.secondCorrection] as number,
		latentLow,
		latentHigh,
		unit,
		low,
		high,
	);
	if (byInput) clearPadding(space, chunk);
}

/** What pads the rows stays zero, wherever their centre is. */
function clearPadding({ layout, latent, quantised }: Workspace, { layer, from, to }: Chunk): void {
	const { weights, outputs, stride } = layout.layers[layer] as LayerPlace;
	for (let row = weights + from * stride; row < weights + to * stride; row += stride) {
		latent.fill(0, row + outputs, row + stride);
		quantised.fill(0, row + outputs, row + stride);
	}
}

/** Strength of shrinking, the same for all parameters of a chunk of this kind. */
function strengthOf(control: Float64Array, kind: "query" | "context" | "bias"): number {
	if (kind === "bias") return 0;
	return control[kind === "query" ? CONTROL.querySparsity : CONTROL.contextSparsity] as number;
}
