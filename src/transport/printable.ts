/**
 * Bytes from a machine, fit for a message or a terminal: control sequences are shown, never obeyed.
 */

const NAMED: Readonly<Record<string, string>> = { "\r": "\\r", "\n": "\\n", "\t": "\\t", "\x1b": "\\e" };

/** Everything but printable ASCII escaped: `\r`, `\n`, `\t`, `\e`, otherwise `\xNN` (or `\u{…}`). */
export function printable(text: string): string {
	return text.replace(/[^\x20-\x7e]/gu, (character) => {
		const code = character.codePointAt(0) ?? 0;
		return (
			NAMED[character] ?? (code <= 0xff ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`)
		);
	});
}
