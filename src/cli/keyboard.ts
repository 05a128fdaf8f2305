/**
 * The keys of a person's terminal, one by one as a machine wants them, or lines of a file where there is no terminal.
 *
 *   terminal: raw mode, every key is a byte for the machine, ^C too │ pipe: text up to its end, one line at a time
 */
import { createInterface } from "node:readline";
import { StringDecoder } from "node:string_decoder";
import { machineByte } from "../model/charset.js";
import type { CliIo } from "./io.js";

type RawCapable = { setRawMode?: (raw: boolean) => void };

/**
 * Hands the keys of a terminal to `onKeys` as they are pressed, and tells when there will be no more.
 * @param raw as the terminal sends them; otherwise as a machine takes them (see `machineKeys`)
 * @returns gives the terminal back
 */
export function listenToKeys(
	io: CliIo,
	raw: boolean,
	onKeys: (keys: Uint8Array) => void,
	onEnd: () => void,
): () => void {
	const terminal = io.stdin as RawCapable;
	const decoder = new StringDecoder("utf8");
	const onData = (chunk: Buffer | string): void => {
		const bytes = Buffer.from(chunk);
		onKeys(raw ? new Uint8Array(bytes) : machineKeys(decoder.write(bytes)));
	};
	terminal.setRawMode?.(true);
	io.stdin.on("data", onData);
	io.stdin.on("end", onEnd);
	return () => {
		io.stdin.off("data", onData);
		io.stdin.off("end", onEnd);
		io.stdin.pause();
		terminal.setRawMode?.(false);
	};
}

/** The lines of standard input, each as a machine takes it, without line end; none after the signal. */
export async function* typedLines(io: CliIo, signal: AbortSignal): AsyncGenerator<Uint8Array> {
	for await (const line of createInterface({ input: io.stdin, signal })) yield machineKeys(line);
}

/** ASCII and control characters as they are, katakana by JIS X 0201; what no machine knows is left out. */
export function machineKeys(text: string): Uint8Array {
	const keys: number[] = [];
	for (const character of text) {
		const code = character.codePointAt(0) as number;
		const key = code < 0x80 ? code : machineByte(character);
		if (key !== undefined) keys.push(key);
	}
	return Uint8Array.from(keys);
}
