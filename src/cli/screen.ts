/**
 * What a machine sends, fit for a person's terminal: text is text, everything that could move the cursor, rename the
 * window or worse is shown instead of obeyed.
 *
 *   "A>\x1b[2J\xb1\r\n"  →  A>\e[2Jｱ        backspace, tab, CR and LF pass: line editing needs them
 */
import { fromMachineBytes } from "../model/charset.js";
import { bytesToText } from "../transport/byte-reader.js";
import { printable } from "../transport/printable.js";

/** Katakana are the bytes A1h–DFh (JIS X 0201); other bytes with bit 7 are escaped. */
export function screenText(bytes: Uint8Array): string {
	return bytesToText(bytes).replace(/[^\x20-\x7e\r\n\t\b]/g, (character) => {
		const code = character.charCodeAt(0);
		return code >= 0xa1 && code <= 0xdf ? fromMachineBytes(Uint8Array.of(code)) : printable(character);
	});
}
