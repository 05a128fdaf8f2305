/** Networks for tests: made by hand from their non-zero weights, or from a seed. */
import { Random } from "../../base/random.js";
import { CONTEXT_BUCKETS, EOS, type Layer, type Network, type QueryFeatures, Z80AI_FEATURES } from "../network.js";

/** [neuron, input, weight] */
export type Connection = readonly [number, number, number];

export function layerOf(inputs: number, biases: readonly number[], connections: readonly Connection[] = []): Layer {
	const weights = new Int8Array(inputs * biases.length);
	for (const [neuron, input, weight] of connections) weights[neuron * inputs + input] = weight;
	return { inputs, outputs: biases.length, weights, biases: Int16Array.from(biases) };
}

/** 128 trigram buckets; `characters` without EOS. */
export function networkOf(characters: string, layers: readonly Layer[]): Network {
	return { features: Z80AI_FEATURES, layers, charset: [...characters, EOS] };
}

export function randomNetwork(
	seed: number,
	hidden: readonly number[],
	features: QueryFeatures = Z80AI_FEATURES,
	characters = "ABC",
): Network {
	const random = new Random(seed);
	const sizes = [features.buckets + CONTEXT_BUCKETS, ...hidden, characters.length + 1];
	const layers = sizes.slice(1).map((outputs, l): Layer => {
		const inputs = sizes[l] as number;
		return {
			inputs,
			outputs,
			weights: Int8Array.from({ length: inputs * outputs }, () => random.int(4) - 2),
			biases: Int16Array.from({ length: outputs }, () => random.int(2001) - 1000),
		};
	});
	return { features, layers, charset: [...characters, EOS] };
}
