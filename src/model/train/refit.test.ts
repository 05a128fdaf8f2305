import { describe, expect, test } from "vitest";
import type { Learnt } from "./learn.js";
import { forRefit, recipeFor, refitStepsFor } from "./recipe.js";
import { isGain } from "./refit.js";

const PAIR = { query: "hello", reply: "HI", source: "test", line: 1 };
const SPLIT = { train: Array.from({ length: 90 }, () => PAIR), holdout: Array.from({ length: 10 }, () => PAIR) };
const RECIPE = recipeFor({ pairs: 90, replies: 1 }, false);

/** A network that gets these shares of the pairs. */
function learnt(trained: number, holdout: number, others: Partial<Learnt> = {}): Learnt {
	const measured = (overall: number) => ({ char: overall, reply: { overall, macro: overall } });
	return {
		network: { features: { buckets: 1024, ngrams: [2, 3] }, layers: [], charset: [] },
		nonzeroWeights: RECIPE.weightBudget,
		keptStep: 100,
		scale: 1 / 64,
		trained: measured(trained),
		holdout: measured(holdout),
		replies: ["HI"],
		examples: 90,
		teacherOutOfFold: undefined,
		epochs: 1,
		interrupted: false,
		curve: [],
		...others,
	};
}

test.each([
	["a few dozen pairs", { pairs: 90, replies: 5 }, 400, 0.016],
	["thousands with few replies", { pairs: 2500, replies: 19 }, 1250, 0.00512],
	["tens of thousands with few replies", { pairs: 25_000, replies: 4 }, 2000, 0.005],
	["thousands with many replies", { pairs: 2500, replies: 450 }, 3750, 0.02],
])("a refit of %s takes fewer steps of a lower rate, but enough to get anywhere", (_, size, steps, learningRate) => {
	const recipe = recipeFor(size, false);
	expect(refitStepsFor(recipe, recipe.steps)).toBe(steps);
	expect(forRefit(recipe, steps).learningRate).toBeCloseTo(learningRate, 9);
});

test("a refit takes no more steps than the course before it", () => {
	expect(refitStepsFor(RECIPE, 7)).toBe(7);
});

describe("a refit is kept", () => {
	// 90% of 90 and 60% of 10 pairs are 87 of 100, with a standard error of 3.4.
	test.each([
		["that answers as many of all pairs", learnt(0.87, Number.NaN), true],
		["that answers fewer by chance", learnt(0.84, Number.NaN), true],
		["not that answers fewer", learnt(0.83, Number.NaN), false],
		["not that was stopped", learnt(0.9, Number.NaN, { interrupted: true }), false],
		["within the weight budget's slack", learnt(0.9, Number.NaN, { nonzeroWeights: 1.04 * RECIPE.weightBudget }), true],
		["not beyond it", learnt(0.9, Number.NaN, { nonzeroWeights: 1.06 * RECIPE.weightBudget }), false],
	])("%s", (_, last, isKept) => {
		expect(isGain(learnt(0.9, 0.6), last, SPLIT, RECIPE)).toBe(isKept);
	});

	test("beyond the budget where the network before was hardly smaller", () => {
		const isKept = (growth: number) => {
			const large = learnt(0.9, 0.6, { nonzeroWeights: 2 * RECIPE.weightBudget });
			const last = learnt(0.9, Number.NaN, { nonzeroWeights: growth * 2 * RECIPE.weightBudget });
			return isGain(large, last, SPLIT, RECIPE);
		};
		expect(isKept(1.04)).toBe(true);
		expect(isKept(1.06)).toBe(false);
	});
});
