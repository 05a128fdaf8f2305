/**
 * The reply is worked out while the person still types: how soon after Enter it starts, whatever was typed and however
 * fast, and that a key in the middle of it changes nothing.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { measureProgram } from "../emu/measure.js";
import { fromMachineBytes } from "../model/charset.js";
import { MAX_QUERY_LENGTH } from "../model/network.js";
import { generate } from "../model/reference.js";
import { textToBytes } from "../transport/byte-reader.js";
import { packModel } from "./pack.js";
import { ChatMachine, type Key } from "./testing/chat-machine.js";
import { expectedSession } from "./testing/line-model.js";
import { type RandomModelShape, randomModel, repliesOf } from "./testing/random-model.js";

/** 20,000 are allowed; this is what it takes, a look at the keyboard included. */
const MOST_TYPED_T = 700;
/** T-states between keys, at 4 MHz: eighty a second, faster than a keyboard repeats; twenty; and ten. */
const REPEATED_T = 50_000;
const HURRIED_T = 200_000;
const TYPED_T = 400_000;

/** The shape that zulm trains by default. */
const DEFAULT: RandomModelShape = {
	features: { buckets: 1024, ngrams: [2, 3] },
	hidden: [64],
	characters: 30,
	density: 0.25,
	biasRange: 300,
};
/** What it reads where replies are many, and windows of all lengths besides. */
const ALL_WINDOWS: RandomModelShape = { ...DEFAULT, features: { buckets: 2048, ngrams: [2, 3, 4] }, density: 0.12 };
/** The shape of the public z80ai models, fewer weights. */
const WIDE: RandomModelShape = {
	features: { buckets: 128, ngrams: [3] },
	hidden: [256, 60, 40],
	characters: 30,
	density: 0.2,
	biasRange: 300,
};
const ALL_LENGTHS = Array.from({ length: MAX_QUERY_LENGTH + 20 }, (_, i) => i + 1);
const SOME_LENGTHS = [1, 2, 30, 31, 32, 61, 62, 63, 82];
const CASES = {
	"the default shape": { model: randomModel(11, DEFAULT), lengths: ALL_LENGTHS, spacing: REPEATED_T },
	"windows of all lengths": {
		model: randomModel(13, ALL_WINDOWS),
		lengths: [...SOME_LENGTHS, 20, 21],
		spacing: TYPED_T,
	},
	"a wide network": { model: randomModel(12, WIDE), lengths: SOME_LENGTHS, spacing: TYPED_T },
} as const;
type Case = keyof typeof CASES;
const TEXT =
	"is it a thing that one would look up to see from the top of the hill? or what, then, in all the wide world";
const LETTERS = "etaonisr hwldu?".split("").map((character) => character.charCodeAt(0));

function packed(name: Case) {
	const { model } = CASES[name];
	return packModel(model, { memoryTop: 0xffff, replies: repliesOf(model, [TEXT], 1) });
}

describe.each(Object.keys(CASES) as Case[])("%s", (name) => {
	const { model, lengths, spacing } = CASES[name];
	const measure = (queries: readonly string[], keySpacingTStates: number) =>
		measureProgram(packed(name).image, queries, { keySpacingTStates });

	it("starts at once after a query of any length", () => {
		const queries = lengths.map((n) => TEXT.slice(0, n));
		for (const { query, reply, firstCharTStates } of measure(queries, spacing)) {
			expect(fromMachineBytes(textToBytes(reply)), query).toBe(generate(model.network, query));
			expect(firstCharTStates ?? 0, query).toBeLessThan(MOST_TYPED_T);
		}
	});

	// What a correction reaches back into is summed anew.
	it("starts at once after a correction", () => {
		const queries = [30, 31, 32, 62].map((n) => `${TEXT.slice(0, n)}x\b`);
		for (const { query, firstCharTStates } of measure(queries, Math.max(spacing, HURRIED_T)))
			expect(firstCharTStates ?? 0, query).toBeLessThan(MOST_TYPED_T);
	});
});

describe("a key that comes while the reply is worked out", () => {
	it.each(Object.keys(CASES) as Case[])("changes nothing: %s", (name) => {
		const { model } = CASES[name];
		const program = packed(name);
		const byte = fc.oneof(
			{ arbitrary: fc.constantFrom(...LETTERS), weight: 8 },
			{ arbitrary: fc.constantFrom(8, 127, 24, 21, 18, 9, 3, 10), weight: 2 },
		);
		// Around the pauses after which it sums and guesses, and a few polls between layers later.
		const polls = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 160 }), fc.integer({ min: 250, max: 300 }));
		const key: fc.Arbitrary<Key> = fc.record({ byte, polls });
		fc.assert(
			fc.property(fc.array(key, { minLength: 1, maxLength: 12 }), polls, (typed, last) => {
				const keys = [...typed, { byte: 13, polls: last }];
				const expected = expectedSession(
					model.network,
					keys.map(({ byte }) => byte),
				);
				expect(new ChatMachine(program, 0xff00).runWith("", keys)).toBe(expected.output);
			}),
			{ numRuns: 60, seed: 5 },
		);
	});

	it("ends it between two layers, unless it is Enter", () => {
		const { model } = CASES["a wide network"];
		const machine = new ChatMachine(packed("a wide network"), 0xff00);
		let steps = 0;
		let taken = 0;
		machine.watch.set(machine.symbol("argmax"), () => steps++);
		machine.watch.set(machine.symbol("forget_guess"), () => taken++);
		// One poll more goes by when the only character is summed; the next is between layers 2 and 3.
		const pause = machine.symbol("GUESS_PAUSE") + 1;
		machine.runWith("", [
			{ byte: 0x61, polls: 0 },
			{ byte: 0x62, polls: pause },
		]);
		expect([steps, taken]).toEqual([0, 2]);
		steps = 0;
		machine.runWith("", [
			{ byte: 0x61, polls: 0 },
			{ byte: 13, polls: pause },
		]);
		let wanted = 0;
		generate(model.network, "a", () => wanted++);
		expect(steps).toBe(wanted);
	});
});
