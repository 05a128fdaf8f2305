import { describe, expect, it } from "vitest";
import { ZulmError } from "../base/errors.js";
import { assemble } from "./assembler.js";

const assembleText = (text: string, others: Record<string, string> = {}) =>
	assemble("main.asm", (name) => (name === "main.asm" ? text : others[name]));

function failureOf(text: string, others: Record<string, string> = {}): string {
	try {
		assembleText(text, others);
	} catch (error) {
		expect(error).toBeInstanceOf(ZulmError);
		return (error as ZulmError).message;
	}
	throw new Error("assembled without complaint");
}

describe("assemble", () => {
	it("returns bytes, origin and symbols", () => {
		const { origin, bytes, symbols } = assembleText('	org 100h\nstart:	ld a,5\n	jr start\n	ds 2\n	db "A,;",1\n');
		expect(origin).toBe(0x100);
		expect([...bytes]).toEqual([0x3e, 5, 0x18, 0xfc, 0, 0, 0x41, 0x2c, 0x3b, 1]);
		expect(symbols.get("start")).toBe(0x100);
	});

	it("expands includes and macros, whose operands are checked too", () => {
		const macro = "twice	macro &n\n	ld a,&n\n	ld b,&n\n	endm\n";
		expect([...assembleText(`#include "m.asm"\n	org 0\n	twice 7\n`, { "m.asm": macro }).bytes]).toEqual([
			0x3e, 7, 6, 7,
		]);
		expect(failureOf(`#include "m.asm"\n	org 0\n	twice 300\n`, { "m.asm": macro })).toMatch(
			/300 .*does not fit a byte/,
		);
	});

	it.each([
		["a byte that does not fit", "	org 0\n	db 1, 300\n", /main.asm:2: 300 is 300/],
		["an immediate that does not fit", "	org 0\n	ld a,256\n", /does not fit a byte/],
		["a word that does not fit", "	org 0\n	ld hl,65536\n", /does not fit a word/],
		["an address that does not fit", "	org 0\n	ld (70000),hl\n", /does not fit a word/],
		["a fraction", "	org 0\n	db 7/2\n", /3.5/],
		["a relative jump out of range", "	org 0\n	jr far\n	ds 128\nfar:	nop\n", /does not fit a relative jump/],
		["a conditional jump out of range", "	org 0\nback:	ds 127\n	djnz back\n", /does not fit a relative jump/],
		["an index displacement out of range", "	org 0\n	ld a,(ix+128)\n", /does not fit an index displacement/],
		["a duplicate label", "	org 0\na1:	nop\na1:	nop\n", /a1 is defined twice/],
		["overlapping code", "	org 10h\n	nop\n	nop\n	org 11h\n	nop\n", /overlaps the code at 11h/],
		["an unknown mnemonic", "	org 0\n	frob a\n", /unknown mnemonic/],
		["an unknown symbol", "	org 0\n	ld a,(nowhere)\n", /unknown identifier/],
		["code past the end of memory", "	org 0FFFFh\n	ld a,1\n", /past FFFFh/],
		["a source without code", "; nothing\n", /makes no code/],
	])("refuses %s", (_, text, message) => {
		expect(failureOf(text)).toMatch(message);
	});

	it("accepts the extremes of every range", () => {
		const text =
			"	org 0\n	db -128,255\n	dw -32768,65535\n	ld a,(ix+127)\n	jr $+129\n	jr $-126\n	ld a,'x'\n	ex af,af'\n";
		expect([...assembleText(text).bytes].slice(6)).toEqual([0xdd, 0x7e, 127, 0x18, 127, 0x18, 128, 0x3e, 0x78, 8]);
	});

	it("refuses an include cycle instead of following it for ever", () => {
		expect(failureOf('#include "a.asm"\n', { "a.asm": '#include "main.asm"\n' })).toMatch(/included twice/);
	});
});
