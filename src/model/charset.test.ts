import { describe, expect, test } from "vitest";
import { buildCharset, fromMachineBytes, toMachineBytes, unprintable } from "./charset.js";
import { EOS } from "./network.js";

describe("machine bytes", () => {
	test("ASCII is itself", () => {
		expect([...toMachineBytes(" Az~")]).toEqual([0x20, 0x41, 0x7a, 0x7e]);
	});

	test("half-width katakana follow JIS X 0201", () => {
		// U+FF71 HALFWIDTH KATAKANA LETTER A is B1h in the standard's table; the corners of the range are A1h and DFh.
		expect([...toMachineBytes("\uff61\uff71\uff9f")]).toEqual([0xa1, 0xb1, 0xdf]);
		expect(fromMachineBytes(Uint8Array.of(0x41, 0xb1, 0x07, 0xe0))).toBe("A\uff71\ufffd\ufffd");
	});

	test("what has no byte is named", () => {
		expect(unprintable("caf\u00e9 \u{1f600}\u00e9\n")).toEqual(["\u00e9", "\u{1f600}", "\n"]);
		expect(() => toMachineBytes("\u00e9")).toThrow(/"é" \(U\+00E9\)/);
	});
});

test("charset order: space, letters, digits, the rest, EOS", () => {
	expect(buildCharset(["B2 a!", "A1?\uff71"])).toEqual([" ", "A", "B", "a", "1", "2", "!", "?", "\uff71", EOS]);
	expect(buildCharset([])).toEqual([EOS]);
});
