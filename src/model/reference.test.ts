import { describe, expect, test } from "vitest";
import { contextVector } from "./features.js";
import { argmax, forwardStep, generate, querySums, wrap16 } from "./reference.js";
import { layerOf, networkOf, randomNetwork } from "./testing/networks.js";

const INPUTS = 256;
/** " a " hashes to 33,791 = 263·128 + 127. */
const BUCKET_OF_A = 127;
const NOTHING = contextVector(new Uint8Array(0));
/** Context buckets (after the 128 query buckets) hit only by "", only by "A" and only by "AB", of these three. */
const AFTER_NOTHING = 128 + 15;
const AFTER_A = 128 + 80;
const AFTER_AB = 128 + 119;

const logits = (network: ReturnType<typeof networkOf>, query: string) => [
	...(forwardStep(network, querySums(network, query), NOTHING).at(-1) as Int16Array),
];

describe("one step", () => {
	test("the shift rounds toward minus infinity", () => {
		expect(logits(networkOf("AB", [layerOf(INPUTS, [-1, -5, 7])]), "a")).toEqual([-1, -2, 1]);
	});

	test("sums wrap to 16 bits before the shift", () => {
		const network = networkOf("A", [
			layerOf(
				INPUTS,
				[32767, -32768],
				[
					[0, BUCKET_OF_A, 1],
					[1, BUCKET_OF_A, -2],
				],
			),
		]);
		// 32,767 + 32 = 32,799 → -32,737 → floor(-8,184.25); -32,768 - 64 = -32,832 → 32,704 → 8,176
		expect(logits(network, "a")).toEqual([-8185, 8176]);
		expect([wrap16(32768), wrap16(-32769), wrap16(65535)]).toEqual([-32768, 32767, -1]);
	});

	test("hidden layers cut off below zero, the last does not", () => {
		const hidden = layerOf(
			INPUTS,
			[0, 0],
			[
				[0, BUCKET_OF_A, 1],
				[1, BUCKET_OF_A, -1],
			],
		);
		const last = layerOf(
			2,
			[4, 4],
			[
				[0, 0, -2],
				[1, 1, 1],
			],
		);
		const outputs = forwardStep(
			networkOf("A", [hidden, last]),
			querySums(networkOf("A", [hidden, last]), "a"),
			NOTHING,
		);
		// hidden: 32 >> 2 = 8 and max(0, -8); last: (4 - 16) >> 2 and 4 >> 2
		expect(outputs.map((y) => [...y])).toEqual([
			[8, 0],
			[-3, 1],
		]);
	});

	test("equals a sum over every input in order, for random networks of one to four layers", () => {
		for (const hidden of [[], [7], [16, 9], [12, 5, 8]]) {
			const network = randomNetwork(hidden.length + 1, hidden);
			const query = "is it a lighthouse?";
			const fromSums = forwardStep(network, querySums(network, query), NOTHING);
			expect([...(fromSums.at(-1) as Int16Array)]).toEqual(naiveLogits(network, query));
		}
	});
});

/** The definition, word for word: every input of every neuron, wrapping after each addition. */
function naiveLogits(network: ReturnType<typeof networkOf>, query: string): number[] {
	const unbiased = { ...network, layers: [layerOf(INPUTS, new Array(INPUTS).fill(0), identity())] };
	let x = [...querySums(unbiased, query)].map((value, i) => value + (i < 128 ? 0 : (NOTHING[i - 128] as number)));
	for (const [l, layer] of network.layers.entries()) {
		x = Array.from(layer.biases, (bias, j) => {
			let acc = bias;
			for (const [i, value] of x.entries()) acc = wrap16(acc + (layer.weights[j * layer.inputs + i] as number) * value);
			const y = Math.floor(acc / 4);
			return l === network.layers.length - 1 ? y : Math.max(0, y);
		});
	}
	return x;
}

function identity() {
	return Array.from({ length: INPUTS }, (_, i) => [i, i, 1] as const);
}

describe("replies", () => {
	test("follow the context and end at EOS", () => {
		const last = layerOf(
			INPUTS,
			[0, 0, 0],
			[
				[0, AFTER_NOTHING, 1],
				[1, AFTER_A, 1],
				[2, AFTER_AB, 1],
			],
		);
		const steps: number[][] = [];
		const reply = generate(networkOf("AB", [last]), "hello", (y, step) => steps.push([step, ...y]));
		expect(reply).toBe("AB");
		expect(steps).toEqual([
			[0, 8, 0, 0],
			[1, 0, 8, 0],
			[2, 0, 0, 8],
		]);
	});

	test("the lowest index wins a tie", () => {
		expect(argmax(Int16Array.of(1, 3, 3))).toBe(1);
		// -1 and -4 are both -1 after the shift, so "A" wins over EOS although EOS has the smaller bias
		expect(generate(networkOf("A", [layerOf(INPUTS, [-4, -1])]), "x")).toBe("A".repeat(50));
	});

	test("EOS first is an empty reply", () => {
		expect(generate(networkOf("A", [layerOf(INPUTS, [0, 4])]), "x")).toBe("");
	});

	test("stop after 50 characters", () => {
		let steps = 0;
		const reply = generate(networkOf("A", [layerOf(INPUTS, [4, 0])]), "x", () => steps++);
		expect(reply).toBe("A".repeat(50));
		expect(steps).toBe(50);
	});
});
