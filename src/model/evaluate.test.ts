import { describe, expect, test } from "vitest";
import { evaluate } from "./evaluate.js";
import { generate } from "./reference.js";
import { layerOf, networkOf, randomNetwork } from "./testing/networks.js";

const pair = (query: string, reply: string) => ({ query, reply, source: "test", line: 1 });

describe("evaluate", () => {
	test("replies overall and macro, characters with EOS", () => {
		// Says "A" to " a " (bucket 127) and nothing to anything else; after "A" (context bucket 80) it stops.
		const network = networkOf("A", [
			layerOf(
				256,
				[0, 4],
				[
					[0, 127, 1],
					[0, 128 + 80, -2],
				],
			),
		]);
		expect(generate(network, "a")).toBe("A");
		const result = evaluate(network, [pair("a", "A"), pair("b", "A"), pair("a", "A"), pair("a", "AA")]);
		expect(result.pairs).toBe(4);
		expect(result.reply.overall).toBe(2 / 4);
		expect(result.reply.macro).toBeCloseTo((2 / 3 + 0) / 2);
		// A·EOS right twice, for "b" only EOS, for "AA" the first A and the EOS that follows the second
		expect(result.char).toBeCloseTo((2 + 1 + 2 + 2) / (2 + 2 + 2 + 3));
	});

	test("a reply of 50 characters needs no EOS", () => {
		const network = networkOf("A", [layerOf(256, [4, 0])]);
		expect(evaluate(network, [pair("x", "A".repeat(50))]).reply.overall).toBe(1);
		expect(evaluate(network, [pair("x", "A".repeat(49))]).reply.overall).toBe(0);
	});

	test("counts the non-zero weights of non-zero inputs, without the query half", () => {
		const hidden = layerOf(
			256,
			[8, -8],
			[
				[0, 127, 1],
				[0, 128 + 15, 1],
				[1, 128 + 15, -1],
				[0, 128 + 80, 1],
			],
		);
		const last = layerOf(
			2,
			[0, 0, 1000],
			[
				[0, 0, 1],
				[1, 0, -1],
				[0, 1, 1],
			],
		);
		// One step (EOS at once): context bucket 15 reaches both neurons, bucket 80 is silent; neuron 0 reaches two outputs.
		expect(evaluate(networkOf("AB", [hidden, last]), [pair("a", "")]).macsPerChar).toBe(2 + 2);
	});

	test("a whole reply is right exactly when generating it gives it", () => {
		const network = randomNetwork(3, [12]);
		for (const query of ["hello", "bye", "what now", "x"]) {
			const reply = generate(network, query);
			expect(evaluate(network, [pair(query, reply)]).reply.overall).toBe(1);
			expect(evaluate(network, [pair(query, `${reply.slice(0, -1)}#`)]).reply.overall).toBe(0);
		}
	});
});
