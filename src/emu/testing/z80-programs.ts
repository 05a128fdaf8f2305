/**
 * Small Z80 programs for tests, assembled on the spot. `bdos` and `org 100h` are given.
 */
import { assemble } from "../../cpm/assembler.js";

/** A .COM file from its source text. */
export function program(source: string): Uint8Array {
	const text = `bdos\tequ 5\n\torg 100h\n${source}\n`;
	return assemble("test.asm", (name) => (name.endsWith("test.asm") ? text : undefined)).bytes;
}

/** A program that prints a text and returns to the CCP. */
export function printingProgram(text: string): Uint8Array {
	return program(`\tld de,text\n\tld c,9\n\tjp bdos\ntext:\tdb "${text}$"`);
}

export function ascii(text: string): Uint8Array {
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function text(bytes: Iterable<number>): string {
	return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
