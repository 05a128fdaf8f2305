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
import type { Kernel, Program } from "./program.js";
import { ChatMachine } from "./testing/chat-machine.js";
import { expectedSession } from "./testing/line-model.js";
import { anyQuery, normaliseBytes } from "./testing/queries.js";
import { anyShape, MOSTLY_MINUS_TWO, type RandomModelShape, randomModel, repliesOf } from "./testing/random-model.js";

const WHOLE_MEMORY = 0xffff;
/** Two hundred programs take half a minute to pack and run; a machine that does much else besides takes longer. */
const PATIENCE_MS = 900_000;

/** Paths of the column kernel that ordinary queries hardly ever take: label → what brings a network there. */
const RARE_PATHS = {
	first_large: "a neuron of layer 1 above 255",
	scan_first_wide: "a query that leaves the range of a signed byte",
	first_high_run: "the second run of its column",
	scan_first_full: "a first layer of 256 neurons",
	first_last_done: "its last neuron active",
	double_again: "weights of -2 to an input above 127",
	breathe: "a column so long that interrupts are let in",
	few_best: "a logit that is the highest so far, few neurons active",
	few_maybe: "one of which the low byte decides",
	leads: "the same with any number active",
	equal_high: "one of which the low byte decides, too",
	share_opposite_1: "shared sums with opposite signs",
	follow_found: "a reply that stays on the trie",
	leave_trie: "a reply that leaves it",
	sum_wide: "a query whose sums leave their bytes on the way",
	feed_add: "a long query that is summed in 16 bits",
	narrow_lowest: "a neuron so low after the query that it stays inactive",
	prepare_wide: "a query that goes on to scan_first_wide",
} as const;

/** How often each of them was taken by all the tests below. */
const taken = new Map<string, number>();

/** Asks the Z80 program and the reference, and compares every logit at every step. */
function expectExact(model: Model, program: Program, queries: readonly Uint8Array[]): ChatMachine {
	const machine = new ChatMachine(program, WHOLE_MEMORY);
	let logits: number[][] = [];
	machine.watch.set(machine.symbol("argmax"), () => logits.push(machine.logits()));
	for (const label of Object.keys(RARE_PATHS)) {
		const address = program.symbols.get(label);
		if (address !== undefined) machine.watch.set(address, () => taken.set(label, (taken.get(label) ?? 0) + 1));
	}
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

/** Types a query with a pause in its middle and one at its end, in which the program works ahead, and compares the chat. */
function expectSameChat(model: Model, machine: ChatMachine, query: Uint8Array): void {
	const keys = [...query, 0x0d].map((byte, i) => ({
		byte,
		polls: i === query.length >> 1 || i === query.length ? 400 : 0,
	}));
	const expected = expectedSession(
		model.network,
		keys.map(({ byte }) => byte),
	);
	expect(machine.runWith("", keys), `typed ${query}`).toBe(expected.output);
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
function packIfItFits(model: Model, options: PackOptions): Program | undefined {
	try {
		return pack(model, options);
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
		"one hidden layer, the widest features": {
			features: { buckets: 2048, ngrams: [2, 4] },
			hidden: [96],
			characters: 30,
			density: 0.1,
			biasRange: 300,
		},
		"logits with a common sum": {
			features: { buckets: 512, ngrams: [2, 3] },
			hidden: [64],
			characters: 40,
			density: 0.2,
			biasRange: 300,
			outputWeights: MOSTLY_MINUS_TWO,
		},
		"the same, sums that wrap": {
			features: { buckets: 256, ngrams: [2, 3] },
			hidden: [40, 60],
			characters: 60,
			density: 0.3,
			biasRange: 32767,
			outputWeights: MOSTLY_MINUS_TWO,
		},
		"windows of all lengths": {
			features: { buckets: 512, ngrams: [2, 3, 4] },
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
		"a first layer of 256 neurons": {
			features: { buckets: 128, ngrams: [2, 3] },
			hidden: [256, 256],
			characters: 12,
			density: 0.1,
			biasRange: 300,
		},
	};
	it.each(Object.keys(shapes))("%s", (name) => {
		const model = randomModel(1, shapes[name] as RandomModelShape);
		const asked = queries(2, 20);
		expectExact(model, pack(model, { replies: repliesOf(model, asked.slice(0, 10), 1) }), asked);
	});
});

it("finds the highest logit the quick way only where few neurons are active and no output can make a sum wrap", () => {
	const model = randomModel(2, {
		features: { buckets: 128, ngrams: [2, 3] },
		hidden: [60],
		characters: 60,
		density: 0.9,
		biasRange: 300,
		weights: [1, 1, -2],
		outputWeights: MOSTLY_MINUS_TWO,
	});
	const program = pack(model);
	const { mostActive } = program.network;
	expect(mostActive).toBeGreaterThan(0);
	const machine = new ChatMachine(program, WHOLE_MEMORY);
	const steps = { quick: 0, large: 0, wide: 0, many: 0 };
	let [active, isLarge] = [0, false];
	const on = (label: string, act: () => void) => machine.watch.set(machine.symbol(label), act);
	on("scan_first", () => {
		[active, isLarge] = [0, false];
	});
	on("first_back", () => active++);
	on("first_large", () => {
		isLarge = true;
		steps.large++;
	});
	on("scan_first_wide", () => {
		isLarge = true;
		steps.wide++;
	});
	on("argmax_any", () => {
		expect(isLarge || active > mostActive).toBe(true);
		if (active > mostActive) steps.many++;
	});
	on("few_seen", () => {
		expect(isLarge || active > mostActive).toBe(false);
		steps.quick++;
	});
	for (const query of queries(3, 60)) {
		machine.ask(normaliseBytes(query));
		// Leaves a small count behind.
		machine.ask(Buffer.from("hi"));
	}
	for (const [kind, count] of Object.entries(steps)) expect(count, kind).toBeGreaterThan(0);
});

const anyCase = fc.record({
	shape: anyShape,
	seed: fc.integer(),
	asked: fc.array(anyQuery, { minLength: 1, maxLength: 2 }),
	trie: trieKinds,
});

/** Runs `count` random cases that fit the machine, and says how many they were. */
function countExact(kernel: Kernel, numRuns: number, seed: number): number {
	let packed = 0;
	fc.assert(
		fc.property(anyCase, ({ shape, seed, asked, trie }) => {
			const model = randomModel(seed, shape);
			const replies = trieOf(trie, repliesOf(model, asked.map(normaliseBytes), seed), seed);
			const program = packIfItFits(model, { replies, kernel });
			if (program === undefined) return;
			packed++;
			const machine = expectExact(model, program, asked);
			if (packed % 4 === 0) expectSameChat(model, machine, asked[0] as Uint8Array);
		}),
		{ numRuns, seed },
	);
	return packed;
}

describe("any network", () => {
	it(
		"equals the reference on 200 random networks, with any reply trie",
		() => {
			expect(countExact("column", 205, 1)).toBeGreaterThanOrEqual(200);
		},
		PATIENCE_MS,
	);

	it(
		"equals it with packed weights too",
		() => {
			expect(countExact("packed", 30, 2)).toBeGreaterThanOrEqual(25);
		},
		PATIENCE_MS,
	);
});

describe("large numbers", () => {
	const repetitive = ["a".repeat(62), "ab ".repeat(20), " the the the the the the", "a"].map((text) =>
		Uint8Array.from(text, (character) => character.charCodeAt(0)),
	);

	it.each([
		["one layer", [60], [1]],
		["one layer of mixed weights", [60], [1, 1, 1, -2]],
		["two layers", [40, 30], [1, 1, -1]],
		["three layers, the later ones wider", [20, 60, 200], [1, 1, -2]],
		["four layers, the later ones narrower", [200, 60, 30, 10], [1, 1, -1]],
	] as const)("activations up to the wrap of 16 bits: %s", (_, hidden, weights) => {
		for (const biasRange of [0, 1000, 32767]) {
			const shape = {
				features: { buckets: 128, ngrams: [2, 3] } as const,
				hidden,
				characters: 20,
				density: 0.4,
				biasRange,
				weights,
			};
			const model = randomModel(biasRange + 1, shape);
			const replies = repliesOf(model, repetitive.map(normaliseBytes).slice(2), 1);
			expectExact(model, pack(model, { replies }), repetitive);
			expectExact(model, pack(model, { kernel: "packed" }), repetitive.slice(0, 1));
		}
	});

	it("took every rare path by now", () => {
		const missed = Object.entries(RARE_PATHS).filter(([label]) => !taken.has(label));
		expect(missed).toEqual([]);
	});
});
