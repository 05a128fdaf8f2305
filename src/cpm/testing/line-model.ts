/**
 * What a chat prints for a row of keys: the line editor of line.asm as a few lines of TypeScript, with the integer
 * reference behind it. For tests that compare whole sessions byte for byte.
 */
import { toMachineBytes } from "../../model/charset.js";
import type { Network } from "../../model/network.js";
import { generate } from "../../model/reference.js";
import { normaliseBytes } from "./queries.js";

export const GREETING = "Type to chat, ! to leave.\r\n";
const PROMPT = "> ";
const LONGEST_LINE = 127;
const SPACE = 0x20;
const BELL = 7;
/** BDOS 6 gives these a meaning of its own. */
const FIRST_RESERVED = 0xfd;

const KEY = { leave: 3, backspace: 8, tab: 9, lineFeed: 10, enter: 13, show: 18, again: 21, erase: 24, delete: 127 };

export interface ExpectedSession {
	/** As bytes, one character each. */
	readonly output: string;
	readonly left: boolean;
}

/** What a session of these keys prints from the greeting on, and whether it ends back in CP/M. */
export function expectedSession(network: Network, keys: Iterable<number>): ExpectedSession {
	let output = GREETING + PROMPT;
	let line: number[] = [];
	const takeBack = () => {
		if (line.pop() !== undefined) output += "\b \b";
	};
	for (const key of keys) {
		switch (key) {
			case KEY.leave:
				if (line.length === 0) return { output, left: true };
				break;
			case KEY.backspace:
			case KEY.delete:
				takeBack();
				break;
			case KEY.erase:
				while (line.length > 0) takeBack();
				break;
			case KEY.again:
				output += "#\r\n";
				line = [];
				break;
			case KEY.show:
				output += `#\r\n${textOf(line)}`;
				break;
			case KEY.lineFeed:
			case KEY.enter: {
				if (key === KEY.lineFeed && line.length === 0) break;
				output += "\r\n";
				const said = textOf(line).replace(/^[\0- ]+|[\0- ]+$/g, "");
				if (said === "!") return { output, left: true };
				if (said !== "") output += `${replyTo(network, line)}\r\n`;
				output += PROMPT;
				line = [];
				break;
			}
			default: {
				const byte = key === KEY.tab ? SPACE : key;
				if (byte < SPACE || byte >= FIRST_RESERVED) break;
				if (line.length === LONGEST_LINE) output += String.fromCharCode(BELL);
				else {
					line.push(byte);
					output += String.fromCharCode(byte);
				}
			}
		}
	}
	return { output, left: false };
}

/** The reply as the machine's bytes, one character each. */
export function replyTo(network: Network, line: Iterable<number>): string {
	return textOf(toMachineBytes(generate(network, normaliseBytes(Uint8Array.from(line)))));
}

export function textOf(bytes: Iterable<number>): string {
	return String.fromCharCode(...bytes);
}
