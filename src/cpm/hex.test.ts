import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseIntelHex, toIntelHex } from "./hex.js";

describe("Intel HEX", () => {
	test("records as the format defines them", () => {
		expect(toIntelHex(Uint8Array.of(0xc3, 0x00, 0x01))).toBe(":03010000C3000138\r\n:00000001FF\r\n");
	});

	test("any bytes survive the way there and back, whatever the line ends", () => {
		const ends = fc.constantFrom("\r\n", "\n", "\r");
		fc.assert(
			fc.property(
				fc.uint8Array({ minLength: 1, maxLength: 600 }),
				fc.integer({ min: 0, max: 0xf000 }),
				ends,
				(bytes, origin, end) => {
					const image = parseIntelHex(toIntelHex(bytes, origin).replaceAll("\r\n", end));
					expect(image).toEqual({ origin, bytes });
				},
			),
		);
	});

	test("records in any order, gaps are zero, CP/M's own end record", () => {
		const image = parseIntelHex(":01010200AA52\n:0101000055A9\n:0000000000\nanything");
		expect(image).toEqual({ origin: 0x100, bytes: Uint8Array.of(0x55, 0, 0xaa) });
	});

	test.each([
		[":03010000C3000139\r\n:00000001FF\r\n", "The checksum of line 1 is wrong."],
		[":04010000C3000138\r\n", "Line 1 is not as long as it says."],
		["hello", "Line 1 is not an Intel HEX record."],
		[":03010000C3000138\r\n", "The end record is missing: the file is incomplete."],
		[":00000001FF", "There is no data in the file."],
		[":020000021000EC", "Line 1 has record type 2; only 0 and 1 are known."],
		[":02FFFF0001020001\r\n", "Line 1 is not as long as it says."],
		[":02FFFF000102FD", "Line 1 runs past FFFFh."],
	])("%j: %s", (text, message) => {
		expect(() => parseIntelHex(text)).toThrowError(expect.objectContaining({ code: "program-malformed", message }));
	});

	test("a program that does not fit", () => {
		expect(() => toIntelHex(new Uint8Array(0xff01))).toThrow("does not fit");
	});
});
