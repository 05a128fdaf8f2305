import { describe, expect, it } from "vitest";
import type { TradeOff } from "./results.js";
import { sampleTraining } from "./testing/sample.js";
import { trainReportHtml } from "./train-html.js";

const page = { name: "smalltalk", createdAt: "2001-02-03 04:05", zulmVersion: "0.1.0" };

const tradeOff: TradeOff = {
	budget: 9000,
	points: [
		point(13_010, 1, { overall: 0.924, macro: 0.925 }, false),
		point(8_444, 3.02, { overall: 0.912, macro: 0.905 }, true),
	],
};

function point(tStatesPerChar: number, pressure: number, holdout: { overall: number; macro: number }, chosen: boolean) {
	const train = { char: 0.99, reply: 0.98 };
	return { hidden: [64], pressure, tStatesPerChar, nonzeroWeights: 20_123, seconds: 7, holdout, train, chosen };
}

describe("trainReportHtml", () => {
	it("shows the model and its training curve", () => {
		const html = trainReportHtml({ ...page, result: sampleTraining() });
		for (const shown of ["smalltalk", "91.2%", "20,123", "1,700", "1152 → 64 → 30", "<polyline", "held-out replies"])
			expect(html).toContain(shown);
		expect(html).not.toContain("Networks weighed");
		expect(html).not.toMatch(/undefined|NaN|\[object/);
	});

	it("shows every network weighed for a budget, and which was chosen", () => {
		const html = trainReportHtml({ ...page, result: { ...sampleTraining(), tradeOff } });
		for (const shown of ["Networks weighed for 9,000 T-states", "13,010", "8,444", "3.02", "92.4%", "90.5%"])
			expect(html).toContain(shown);
		expect(html.split("✓ chosen")).toHaveLength(2);
		// The dearer network lies to the right of the budget, the chosen one to its left.
		const budget = Number(/class="budget" x1="([\d.]+)"/.exec(html)?.[1]);
		expect(Number(/class="point" cx="([\d.]+)"/.exec(html)?.[1])).toBeGreaterThan(budget);
		const chosen = /class="kept" cx="([\d.]+)" cy="[\d.]+" r="5"\/>/.exec(html)?.[1];
		expect(Number(chosen)).toBeLessThan(budget);
	});

	it("says so where nothing was held out", () => {
		const nothing = { overall: Number.NaN, macro: Number.NaN };
		const result = { ...sampleTraining(), holdout: { char: Number.NaN, reply: nothing } };
		const points = tradeOff.points.map((weighed) => ({ ...weighed, holdout: null }));
		const html = trainReportHtml({ ...page, result: { ...result, tradeOff: { budget: 9000, points } } });
		expect(html).toContain("99.1%</b>of training replies exact");
		expect(html).not.toContain("NaN");
	});
});
