/**
 * How often each neuron is active, on ordinary questions. The packer spends its effort where the machine does; nothing
 * here touches exactness, so an estimate will do.
 */

import { machineByte } from "../model/charset.js";
import { contextVector } from "../model/features.js";
import { type Layer, MAX_REPLY_LENGTH, type Network } from "../model/network.js";
import { argmax, forwardStep, querySums } from "../model/reference.js";

/** Short everyday questions and remarks, for models that come without a corpus. */
export const PROBE_QUERIES: readonly string[] = [
	"hello",
	"how are you today",
	"what is your name",
	"are you a person",
	"is it alive",
	"can you eat it",
	"does it have legs",
	"is it bigger than a car",
	"would i find one at home",
	"is it made of metal",
	"tell me a joke",
	"what time is it",
	"do you like music",
	"i am tired",
	"thank you very much",
	"goodbye",
	"where do you live",
	"who made you",
	"is it a dog",
	"does it make noise",
	"can i buy one in a shop",
	"how old are you",
	"you are wonderful",
	"what can you do",
];

/** Share of steps in which each neuron of each hidden layer is above zero: [hidden layer][neuron], 0 to 1. */
export function hiddenActivity(network: Network, queries: readonly string[] = PROBE_QUERIES): Float64Array[] {
	const hidden = network.layers.slice(0, -1);
	const counts = hidden.map((layer: Layer) => new Float64Array(layer.outputs));
	let steps = 0;
	for (const query of queries) {
		const sums = querySums(network, query);
		const emitted: number[] = [];
		while (emitted.length < MAX_REPLY_LENGTH) {
			const outputs = forwardStep(network, sums, contextVector(Uint8Array.from(emitted)));
			steps++;
			counts.forEach((count, l) => {
				const y = outputs[l] as Int16Array;
				for (let j = 0; j < count.length; j++) if ((y[j] as number) > 0) count[j] = (count[j] as number) + 1;
			});
			const character = network.charset[argmax(outputs[hidden.length] as Int16Array)] as string;
			const byte = machineByte(character);
			if (byte === undefined) break;
			emitted.push(byte);
		}
	}
	return counts.map((count) => count.map((n) => n / steps));
}
