/**
 * The Z80 program equals the integer reference: every logit at every step, and the reply's text. On networks that
 * resemble trained ones, on random ones of any shape, and on those that force the rare paths.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ZulmError } from "../base/errors.js";
import { Random } from "../base/random.js";
import type { Model } from "../model/network.js";
import { generate } from "../model/reference.js";
import { type PackOptions, packModel } from "./pack.js";
import type { Program } from "./program.js";
import { ChatMachine } from "./testing/chat-machine.js";
import { anyQuery, normaliseBytes } from "./testing/queries.js";
import { anyShape, type RandomModelShape, randomModel, repliesOf } from "./testing/random-model.js";

const WHOLE_MEMORY = 0xffff;

/** Asks the Z80 program and the reference, and compares every logit at every step. */
function expectExact(model: Model, program: Program, queries: readonly Uint8Array[]): ChatMachine {
	const machine = new ChatMachine(program);
	let logits: number[][] = [];
	machine.watch.set(machine.symbol("argmax"), () => logits.push(machine.logits()));
	for (const query of queries) {
		logits = [];
		const expected: number[][] = [];
		const words = normaliseBytes(query);
		const reply = generate(model.network, words, (step) => expected.push([...step]));
		const actual = machine.ask(words);
		expect(firstDifference(logits, expected), `query ${query}`).toBeUndefined();
		expect(actual, `query ${query}`).toBe(reply);
	}
	return machine;
}

/** Where two lists of logits part: a short line instead of thousands of numbers. */
function firstDifference(actual: readonly number[][], expected: readonly number[][]): string | undefined {
	for (let step = 0; step < expected.length; step++) {
		const want = expected[step] as number[];
		const k = want.findIndex((logit, i) => logit !== actual[step]?.[i]);
		if (k >= 0) return `step ${step}, class ${k}: ${actual[step]?.[k]} instead of ${want[k]}`;
	}
	return actual.length === expected.length ? undefined : `${actual.length} steps instead of ${expected.length}`;
}

function pack(model: Model, options: PackOptions = {}): Program {
	return packModel(model, { memoryTop: WHOLE_MEMORY, ...options });
}

/** Undefined for what does not fit the Z80's memory at all: a random network may be too large. */
function packIfItFits(model: Model, replies: readonly string[]): Program | undefined {
	try {
		return pack(model, { replies });
	} catch (error) {
		if (error instanceof ZulmError && error.code === "program-too-large") return undefined;
		throw error;
	}
}

function queries(seed: number, count: number): Uint8Array[] {
	return fc.sample(anyQuery, { seed, numRuns: count });
}

/** None, all, or a half of what may be said, in any order. */
const trieKinds = fc.constantFrom("none", "all", "half");

function trieOf(kind: string, replies: readonly string[], seed: number): readonly string[] {
	if (kind === "none") return [];
	const random = new Random(seed);
	return kind === "all" ? replies : replies.filter(() => random.next() < 0.5);
}

describe("shapes like those of trained models", () => {
	const shapes: Record<string, RandomModelShape> = {
		"one hidden layer, wide features": {
			features: { buckets: 1024, ngrams: [2, 3] },
			hidden: [64],
			characters: 22,
			density: 0.2,
			biasRange: 300,
		},
		"two hidden layers of odd width": {
			features: { buckets: 256, ngrams: [2] },
			hidden: [77, 33],
			characters: 40,
			density: 0.3,
			biasRange: 300,
		},
		"three hidden layers, z80ai features": {
			features: { buckets: 128, ngrams: [3] },
			hidden: [131, 64, 255],
			characters: 10,
			density: 0.15,
			biasRange: 600,
		},
	};
	it.each(Object.keys(shapes))("%s", (name) => {
		const model = randomModel(1, shapes[name] as RandomModelShape);
		const asked = queries(2, 20);
		expectExact(model, pack(model, { replies: repliesOf(model, asked.slice(0, 10), 1) }), asked);
	});
});

describe("any network", () => {
	it("equals the reference on 200 random networks, with any reply trie", () => {
		let packed = 0;
		fc.assert(
			fc.property(
				anyShape,
				fc.integer(),
				fc.array(anyQuery, { minLength: 1, maxLength: 3 }),
				trieKinds,
				(shape, seed, asked, trie) => {
					const model = randomModel(seed, shape);
					const replies = repliesOf(model, asked.map(normaliseBytes), seed);
					const program = packIfItFits(model, trieOf(trie, replies, seed));
					if (program === undefined) return;
					packed++;
					expectExact(model, program, asked);
				},
			),
			{ numRuns: 220, seed: 1 },
		);
		expect(packed).toBeGreaterThanOrEqual(200);
	});
});
