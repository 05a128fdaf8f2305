import { describe, expect, it } from "vitest";
import { expandRepeats } from "./repeat.js";

const expand = (...lines: string[]) => expandRepeats(lines.join("\n")).split("\n");

describe("expandRepeats", () => {
	it("counts up and down, with steps and arithmetic", () => {
		expect(expand("a:", "\trept n = 1 to 3", "s_{n}: db {n-1},{2*n+3}", "\tendr", "b:")).toEqual([
			"a:",
			"s_1: db 0,5",
			"s_2: db 1,7",
			"s_3: db 2,9",
			"b:",
		]);
		expect(expand("\trept k = 6 to 1 by 2 ; down", "{k}", "{n}", "\tendr")).toEqual([
			"6",
			"{n}",
			"4",
			"{n}",
			"2",
			"{n}",
		]);
	});

	it.each([
		["rept inside rept", ["\trept n = 1 to 2", "\trept m = 1 to 2"]],
		["endr without rept", ["\tendr"]],
		["rept without endr", ["\trept n = 1 to 2"]],
	])("refuses %s", (message, lines) => {
		expect(() => expand(...lines)).toThrow(message);
	});
});
