import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { normaliseQuery } from "../model/features.js";
import type { Model } from "../model/network.js";
import { generate } from "../model/reference.js";
import { packModel } from "./pack.js";
import { ChatMachine } from "./testing/chat-machine.js";
import { randomModel } from "./testing/random-model.js";

/** Asks the Z80 program and the reference, and compares every logit at every step. */
function expectExact(model: Model, queries: readonly string[]): ChatMachine {
	const program = packModel(model, { memoryTop: 0xffff });
	const machine = new ChatMachine(program);
	let logits: number[][] = [];
	machine.watch.set(machine.symbol("argmax"), () => logits.push(machine.logits()));
	for (const query of queries) {
		logits = [];
		const expected: number[][] = [];
		const reply = generate(model.network, query, (step) => expected.push([...step]));
		const actual = machine.ask(normaliseQuery(query));
		expect(logits, query).toEqual(expected);
		expect(actual, query).toBe(reply);
	}
	return machine;
}

function queries(seed: number, count: number): string[] {
	const random = new Random(seed);
	const alphabet = "abcdefghijklmnopqrstuvwxyz  eta ABC012?!.'";
	return Array.from({ length: count }, () =>
		Array.from({ length: 1 + random.int(62) }, () => random.pick([...alphabet])).join(""),
	).map((q) => (q.trim() === "" ? "x" : q));
}

describe("the Z80 program equals the integer reference at every logit", () => {
	it.each([
		[
			"one hidden layer, wide features",
			{ features: { buckets: 1024, ngrams: [2, 3] }, hidden: [64], characters: 22, density: 0.2, biasRange: 300 },
		],
		[
			"two hidden layers of odd width",
			{ features: { buckets: 256, ngrams: [2] }, hidden: [77, 33], characters: 40, density: 0.3, biasRange: 300 },
		],
		[
			"three hidden layers, z80ai features",
			{
				features: { buckets: 128, ngrams: [3] },
				hidden: [131, 64, 255],
				characters: 10,
				density: 0.15,
				biasRange: 600,
			},
		],
	] as const)("%s", (_, shape) => {
		expectExact(randomModel(1, shape), queries(2, 50));
	});
});
