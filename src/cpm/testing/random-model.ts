/** Random networks for exactness tests: any shape, density, query features, biases and charset the format allows. */
import { Random } from "../../base/random.js";
import { EOS, type Layer, type Model, type QueryFeatures } from "../../model/network.js";

export interface RandomModelShape {
	readonly features: QueryFeatures;
	readonly hidden: readonly number[];
	/** Characters besides EOS. */
	readonly characters: number;
	/** Share of non-zero weights. */
	readonly density: number;
	/** Biases are drawn from ±this. */
	readonly biasRange: number;
}

export function randomModel(seed: number, shape: RandomModelShape): Model {
	const random = new Random(seed);
	const widths = [shape.features.buckets + 128, ...shape.hidden, shape.characters + 1];
	const layers: Layer[] = [];
	for (let l = 1; l < widths.length; l++) {
		const inputs = widths[l - 1] as number;
		const outputs = widths[l] as number;
		const weights = Int8Array.from({ length: inputs * outputs }, () =>
			random.next() < shape.density ? random.pick([-2, -1, 1]) : 0,
		);
		const biases = Int16Array.from({ length: outputs }, () => random.int(2 * shape.biasRange + 1) - shape.biasRange);
		layers.push({ inputs, outputs, weights, biases });
	}
	const charset = Array.from({ length: shape.characters }, (_, i) => String.fromCharCode(0x20 + i));
	return { network: { features: shape.features, layers, charset: [...charset, EOS] }, metadata: {} };
}
