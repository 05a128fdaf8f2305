/**
 * The same network with the neurons of its later hidden layers in order of their biases: accumulators that start alike
 * stand side by side, and start-code.ts sets them two by two for half the price. The order of a hidden layer's neurons
 * means nothing; layer 1 has no accumulators that start, and the output layer's order is the charset's.
 */
import type { Layer, Network } from "../model/network.js";

export function orderNeurons(network: Network): Network {
	const layers = [...network.layers];
	for (let l = 1; l < layers.length - 1; l++) {
		const layer = layers[l] as Layer;
		const order = Array.from(layer.biases.keys()).sort(
			(a, b) => (layer.biases[a] as number) - (layer.biases[b] as number),
		);
		layers[l] = withOutputs(layer, order);
		layers[l + 1] = withInputs(layers[l + 1] as Layer, order);
	}
	return { ...network, layers };
}

function withOutputs({ inputs, outputs, weights, biases }: Layer, order: readonly number[]): Layer {
	const ordered = new Int8Array(weights.length);
	order.forEach((from, to) => {
		ordered.set(weights.subarray(from * inputs, (from + 1) * inputs), to * inputs);
	});
	return { inputs, outputs, weights: ordered, biases: Int16Array.from(order, (from) => biases[from] as number) };
}

function withInputs({ inputs, outputs, weights, biases }: Layer, order: readonly number[]): Layer {
	const ordered = new Int8Array(weights.length);
	for (let j = 0; j < outputs; j++)
		order.forEach((from, to) => {
			ordered[j * inputs + to] = weights[j * inputs + from] as number;
		});
	return { inputs, outputs, weights: ordered, biases };
}
