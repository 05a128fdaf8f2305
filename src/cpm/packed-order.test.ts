import { expect, it } from "vitest";
import { contextVector } from "../model/features.js";
import type { Network } from "../model/network.js";
import { forwardStep, querySums } from "../model/reference.js";
import { orderNeurons } from "./neuron-order.js";
import { packColumn } from "./packed-lists.js";

import { randomModel } from "./testing/random-model.js";

const { network } = randomModel(7, {
	features: { buckets: 128, ngrams: [3] },
	hidden: [90, 120],
	characters: 20,
	density: 0.15,
	biasRange: 300,
});

function bytesOf({ layers }: Network): number {
	const lengths = layers.flatMap(({ inputs, outputs, weights }) =>
		Array.from({ length: inputs }, (_, i) => {
			return packColumn(Array.from({ length: outputs }, (_, j) => weights[j * inputs + i] as number)).length;
		}),
	);
	return lengths.reduce((sum, length) => sum + length, 0);
}

function logits(of: Network, query: string): number[] {
	const outputs = forwardStep(of, querySums(of, query), contextVector(new Uint8Array(0)));
	return [...(outputs.at(-1) as Int16Array)];
}

it("numbers neurons anew for the packed kernel: the same logits in fewer bytes, and always the same way", () => {
	const ordered = orderNeurons(network, "packed");
	for (const query of ["", "hello", "what is it"]) expect(logits(ordered, query)).toEqual(logits(network, query));
	expect(bytesOf(ordered)).toBeLessThan(0.97 * bytesOf(network));
	const copy = { ...network, layers: network.layers.map((layer) => ({ ...layer })) };
	expect(orderNeurons(copy, "packed")).toEqual(ordered);
});
