import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distribution } from "./statistics.js";

describe("distribution", () => {
	it("gives the usual figures", () => {
		const values = Array.from({ length: 101 }, (_, i) => 100 - i);
		expect(distribution(values)).toEqual({ n: 101, mean: 50, p5: 5, p50: 50, p95: 95, max: 100 });
	});

	it("interpolates between neighbours", () => {
		expect(distribution([1, 2])).toEqual({ n: 2, mean: 1.5, p5: 1.05, p50: 1.5, p95: 1.95, max: 2 });
	});

	it("is one value when there is one", () => {
		expect(distribution([7])).toEqual({ n: 1, mean: 7, p5: 7, p50: 7, p95: 7, max: 7 });
	});

	it("says nothing about nothing", () => {
		expect(JSON.parse(JSON.stringify(distribution([])))).toEqual({
			n: 0,
			mean: null,
			p5: null,
			p50: null,
			p95: null,
			max: null,
		});
	});

	it("orders its quantiles and does not depend on the order of the values", () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 }), (values) => {
				const d = distribution(values);
				expect(d.p5).toBeLessThanOrEqual(d.p50);
				expect(d.p50).toBeLessThanOrEqual(d.p95);
				expect(d.p95).toBeLessThanOrEqual(d.max);
				expect(d.max).toBe(Math.max(...values));
				expect(distribution([...values].reverse())).toMatchObject({ p5: d.p5, p50: d.p50, p95: d.p95 });
			}),
		);
	});
});
