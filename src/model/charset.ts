/**
 * Text ↔ the machine's bytes: 20h–7Eh is ASCII, A1h–DFh is half-width katakana (JIS X 0201, the second half of its
 * code table). Everything else (control characters, accents, full-width kana, emoji) has no byte and is not converted.
 */
import { ZulmError } from "../base/errors.js";
import { EOS } from "./network.js";

/** U+FF61 HALFWIDTH IDEOGRAPHIC FULL STOP is A1h; the 63 characters after it follow in the same order. */
const KATAKANA_OFFSET = 0xff61 - 0xa1;

/** The machine's byte for one character, or undefined when it has none. */
export function machineByte(character: string): number | undefined {
	const code = character.codePointAt(0) as number;
	if (code >= 0x20 && code <= 0x7e) return code;
	if (code >= 0xff61 && code <= 0xff9f) return code - KATAKANA_OFFSET;
	return undefined;
}

/** Bytes as the machine prints and hashes them. @throws ZulmError `charset-unprintable` */
export function toMachineBytes(text: string): Uint8Array {
	const bytes: number[] = [];
	for (const character of text) {
		const byte = machineByte(character);
		if (byte === undefined) {
			throw new ZulmError("charset-unprintable", `The machine cannot print ${nameCharacter(character)}.`, {
				hint: "Use ASCII or half-width katakana.",
			});
		}
		bytes.push(byte);
	}
	return Uint8Array.from(bytes);
}

/** The text of bytes from the machine; bytes that stand for no character become U+FFFD. */
export function fromMachineBytes(bytes: Uint8Array): string {
	let text = "";
	for (const byte of bytes) {
		if (byte >= 0x20 && byte <= 0x7e) text += String.fromCharCode(byte);
		else if (byte >= 0xa1 && byte <= 0xdf) text += String.fromCharCode(byte + KATAKANA_OFFSET);
		else text += "\ufffd";
	}
	return text;
}

/** The distinct characters of `text` that have no byte, in order of appearance. */
export function unprintable(text: string): string[] {
	return [...new Set(text)].filter((character) => machineByte(character) === undefined);
}

/** A character as an error message shows it: quoted when it is visible, with its code point always. */
export function nameCharacter(character: string): string {
	const code = `U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}`;
	return /[\p{C}\p{Z}]/u.test(character) ? code : `"${character}" (${code})`;
}

/**
 * What a network that says `replies` needs to write, in the order of logits: space, letters, digits, everything else
 * (each sorted by machine byte), EOS last. Katakana counts as "everything else".
 */
export function buildCharset(replies: Iterable<string>): string[] {
	const used = new Set<string>();
	for (const reply of replies) for (const character of reply) used.add(character);
	const rank = (character: string): number => {
		if (character === " ") return 0;
		if (/[A-Za-z]/.test(character)) return 1;
		return /[0-9]/.test(character) ? 2 : 3;
	};
	const order = (character: string): number => rank(character) * 256 + (toMachineBytes(character)[0] as number);
	return [...[...used].sort((a, b) => order(a) - order(b)), EOS];
}
