/**
 * T-states of a few fixed programs, to the last one. They change when the code or the packer does, in either direction:
 * then say in the commit why, and put the new figures here.
 */
import { expect, it } from "vitest";
import { measureProgram } from "../emu/measure.js";
import { type PackOptions, packModel } from "./pack.js";
import { chatterbox, MOSTLY_MINUS_TWO, type RandomModelShape, randomModel, repliesOf } from "./testing/random-model.js";

const QUERIES = ["hello", "how are you", "what is it"];

const SHAPE: RandomModelShape = {
	features: { buckets: 256, ngrams: [2, 3] },
	hidden: [64],
	characters: 20,
	density: 0.25,
	biasRange: 300,
};
const MODELS = {
	chatterbox: chatterbox(),
	narrow: randomModel(1, SHAPE),
	quadgrams: randomModel(3, { ...SHAPE, features: { buckets: 2048, ngrams: [2, 4] }, density: 0.1 }),
	common: randomModel(4, { ...SHAPE, characters: 40, outputWeights: MOSTLY_MINUS_TWO }),
	deep: randomModel(2, { ...SHAPE, hidden: [100, 80, 60] }),
} as const;

/** Sums over the queries: between characters, to the first at once, to the first when typed. */
function totals(name: keyof typeof MODELS, options: PackOptions): number[] {
	const { image } = packModel(MODELS[name], options);
	const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
	const first = (keySpacingTStates: number) =>
		sum(
			measureProgram(image, QUERIES, { keySpacingTStates }).flatMap(({ firstCharTStates }) => firstCharTStates ?? []),
		);
	const between = sum(measureProgram(image, QUERIES).flatMap(({ perCharTStates }) => perCharTStates));
	return [between, first(0), first(400_000)];
}

it.each<[keyof typeof MODELS, PackOptions, number[]]>([
	["chatterbox", { replies: repliesOf(MODELS.chatterbox, QUERIES, 1) }, [65_832, 46_031, 1_600]],
	["chatterbox", { replies: [] }, [213_506, 48_908, 1_636]],
	["chatterbox", { kernel: "packed" }, [369_171, 79_443, 1_714]],
	["narrow", { replies: repliesOf(MODELS.narrow, QUERIES.slice(1), 1) }, [1_949_291, 70_068, 1_763]],
	["quadgrams", { replies: [] }, [2_893_938, 73_127, 1_570]],
	["common", { replies: [] }, [4_767_688, 99_395, 1_653]],
	["common", { kernel: "packed" }, [10_159_665, 198_176, 1_595]],
	["deep", { replies: [] }, [12_900_680, 278_071, 1_701]],
	["deep", { kernel: "packed" }, [27_011_569, 567_420, 1_663]],
])("%s with %o", (name, options, expected) => {
	expect(totals(name, options)).toEqual(expected);
});
