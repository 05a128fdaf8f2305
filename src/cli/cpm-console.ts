/**
 * This terminal as the console of a CP/M program: keys go to it one by one and unechoed, as on a real one, and its bytes
 * come back as Unicode. Control sequences pass, because programs draw with them; what the program is was asked for.
 */
import { fromMachineBytes } from "../model/charset.js";
import type { CliIo } from "./io.js";

/** Ctrl-\: ends a program that takes every other key for itself. */
const QUIT = 0x1c;
const FIRST_KATAKANA = 0xa1;
const LAST_KATAKANA = 0xdf;

export interface ConsoleInput {
	readonly bytes: AsyncIterable<Uint8Array>;
	/** Fires on Ctrl-\ and when zulm is interrupted. */
	readonly signal: AbortSignal;
	/** Gives the terminal back. */
	release(): void;
}

type RawCapable = { setRawMode?: (raw: boolean) => void };

export function consoleInput(io: CliIo): ConsoleInput {
	const quit = new AbortController();
	const terminal: RawCapable | undefined = io.stdin.isTTY === true ? (io.stdin as RawCapable) : undefined;
	terminal?.setRawMode?.(true);
	return {
		bytes: watched(io.stdin, terminal === undefined ? undefined : () => quit.abort()),
		signal: AbortSignal.any([io.signal, quit.signal]),
		release: () => terminal?.setRawMode?.(false),
	};
}

async function* watched(input: AsyncIterable<Uint8Array | string>, onQuit?: () => void): AsyncGenerator<Uint8Array> {
	for await (const chunk of input) {
		const bytes = Buffer.from(chunk);
		if (onQuit !== undefined && bytes.includes(QUIT)) onQuit();
		yield bytes;
	}
}

/** ASCII as it is, control characters among it; half-width katakana by JIS X 0201; the rest is not known. */
export function consoleText(bytes: Uint8Array): string {
	let text = "";
	for (const byte of bytes) {
		const isKatakana = byte >= FIRST_KATAKANA && byte <= LAST_KATAKANA;
		text += byte < 0x80 ? String.fromCharCode(byte) : isKatakana ? fromMachineBytes(Uint8Array.of(byte)) : "\ufffd";
	}
	return text;
}
