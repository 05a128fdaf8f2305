/**
 * A text into a machine at the pace the machine takes it: each character waits for something to come back, as its echo
 * does, and each line end until the machine is quiet again. A machine that answers nothing gets a fixed pace instead.
 *
 *   "H" ► ◄ "H"   "I" ► ◄ "I"   CR ► ◄ CR LF … quiet   next line        a flush of PIP to floppy: the echo waits, so do we
 *
 * Line ends of any kind become CR, the RETURN key. Does not compare the echo: it is for any program that takes text.
 */
import type { ByteReader } from "./byte-reader.js";
import type { Link } from "./link.js";
import { writeWithin } from "./write-within.js";

export interface SendTextOptions {
	/** What comes back is taken out of it: whoever shows it listens to the link. */
	readonly reader: ByteReader;
	readonly signal?: AbortSignal;
	readonly onProgress?: (sent: number, of: number) => void;
}

const CR = 0x0d;
const LF = 0x0a;
/** PIP writes 26,100 bytes to a floppy at once: seconds without an echo. */
const ECHO_S = 10;
/** Where nothing ever came back: half as long again as 2,780 T-states at 2 MHz, which CP/M takes for a character. */
const BLIND_CHARACTER_S = 0.002;
const BLIND_LINE_S = 0.1;
/** The first characters show whether the machine echoes at all. */
const FIRST_ECHO_S = 0.5;
const SILENT_CHARACTERS = 3;
/** After a line end, what the machine prints must be over: CP/M 2.2 loses what is typed meanwhile. */
const LINE_QUIET_S = 0.05;
const LINE_LIMIT_S = 10;
const WRITE_S = 30;

/** Text as the RETURN key sends its line ends: LF and CR LF become CR. */
export function asTyped(text: Uint8Array): Uint8Array {
	const keys: number[] = [];
	for (const [index, byte] of text.entries()) {
		if (byte !== LF) keys.push(byte);
		else if (text[index - 1] !== CR) keys.push(CR);
	}
	return Uint8Array.from(keys);
}

/**
 * Types `text`.
 * @returns how many characters were sent, and whether the machine answered any of them
 * @throws ZulmError `line-lost`, `line-failed` (it takes no bytes), `interrupted`
 */
export async function sendText(
	link: Link,
	text: Uint8Array,
	options: SendTextOptions,
): Promise<{ readonly sent: number; readonly echoed: boolean }> {
	const { reader, signal, onProgress } = options;
	const keys = asTyped(text);
	// What came before says nothing about an echo.
	reader.discard();
	let echoed = false;
	const hear = (bytes: Uint8Array): void => {
		if (bytes.length > 0) echoed = true;
	};
	for (const [index, key] of keys.entries()) {
		await writeWithin(link, Uint8Array.of(key), WRITE_S, signal);
		if (echoed || index < SILENT_CHARACTERS) hear(await reader.read(echoed ? ECHO_S : FIRST_ECHO_S, signal));
		else await link.clock.sleep(key === CR ? BLIND_LINE_S : BLIND_CHARACTER_S, signal);
		if (!echoed && reader.buffered > 0) hear(await reader.read(0, signal));
		if (echoed && key === CR) hear((await reader.readQuiet(LINE_QUIET_S, LINE_LIMIT_S, signal)).bytes);
		onProgress?.(index + 1, keys.length);
	}
	return { sent: keys.length, echoed };
}
