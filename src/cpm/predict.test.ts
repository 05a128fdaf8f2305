/** The prediction against the emulator: each case takes other paths through the program. */
import { describe, expect, it } from "vitest";
import { measureProgram } from "../emu/measure.js";
import type { Model } from "../model/network.js";
import { type PackOptions, packModel } from "./pack.js";
import { predict } from "./predict.js";
import { chatterbox, MOSTLY_MINUS_TWO, type RandomModelShape, randomModel, repliesOf } from "./testing/random-model.js";

/** Issue 3 asks for 5%. The counts are exact but for a few rough corners, so they are held closer. */
const MOST_OFF = 0.025;
const QUERIES = ["hello", "How are you?", "what is it", "x", "is it a dog that barks all night", "a".repeat(62)];

function measured(image: Uint8Array): { perChar: number; firstChar: number } {
	const results = measureProgram(image, QUERIES);
	const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
	return {
		perChar: mean(results.flatMap(({ perCharTStates }) => perCharTStates)),
		firstChar: mean(results.flatMap(({ firstCharTStates }) => firstCharTStates ?? [])),
	};
}

const shape = (changes: Partial<RandomModelShape>): RandomModelShape => ({
	features: { buckets: 256, ngrams: [2, 3] },
	hidden: [60],
	characters: 25,
	density: 0.25,
	biasRange: 300,
	...changes,
});

const ALL_WINDOWS = randomModel(8, shape({ features: { buckets: 512, ngrams: [2, 3, 4] }, density: 0.1 }));

const CASES: readonly (readonly [string, Model, PackOptions])[] = [
	["one hidden layer on the trie", chatterbox(), { replies: repliesOf(chatterbox(), QUERIES, 1) }],
	["the same, off the trie soon", chatterbox(), { replies: ["ﾓyy", "1"] }],
	["the same without a trie", chatterbox(), { replies: [] }],
	["the same with packed weights", chatterbox(), { kernel: "packed" }],
	["bigrams alone", randomModel(1, shape({ features: { buckets: 512, ngrams: [2] } })), { replies: [] }],
	["quadgrams", randomModel(1, shape({ features: { buckets: 2048, ngrams: [2, 4] }, density: 0.15 })), { replies: [] }],
	["three windows at each character", ALL_WINDOWS, { replies: [] }],
	["the same, packed", ALL_WINDOWS, { kernel: "packed" }],
	["three hidden layers", randomModel(2, shape({ hidden: [120, 60, 40] })), { replies: [] }],
	["three hidden layers, packed", randomModel(2, shape({ hidden: [120, 60, 40] })), { kernel: "packed" }],
	["shared sums", randomModel(3, shape({ hidden: [80, 60, 70], density: 0.5, weights: [1, -1] })), { replies: [] }],
	["inputs above 255", randomModel(4, shape({ hidden: [40, 40], density: 0.6, weights: [1, 1, -1] })), { replies: [] }],
	["wide sums", randomModel(5, shape({ hidden: [70, 30], biasRange: 32767 })), { replies: [] }],
	[
		"a first layer of 256 neurons, on the trie",
		randomModel(7, shape({ features: { buckets: 128, ngrams: [3] }, hidden: [256, 40], density: 0.1 })),
		{
			replies: repliesOf(
				randomModel(7, shape({ features: { buckets: 128, ngrams: [3] }, hidden: [256, 40], density: 0.1 })),
				["hello"],
				1,
			).slice(0, 1),
		},
	],
	["a common sum", randomModel(9, shape({ characters: 40, outputWeights: MOSTLY_MINUS_TWO })), { replies: [] }],
	[
		"the same, packed",
		randomModel(9, shape({ characters: 40, outputWeights: MOSTLY_MINUS_TWO })),
		{ kernel: "packed" },
	],
	["weights of -2", randomModel(6, shape({ hidden: [50, 30], weights: [-2, 1, 1] })), { replies: [] }],
];

describe("a prediction is what the emulator measures", () => {
	it.each(CASES)("%s", (_, model, options) => {
		const program = packModel(model, { memoryTop: 0xec06, ...options });
		const { perChar, firstChar } = measured(program.image);
		const predicted = predict(program, model.network, QUERIES);
		expect(Math.abs(predicted.perChar / perChar - 1), `${predicted.perChar} of ${perChar}`).toBeLessThan(MOST_OFF);
		expect(Math.abs(predicted.firstChar / firstChar - 1), `${predicted.firstChar} of ${firstChar}`).toBeLessThan(
			MOST_OFF,
		);
	});
});

it("has nothing to say where nothing is said", () => {
	// Every weight zero and every bias equal: the first class wins; here that is EOS itself.
	const silent = randomModel(1, shape({ characters: 1, density: 0, biasRange: 0 }));
	const network = { ...silent.network, charset: ["\0", "\0"] };
	expect(predict(packModel(silent), network, ["hello"])).toEqual({ perChar: Number.NaN, firstChar: Number.NaN });
});
