/**
 * What training changes: one flat array of latents, and beside it what the machine will hold.
 *
 *   latent     v   weights in weight units, biases in units of 32 (one n-gram hit), so that one learning rate fits both
 *   quantised  q   weights clip(round(v), -2, 1), biases round(32·v): the integers the forward pass uses
 *
 * Layer l lies at layers[l].weights as [inputs][outputs] (the transpose of a model file: training walks the outputs of
 * one active input at a time), then its biases [outputs].
 */
import type { Random } from "../../base/random.js";
import { HIT, type Layer, type Network, type QueryFeatures } from "../network.js";

export interface LayerPlace {
	readonly inputs: number;
	readonly outputs: number;
	/** Index of the first weight and of the first bias in the flat arrays. */
	readonly weights: number;
	readonly biases: number;
}

export interface Layout {
	readonly layers: readonly LayerPlace[];
	readonly size: number;
}

/** Latents are kept near the values they can take, so that none wanders off where it cannot come back from. */
const MIN_LATENT = -2.4;
const MAX_LATENT = 1.4;
const MAX_BIAS_LATENT = 32767 / HIT;
/** Standard deviation of the first weights: about a third of them start non-zero. */
const INITIAL_SPREAD = 0.5;

/** @param sizes inputs, hidden widths, outputs */
export function layoutOf(sizes: readonly number[]): Layout {
	const layers: LayerPlace[] = [];
	let size = 0;
	for (let l = 1; l < sizes.length; l++) {
		const inputs = sizes[l - 1] as number;
		const outputs = sizes[l] as number;
		layers.push({ inputs, outputs, weights: size, biases: size + inputs * outputs });
		size += (inputs + 1) * outputs;
	}
	return { layers, size };
}

export function quantiseWeight(latent: number): number {
	const rounded = Math.floor(latent + 0.5);
	return rounded < -2 ? -2 : rounded > 1 ? 1 : rounded;
}

export function quantiseBias(latent: number): number {
	return Math.floor(latent * HIT + 0.5);
}

export function clipWeight(latent: number): number {
	return latent < MIN_LATENT ? MIN_LATENT : latent > MAX_LATENT ? MAX_LATENT : latent;
}

export function clipBias(latent: number): number {
	return latent < -MAX_BIAS_LATENT ? -MAX_BIAS_LATENT : latent > MAX_BIAS_LATENT ? MAX_BIAS_LATENT : latent;
}

/** Fills `latent` with random weights and zero biases. */
export function initialise(layout: Layout, latent: Float32Array, random: Random): void {
	for (const { weights, biases, outputs } of layout.layers) {
		for (let p = weights; p < biases; p++) latent[p] = clipWeight(random.normal() * INITIAL_SPREAD);
		latent.fill(0, biases, biases + outputs);
	}
}

/** q from v, all of it. */
export function quantiseAll(layout: Layout, latent: Float32Array, quantised: Int16Array): void {
	for (const { weights, biases, outputs } of layout.layers) {
		for (let p = weights; p < biases; p++) quantised[p] = quantiseWeight(latent[p] as number);
		for (let p = biases; p < biases + outputs; p++) quantised[p] = quantiseBias(latent[p] as number);
	}
}

export function countNonzeroWeights(layout: Layout, quantised: Int16Array): number {
	let count = 0;
	for (const { weights, biases } of layout.layers) {
		for (let p = weights; p < biases; p++) if (quantised[p] !== 0) count++;
	}
	return count;
}

/** The network that `quantised` is. */
export function toNetwork(
	layout: Layout,
	quantised: Int16Array,
	features: QueryFeatures,
	charset: readonly string[],
): Network {
	const layers = layout.layers.map(({ inputs, outputs, weights, biases }): Layer => {
		const rows = new Int8Array(inputs * outputs);
		for (let i = 0; i < inputs; i++) {
			for (let j = 0; j < outputs; j++) rows[j * inputs + i] = quantised[weights + i * outputs + j] as number;
		}
		return { inputs, outputs, weights: rows, biases: quantised.slice(biases, biases + outputs) };
	});
	return { features, layers, charset };
}

/**
 * Latents that quantise to `network`, to go on from. Output neurons are matched by character, so the charset may have
 * changed; characters the network does not know keep what `latent` holds.
 */
export function fromNetwork(layout: Layout, latent: Float32Array, network: Network, charset: readonly string[]): void {
	for (const [l, { inputs, outputs, weights, biases }] of layout.layers.entries()) {
		const layer = network.layers[l] as Layer;
		const isLast = l === layout.layers.length - 1;
		for (let j = 0; j < outputs; j++) {
			const row = isLast ? network.charset.indexOf(charset[j] as string) : j;
			if (row === -1) continue;
			for (let i = 0; i < inputs; i++) latent[weights + i * outputs + j] = layer.weights[row * inputs + i] as number;
			latent[biases + j] = (layer.biases[row] as number) / HIT;
		}
	}
}
