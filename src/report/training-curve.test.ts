import { describe, expect, it } from "vitest";
import { sampleTraining } from "./testing/sample.js";
import { trainingCurve } from "./training-curve.js";

/** The coordinates of a line of the chart. */
function pointsOf(svg: string, style: string): [number, number][] {
	const points = new RegExp(`class="${style}" points="([^"]*)"`).exec(svg)?.[1] ?? "";
	return points.split(" ").map((point) => point.split(",").map(Number) as [number, number]);
}

function labelsOf(svg: string): string[] {
	return [...svg.matchAll(/class="\w+-label"[^>]*>([^<]+)</g)].map((match) => match[1] as string);
}

describe("trainingCurve", () => {
	it("draws accuracy upwards and to scale against seconds, and loss downwards", () => {
		const svg = String(trainingCurve(sampleTraining()));
		const overall = pointsOf(svg, "overall");
		const loss = pointsOf(svg, "loss");
		expect(overall).toHaveLength(4);
		const [a, b, c] = overall as [[number, number], [number, number], [number, number]];
		expect(b[0] - a[0]).toBeCloseTo(c[0] - b[0], 0);
		// 0.3 → 0.7 → 0.912: higher is a smaller y, in proportion.
		expect((b[1] - c[1]) / (a[1] - b[1])).toBeCloseTo(0.212 / 0.4, 2);
		expect(loss.map(([, y]) => y)).toEqual(loss.map(([, y]) => y).sort((p, q) => p - q));
	});

	it("names each line with where it ended, no label over another", () => {
		const svg = String(trainingCurve(sampleTraining()));
		expect(labelsOf(svg).sort()).toEqual(["held-out replies 89.0%", "loss 0.20", "macro 88.0%"]);
		const ys = [...svg.matchAll(/class="\w+-label" x="[\d.]+" y="([\d.]+)"/g)].map((match) => Number(match[1]));
		ys.sort((a, b) => a - b);
		for (let i = 1; i < ys.length; i++) expect((ys[i] as number) - (ys[i - 1] as number)).toBeGreaterThanOrEqual(16);
	});

	it("marks the measurement that the saved network is of", () => {
		const svg = String(trainingCurve(sampleTraining()));
		const at = Number(/class="kept" cx="([\d.]+)"/.exec(svg)?.[1]);
		expect(at).toBe(pointsOf(svg, "overall")[2]?.[0]);
		expect(svg).toMatch(/>kept</);
		const refit = String(trainingCurve({ ...sampleTraining(), refit: true, nonzeroWeights: 20_500 }));
		expect(Number(/class="kept" cx="([\d.]+)"/.exec(refit)?.[1])).toBe(at);
		expect(refit).toMatch(/>measured</);
	});

	it("shows accuracy on the training replies where none are held out", () => {
		const trained = sampleTraining();
		const curve = trained.curve.map((point) => ({ ...point, holdout: null, train: point.holdout }));
		const reply = { overall: Number.NaN, macro: Number.NaN };
		const svg = String(trainingCurve({ ...trained, curve, holdout: { char: Number.NaN, reply } }));
		expect(labelsOf(svg)).toContain("training replies 89.0%");
		expect(svg).not.toMatch(/NaN|held-out/);
	});

	it("is nothing for one measurement, and survives a loss of zero at once", () => {
		const trained = sampleTraining();
		expect(trainingCurve({ ...trained, curve: trained.curve.slice(0, 1) })).toBeUndefined();
		const flat = trained.curve.map((point) => ({ ...point, seconds: 0, loss: 0 }));
		expect(String(trainingCurve({ ...trained, curve: flat }))).not.toMatch(/NaN|Infinity/);
	});
});
