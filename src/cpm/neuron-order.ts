/**
 * The same network with its hidden neurons in the order that the packed kernel likes: so that lists need few stops
 * (packed-order.ts). Their order means nothing; that of the output layer is the charset's. The column kernel likes
 * accumulators that start alike side by side, and those are not known yet: machine-network.ts puts them in order.
 */
import type { Layer, Network } from "../model/network.js";
import { orderByStops } from "./packed-order.js";
import type { Kernel } from "./program.js";

export function orderNeurons(network: Network, kernel: Kernel): Network {
	if (kernel === "column") return network;
	const layers = [...network.layers];
	for (let l = 0; l < layers.length - 1; l++) {
		const order = orderByStops(network.layers[l] as Layer);
		layers[l] = withOutputs(layers[l] as Layer, order);
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
