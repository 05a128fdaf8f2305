import { describe, expect, it } from "vitest";
import { roundTicks } from "./axis.js";

describe("roundTicks", () => {
	it.each([
		[7.4, 6, [0, 2, 4, 6, 8]],
		[6, 6, [0, 1, 2, 3, 4, 5, 6]],
		[23_000, 6, [0, 5000, 10_000, 15_000, 20_000, 25_000]],
	])("up to %d in about %d steps", (end, count, ticks) => {
		expect(roundTicks(end, count)).toEqual(ticks);
	});

	it("has two ticks at least, even for nothing", () => {
		const ticks = roundTicks(0, 6);
		expect(ticks[0]).toBe(0);
		expect(ticks[1]).toBeGreaterThan(0);
	});
});
