/**
 * The programs of a soak run: the old one, which is on the machine, the new one, which is sent, and the receiver that
 * takes it. Small random networks, because what they would say does not matter: that they come whole and answer for
 * themselves does. Made once for all runs.
 */
import { Random } from "../../base/random.js";
import { packModel } from "../../cpm/pack.js";
import { assembleReceiver } from "../../cpm/receiver.js";
import { EOS, type Layer, type Model } from "../../model/network.js";

export interface SoakPrograms {
	readonly old: Uint8Array;
	readonly new: Uint8Array;
	readonly receiver: Uint8Array;
}

export function soakPrograms(): SoakPrograms {
	return { old: program(1), new: program(2), receiver: assembleReceiver("68b50") };
}

function program(seed: number): Uint8Array {
	const random = new Random(seed);
	const layer = (inputs: number, outputs: number): Layer => ({
		inputs,
		outputs,
		weights: Int8Array.from({ length: inputs * outputs }, () => (random.next() < 0.2 ? random.pick([-2, -1, 1]) : 0)),
		biases: new Int16Array(outputs),
	});
	const model: Model = {
		network: {
			features: { buckets: 128, ngrams: [3] },
			layers: [layer(256, 4), layer(4, 4)],
			charset: ["A", "B", "C", EOS],
		},
		metadata: {},
	};
	return packModel(model, { name: `SOAK${seed}` }).image;
}
