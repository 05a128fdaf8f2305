/**
 * Types text into a program that gives every character back, and goes no faster than the echo comes.
 *
 *   window = a line   :10 0100 00 0E09… CR LF ─►  ◄─ the same      next line
 *   window = 1        : ─► ◄─ :   1 ─► ◄─ 1  …                     where the machine could miss what comes too early
 *
 * A character counts when its echo is there. It does not repair: a line with a hole in it is the caller's to begin anew.
 */
import type { MachineConsole } from "./console.js";

/** The echo is not what was typed. */
export class EchoError extends Error {
	/** What came instead, from the first character that is not as typed. */
	constructor(readonly heard: string) {
		super("The echo is not what was typed.");
	}
}

/** A floppy may be written while the machine does not listen; a sequence of sectors takes seconds. */
const STALL_S = 20;

export interface TypistOptions {
	/** Most characters on their way without having come back. */
	readonly window: number;
	/** Called after each line with the number of characters confirmed so far. */
	readonly onLine?: ((characters: number) => void) | undefined;
}

/**
 * Types every character of `text`, which are 7-bit.
 * @throws EchoError, ZulmError `line-lost`, `line-failed`, `interrupted`
 */
export async function typeConfirmed(console: MachineConsole, text: string, options: TypistOptions): Promise<void> {
	let heard = "";
	let confirmed = 0;
	for (const line of text.split(/(?<=\n)/)) {
		// The very first character goes alone: it may find that nothing is there to read it.
		for (let start = 0; start < line.length; ) {
			const end = confirmed + start === 0 ? 1 : start + options.window;
			const chunk = line.slice(start, end);
			start = end;
			await console.type(chunk);
			while (heard.length < chunk.length) {
				const more = await console.read(STALL_S);
				if (more === "") throw new EchoError(heard);
				heard += [...more].map((character) => String.fromCharCode(character.charCodeAt(0) & 0x7f)).join("");
			}
			if (!heard.startsWith(chunk)) throw new EchoError(heard);
			heard = heard.slice(chunk.length);
		}
		confirmed += line.length;
		options.onLine?.(confirmed);
	}
}
