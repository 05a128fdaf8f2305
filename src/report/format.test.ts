import { describe, expect, it } from "vitest";
import {
	formatBar,
	formatClock,
	formatCount,
	formatNumberOf,
	formatRate,
	formatSeconds,
	formatShare,
	threeDigits,
} from "./format.js";

describe("figures for people", () => {
	it.each([
		[0, "0 s"],
		[0.0000123, "12.3 µs"],
		[0.00123, "1.23 ms"],
		[0.123, "123 ms"],
		[2.5, "2.50 s"],
		[75.4, "1 min 15 s"],
		[119.7, "2 min 0 s"],
		[Number.NaN, "–"],
	])("formatSeconds(%s)", (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

	it("draws bars", () => {
		expect([-1, 0, 0.5, 1, 2].map(formatBar)).toEqual([
			"─".repeat(16),
			"─".repeat(16),
			"━".repeat(8) + "─".repeat(8),
			"━".repeat(16),
			"━".repeat(16),
		]);
	});

	it("groups, rates, shares, clocks", () => {
		expect(formatCount(1_234_567.8)).toBe("1,234,568");
		expect([0, 1, 1234].map((n) => formatNumberOf(n, "block"))).toEqual(["0 blocks", "1 block", "1,234 blocks"]);
		expect(formatRate(10_277.6)).toBe("10,278 bytes/s");
		expect(formatShare(0.8712)).toBe("87.1%");
		expect(formatClock(7_372_800)).toBe("7.3728 MHz");
		expect(formatClock(4e6)).toBe("4 MHz");
		expect([9.994, 9.996, 99.94, 99.96, 1234.5].map(threeDigits)).toEqual(["9.99", "10.0", "99.9", "100", "1,235"]);
	});
});
