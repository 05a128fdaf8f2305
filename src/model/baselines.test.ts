import { describe, expect, test } from "vitest";
import { baselines, contradictionCeiling } from "./baselines.js";
import { parseCorpus } from "./corpus.js";
import { DEFAULT_FEATURES } from "./network.js";

const pairs = (text: string) => parseCorpus(Buffer.from(text), "test").pairs;

test("the ceiling counts the best answer to each distinct query", () => {
	expect(contradictionCeiling(pairs("a|X\nA |X\na|Y\nb|Z"))).toBe(3 / 4);
	expect(contradictionCeiling(pairs("a|X\nb|Y"))).toBe(1);
});

describe("baselines", () => {
	const train = pairs("hello there|HI\nhello you|HI\nhello|HI\ngood bye|BYE\nbye you there|BYE");
	const test1 = (text: string) => baselines(train, pairs(text), DEFAULT_FEATURES);

	test("majority, keyword and nearest answer as they should", () => {
		// "bye" tells BYE; "you" and "there" tell nothing; "byee" is no known word, but nearest to "bye"
		const { majority, keyword, nearest, ceiling } = test1(
			"hello friend|HI\nyou there bye|BYE\ngood byee|BYE\nbyee|BYE",
		);
		expect(ceiling).toBe(1);
		expect(majority).toEqual({ overall: 1 / 4, macro: 1 / 2 });
		expect(keyword).toEqual({ overall: 3 / 4, macro: (1 + 2 / 3) / 2 });
		expect(nearest).toEqual({ overall: 1, macro: 1 });
	});

	test("a query with nothing known gets an answer all the same", () => {
		const { keyword, nearest } = test1("zzz|HI");
		expect(keyword.overall).toBe(1);
		expect(nearest.overall).toBeGreaterThanOrEqual(0);
	});
});
