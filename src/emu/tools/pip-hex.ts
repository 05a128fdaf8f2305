/**
 * PIP's [H]: lets whole, correct Intel HEX records through and stops at the others (CP/M 2.2 manual, 1.6.4).
 *
 *   noise :LLAAAATT data CC noise  ─►  ":LLAAAATT data CC\r\n"          wrong digit or sum: the record so far, and why
 */
const COLON = 0x3a;
const LONGEST_RECORD_BYTES = 255 + 5;

export interface HexStep {
	/** A record that is in order, with its line end. */
	readonly record?: string;
	readonly error?: { readonly message: string; readonly record: string };
}

const NOTHING: HexStep = {};

export class HexChecker {
	/** From the colon on; empty between records. */
	private text = "";
	private readonly bytes = new Uint8Array(LONGEST_RECORD_BYTES);

	/** @param skipEnd [I]: records without data are left out. */
	constructor(private readonly skipEnd: boolean) {}

	/** Takes one character. */
	take(character: number): HexStep {
		if (this.text === "") {
			if (character === COLON) this.text = ":";
			return NOTHING;
		}
		const digit = String.fromCharCode(character);
		this.text += digit;
		if (!/[0-9A-Fa-f]/.test(digit)) return this.fail("INVALID DIGIT");
		const digits = this.text.length - 1;
		if (digits % 2 !== 0) return NOTHING;
		this.bytes[digits / 2 - 1] = Number.parseInt(this.text.slice(-2), 16);
		const length = (this.bytes[0] as number) + 5;
		if (digits / 2 < length) return NOTHING;
		if (this.bytes.subarray(0, length).reduce((sum, byte) => sum + byte, 0) % 256 !== 0) {
			return this.fail("CHECKSUM ERROR");
		}
		const record = `${this.text}\r\n`;
		this.text = "";
		return this.skipEnd && length === 5 ? NOTHING : { record };
	}

	private fail(message: string): HexStep {
		const record = this.text.trimEnd();
		this.text = "";
		return { error: { message, record } };
	}
}
