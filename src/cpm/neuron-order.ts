/**
 * The same network with its hidden neurons in the order that a kernel likes. Their order means nothing; that of the output
 * layer is the charset's.
 *
 *   column   later layers by their biases: accumulators that start alike stand side by side, and start-code.ts sets them
 *            two by two for half the price (layer 1 has no accumulators that start)
 *   packed   all layers so that lists need few stops (packed-order.ts)
 */
import type { Layer, Network } from "../model/network.js";
import { orderByStops } from "./packed-order.js";
import type { Kernel } from "./program.js";

export function orderNeurons(network: Network, kernel: Kernel): Network {
	const layers = [...network.layers];
	for (let l = kernel === "packed" ? 0 : 1; l < layers.length - 1; l++) {
		const order =
			kernel === "packed" ? orderByStops(network.layers[l] as Layer) : orderByBias(network.layers[l] as Layer);
		layers[l] = withOutputs(layers[l] as Layer, order);
		layers[l + 1] = withInputs(layers[l + 1] as Layer, order);
	}
	return { ...network, layers };
}

function orderByBias({ biases }: Layer): number[] {
	return Array.from(biases.keys()).sort((a, b) => (biases[a] as number) - (biases[b] as number));
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
