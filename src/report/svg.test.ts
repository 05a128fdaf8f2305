import { describe, expect, it } from "vitest";
import { arrivalsChart } from "./svg.js";

describe("arrivalsChart", () => {
	it("draws one tick a character, inside the plot, in order", () => {
		const svg = String(arrivalsChart([{ query: "q", reply: "ABC", arrivalsS: [0.1, 0.2, 0.4] }]));
		const at = [...svg.matchAll(/class="(?:first|tick)" x1="([\d.]+)"/g)].map((match) => Number(match[1]));
		expect(at).toHaveLength(3);
		expect(at[0]).toBeGreaterThan(230);
		expect(at[2]).toBeLessThanOrEqual(670);
		expect((at[2] as number) - (at[1] as number)).toBeCloseTo(2 * ((at[1] as number) - (at[0] as number)), 0);
	});

	it("labels round times", () => {
		const svg = String(arrivalsChart([{ query: "q", reply: "A", arrivalsS: [0.93] }]));
		expect([...svg.matchAll(/text-anchor="middle">([^<]+)</g)].map((match) => match[1])).toEqual([
			"Enter",
			"200 ms",
			"400 ms",
			"600 ms",
			"800 ms",
			"1.00 s",
		]);
	});

	it("keeps characters outside the first plane whole when it shortens", () => {
		const svg = String(arrivalsChart([{ query: "🙂".repeat(40), reply: "A", arrivalsS: [0.1] }]));
		expect(svg).toContain(`${"🙂".repeat(29)}…`);
	});

	it("is nothing without characters, and survives arrivals at once", () => {
		expect(arrivalsChart([])).toBeUndefined();
		expect(arrivalsChart([{ query: "q", reply: "", arrivalsS: [] }])).toBeUndefined();
		expect(String(arrivalsChart([{ query: "q", reply: "A", arrivalsS: [0] }]))).not.toMatch(/NaN|Infinity/);
	});
});
