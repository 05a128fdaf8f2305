import { expect, it } from "vitest";
import { textToBytes } from "../transport/byte-reader.js";
import { machineKeys } from "./keyboard.js";
import { screenText } from "./screen.js";

it.each([
	["A>DIR\r\n", "A>DIR\r\n", "text and line ends"],
	["X\b \b\t", "X\b \b\t", "what line editing needs"],
	["\x1b[2J\x1b]0;title\x07", "\\e[2J\\e]0;title\\x07", "escape sequences"],
	["\x9b31m\x00\x7f", "\\x9b31m\\x00\\x7f", "C1 controls, NUL and DEL"],
	["\xb1\xb2\xa1\xdf", "ｱｲ｡ﾟ", "katakana"],
	["\xe9\xa0", "\\xe9\\xa0", "other bytes with bit 7"],
])("shows %j as %j: %s", (sent, shown) => {
	expect(screenText(textToBytes(sent))).toBe(shown);
});

it("turns keys into the machine's bytes", () => {
	expect([...machineKeys("aｱ\x03\r")]).toEqual([0x61, 0xb1, 0x03, 0x0d]);
	expect([...machineKeys("é€😀x")]).toEqual([0x78]);
});
