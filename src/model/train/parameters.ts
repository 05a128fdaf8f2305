/**
 * What training changes: one flat array of latents, and beside it what the machine will hold.
 *
 *   latent     v   weights in weight units, biases in units of 32 (one n-gram hit), so that one learning rate fits both
 *   quantised  q   weights clip(round(v), -2, 1), biases round(32·v): the integers the forward pass uses
 *
 * Layer l lies at layers[l].weights as [inputs][stride] (the transpose of a model file: training walks the outputs of
 * one active input at a time), then its biases [stride]. stride = outputs rounded up to 8; what pads it stays zero.
 */
import type { Random } from "../../base/random.js";
import { HIT, type Layer, type Network, type QueryFeatures } from "../network.js";

export interface LayerPlace {
	readonly inputs: number;
	readonly outputs: number;
	readonly stride: number;
	/** Index of the first weight and of the first bias in the flat arrays. */
	readonly weights: number;
	readonly biases: number;
}

export interface Layout {
	readonly layers: readonly LayerPlace[];
	readonly size: number;
}

/** 16-bit numbers a vector instruction works on. */
const LANES = 8;
/** Standard deviation of the first weights: about a third of them start non-zero. */
const INITIAL_SPREAD = 0.5;

/** @param sizes inputs, hidden widths, outputs */
export function layoutOf(sizes: readonly number[]): Layout {
	const layers: LayerPlace[] = [];
	let size = 0;
	for (let l = 1; l < sizes.length; l++) {
		const inputs = sizes[l - 1] as number;
		const outputs = sizes[l] as number;
		const stride = Math.ceil(outputs / LANES) * LANES;
		layers.push({ inputs, outputs, stride, weights: size, biases: size + inputs * stride });
		size += (inputs + 1) * stride;
	}
	return { layers, size };
}

/**
 * How latents of one kind are kept in range and become integers: clip(floor(unit · v + ½), low, high).
 * Latents stay near the values they can take, so that none wanders off where it cannot come back from.
 */
export interface Rounding {
	readonly latentLow: number;
	readonly latentHigh: number;
	readonly unit: number;
	readonly low: number;
	readonly high: number;
}

export const WEIGHT_ROUNDING: Rounding = { latentLow: -2.4, latentHigh: 1.4, unit: 1, low: -2, high: 1 };
export const BIAS_ROUNDING: Rounding = { latentLow: -1023, latentHigh: 1023, unit: HIT, low: -32768, high: 32767 };

export function quantise(latent: number, { unit, low, high }: Rounding): number {
	return Math.min(high, Math.max(low, Math.floor(latent * unit + 0.5)));
}

/** Fills `latent` with random weights and zero biases. */
export function initialise(layout: Layout, latent: Float32Array, random: Random): void {
	const { latentLow, latentHigh } = WEIGHT_ROUNDING;
	for (const { inputs, outputs, stride, weights } of layout.layers) {
		for (let i = 0; i < inputs; i++) {
			for (let j = 0; j < outputs; j++) {
				latent[weights + i * stride + j] = Math.min(latentHigh, Math.max(latentLow, random.normal() * INITIAL_SPREAD));
			}
		}
	}
}

/** q from v, all of it. */
export function quantiseAll(layout: Layout, latent: Float32Array, quantised: Int16Array): void {
	for (const { weights, biases, stride } of layout.layers) {
		for (let p = weights; p < biases; p++) quantised[p] = quantise(latent[p] as number, WEIGHT_ROUNDING);
		for (let p = biases; p < biases + stride; p++) quantised[p] = quantise(latent[p] as number, BIAS_ROUNDING);
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
	const layers = layout.layers.map(({ inputs, outputs, stride, weights, biases }): Layer => {
		const rows = new Int8Array(inputs * outputs);
		for (let i = 0; i < inputs; i++) {
			for (let j = 0; j < outputs; j++) rows[j * inputs + i] = quantised[weights + i * stride + j] as number;
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
	for (const [l, { inputs, outputs, stride, weights, biases }] of layout.layers.entries()) {
		const layer = network.layers[l] as Layer;
		const isLast = l === layout.layers.length - 1;
		for (let j = 0; j < outputs; j++) {
			const row = isLast ? network.charset.indexOf(charset[j] as string) : j;
			if (row === -1) continue;
			for (let i = 0; i < inputs; i++) latent[weights + i * stride + j] = layer.weights[row * inputs + i] as number;
			latent[biases + j] = (layer.biases[row] as number) / HIT;
		}
	}
}
