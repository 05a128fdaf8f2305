import { describe, expect, test } from "vitest";
import { parseCorpus } from "../corpus.js";
import { type Model, nonzeroWeights, Z80AI_FEATURES } from "../network.js";
import { nextCandidate, trainToBudget } from "./budget.js";

const CORPUS = parseCorpus(Buffer.from("hello|HI\ngood bye|BYE\nsee you|BYE\nwho are you|ME\nyour name|ME\n"), "test");
const OPTIONS = { features: Z80AI_FEATURES, hidden: [16], seed: 1, holdout: 0, epochs: 60 };

describe("what to try next", () => {
	const at = (pressure: number, cost: number, hidden = [64]) => ({ pressure, cost, hidden });

	test("more pressure while nothing fits, less while all does", () => {
		expect(nextCandidate([at(1, 12_000)], 10_000)?.pressure).toBeCloseTo(1.2 ** 3);
		expect(nextCandidate([at(1, 90_000)], 10_000)?.pressure).toBe(6);
		expect(nextCandidate([at(1, 8_000)], 10_000)?.pressure).toBeCloseTo(0.8 ** 3);
	});

	test("as much more as it took so far, and narrower where it takes too much", () => {
		// Twice the pressure took a tenth off; 9,500 is aimed at.
		const power = Math.log(2) / Math.log(1 / 0.9);
		const next = nextCandidate([at(1, 12_000), at(2, 10_800)], 10_000);
		expect(next?.pressure).toBeCloseTo(2 * (10_800 / 9_500) ** power);
		expect(nextCandidate([at(1, 15_000), at(2, 14_000)], 10_000)?.pressure).toBe(6);
		expect(nextCandidate([at(1, 12_000), at(2, 11_900)], 10_000)).toEqual({ hidden: [48], pressure: Math.SQRT2 });
		expect(nextCandidate([at(1, 12_000), at(2, 12_100)], 10_000)?.hidden).toEqual([48]);
	});

	test("halfway between too little and enough", () => {
		expect(nextCandidate([at(1, 12_000), at(4, 8_000)], 10_000)?.pressure).toBe(2);
		expect(nextCandidate([at(1, 12_000), at(4, 8_000), at(2, 11_000)], 10_000)?.pressure).toBeCloseTo(8 ** 0.5);
	});

	test("narrower when pressure is spent; nothing when close, or when even no pressure fits", () => {
		expect(nextCandidate([at(30, 12_000, [64, 32])], 10_000)?.hidden).toEqual([48, 24]);
		expect(nextCandidate([at(1, 9_500)], 10_000)).toBeUndefined();
		expect(nextCandidate([at(0.01, 5_000)], 10_000)).toBeUndefined();
	});
});

describe("a search", () => {
	const cost = ({ network }: Model) => nonzeroWeights(network);

	test("returns the most accurate network within the budget, and all it saw", async () => {
		const seen: number[] = [];
		const wide = cost((await trainToBudget(CORPUS, OPTIONS, { budget: 1e6, cost, runs: 1 })).best.result.model);
		const budget = Math.round(wide * 0.8);
		const { best, points } = await trainToBudget(CORPUS, OPTIONS, {
			budget,
			cost,
			runs: 8,
			onPoint: (point) => seen.push(point.cost),
		});
		expect(best.cost).toBeLessThanOrEqual(budget);
		expect(best.cost).toBe(cost(best.result.model));
		expect(points.length).toBeGreaterThan(1);
		expect(seen).toEqual(points.map((point) => point.cost));
		const within = points.filter((point) => point.cost <= budget);
		expect(best.result.train.reply).toBe(Math.max(...within.map((point) => point.result.train.reply)));
	});

	test("says how near it came when nothing fits", async () => {
		const search = trainToBudget(CORPUS, OPTIONS, { budget: 1, cost, runs: 2 });
		await expect(search).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("the least was") });
	});
});
