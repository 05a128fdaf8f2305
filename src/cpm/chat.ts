/**
 * A chat with the program on the machine: one query at a time, with the time of arrival of every character.
 *
 *   "> " type query ◄► echo, Enter ─ t0 ─►  \r\n R e p l y \r\n "> "
 *                                   first character ┘ └ gaps between characters
 *
 * Times are those of the link's clock; on a USB adapter they include its latency (1 to 16 ms).
 */
import { ZulmError } from "../base/errors.js";
import { fromMachineBytes, machineByte } from "../model/charset.js";
import { MAX_QUERY_LENGTH } from "../model/network.js";
import { bytesToText } from "../transport/byte-reader.js";
import type { Link } from "../transport/link.js";
import { printable } from "../transport/printable.js";
import type { Profile } from "../transport/profile.js";
import { Ccp, type CcpOptions } from "./ccp.js";
import { programName, stemOf } from "./names.js";
import { startedByPerson } from "./person.js";
import { CHAT_PROMPT } from "./wake.js";

export interface ChatOptions extends CcpOptions {
	/** What the reply should be, by the integer reference. */
	readonly expect?: ((query: string) => string) | undefined;
	/** Predicted times on this machine, seconds; silence of many times as long is a failure. */
	readonly predicted?: { readonly firstCharS: number; readonly perCharS: number } | undefined;
	/** Called after each reply of a script. */
	readonly onReply?: ((reply: ChatReply) => void) | undefined;
	/** Called with each piece of a reply as it arrives, in Unicode, for a person who watches. */
	readonly onText?: ((text: string) => void) | undefined;
}

export interface ChatReply {
	/** As it was sent: see `sanitiseQuery`. */
	readonly query: string;
	readonly reply: string;
	/** Null where there is nothing to compare with. */
	readonly expected: string | null;
	readonly ok: boolean;
	/** From Enter having left to the reply's first character, seconds; undefined for an empty reply. */
	readonly firstCharS: number | undefined;
	/** From each character of the reply to the next, seconds. */
	readonly gapsS: readonly number[];
	/** From Enter having left to the reply's last character, seconds; undefined for an empty reply. */
	readonly replyS: number | undefined;
}

/** Without a prediction: the slowest public program needs 27 M T-states a character, 13 s at 2 MHz. */
const SILENCE_S = 60;
/** With one: this many times the prediction, plus a margin for disks, hosts and networks. */
const PATIENCE = 10;
const MARGIN_S = 5;

interface Arrival {
	readonly byte: number;
	readonly atS: number;
}

/** A chat program that runs and waits for a query. */
export class ChatSession {
	private constructor(
		private readonly link: Link,
		private readonly ccp: Ccp,
		private readonly options: ChatOptions,
	) {}

	/**
	 * Finds the prompt and starts the program; where the console is not on the line, has a person start it.
	 * @throws ZulmError `machine-refused` (no such program), `program-refused`, and as `Ccp.find`
	 */
	static async open(link: Link, profile: Profile, name: string, options: ChatOptions = {}): Promise<ChatSession> {
		const ccp = new Ccp(link, profile, options);
		try {
			const command = stemOf(programName(name));
			if (ccp.onLine) {
				await ccp.find();
				await ccp.startProgram(command);
			} else await startedByPerson(ccp.console, command, CHAT_PROMPT, options);
			return new ChatSession(link, ccp, options);
		} catch (error) {
			ccp.close();
			throw error;
		}
	}

	/**
	 * Asks one question and waits for the whole reply.
	 * @throws ZulmError `usage` (nothing to ask), `no-answer`, `program-refused` (it ended), `line-lost`, `interrupted`
	 */
	async ask(text: string): Promise<ChatReply> {
		const query = sanitiseQuery(text);
		if (query === "") throw new ZulmError("usage", "The query is empty.");
		await this.ccp.console.typeEchoed(bytesToText(queryBytes(query)));
		const arrivals: Arrival[] = [];
		const show = this.#shower();
		const stop = this.link.onData((bytes, atS) => {
			for (const byte of bytes) arrivals.push({ byte, atS });
			show(bytes);
		});
		try {
			await this.ccp.console.type("\r");
			await this.link.drain();
			const enterS = this.link.clock.now();
			await this.#untilPrompt();
			return this.#reply(query, arrivals, enterS);
		} finally {
			stop();
		}
	}

	/** Back to CP/M. The link stays open. */
	async leave(): Promise<void> {
		try {
			await this.ccp.console.type("!\r");
			if (this.ccp.onLine) await this.ccp.untilPrompt();
		} finally {
			this.close();
		}
	}

	/** Stops listening without leaving the program. */
	close(): void {
		this.ccp.close();
	}

	async #untilPrompt(): Promise<void> {
		const { predicted } = this.options;
		const silenceS =
			predicted === undefined ? SILENCE_S : PATIENCE * Math.max(predicted.firstCharS, predicted.perCharS) + MARGIN_S;
		const heard = await this.ccp.untilAnyWaiting(silenceS);
		if (heard.waiting === "chat") return;
		const said = printable(heard.text.trim().slice(-60));
		if (heard.waiting === undefined) {
			throw new ZulmError(
				"no-answer",
				`The program fell silent for ${silenceS.toFixed(0)} s; the last it said was "${said}".`,
				{
					hint: "Look at the machine; a reset may be needed.",
				},
			);
		}
		throw new ZulmError("program-refused", `The program ended in the middle of the chat; the machine said "${said}".`, {
			hint: "Verify it with zulm verify.",
		});
	}

	#reply(query: string, arrivals: readonly Arrival[], enterS: number): ChatReply {
		const characters = replyCharacters(arrivals);
		const reply = fromMachineBytes(Uint8Array.from(characters.map(({ byte }) => byte)));
		const expected = this.options.expect?.(query) ?? null;
		// A character cannot arrive before Enter has left; a host that learns late that it has left must not make it so.
		const since = (arrival: Arrival | undefined) => arrival && Math.max(0, arrival.atS - enterS);
		return {
			query,
			reply,
			expected,
			ok: expected === null || expected === reply,
			firstCharS: since(characters[0]),
			gapsS: characters.slice(1).map(({ atS }, i) => atS - (characters[i] as Arrival).atS),
			replyS: since(characters.at(-1)),
		};
	}

	/** Passes on the reply's characters as they come: nothing of the line ends around it, nothing of the next prompt. */
	#shower(): (bytes: Uint8Array) => void {
		let state: "before" | "reply" | "after" = "before";
		return (bytes) => {
			for (const byte of bytes) {
				const lineEnd = isLineEnd(byte);
				if (state === "before" && !lineEnd) state = "reply";
				else if (state === "reply" && lineEnd) state = "after";
				if (state === "reply") this.options.onText?.(fromMachineBytes(Uint8Array.of(byte)));
			}
		};
	}
}

/** Asks every query of a script in turn and leaves the program. @throws as `ChatSession` */
export async function chat(
	link: Link,
	profile: Profile,
	name: string,
	queries: readonly string[],
	options: ChatOptions = {},
): Promise<ChatReply[]> {
	const session = await ChatSession.open(link, profile, name, options);
	try {
		const replies: ChatReply[] = [];
		for (const query of queries) {
			const reply = await session.ask(query);
			replies.push(reply);
			options.onReply?.(reply);
		}
		await session.leave();
		return replies;
	} finally {
		session.close();
	}
}

/**
 * A query as one line of the machine's console: control characters gone, trimmed, characters the machine does not know
 * replaced by "?", at most 62 characters. A lone "!" would leave the program: it becomes "!!".
 */
export function sanitiseQuery(text: string): string {
	const kept = [...text.replace(/\p{Cc}+/gu, " ").trim()];
	const query = kept
		.map((character) => (machineByte(character) === undefined ? "?" : character))
		.slice(0, MAX_QUERY_LENGTH)
		.join("")
		.trim();
	return query === "!" ? "!!" : query;
}

function queryBytes(query: string): Uint8Array {
	return Uint8Array.from([...query], (character) => machineByte(character) as number);
}

/** Between the line end after Enter and the line end before the next "> ". */
function replyCharacters(arrivals: readonly Arrival[]): Arrival[] {
	const start = arrivals.findIndex(({ byte }) => !isLineEnd(byte));
	let end = arrivals.length - "> ".length;
	while (end > start && isLineEnd((arrivals[end - 1] as Arrival).byte)) end--;
	return arrivals.slice(start, end);
}

function isLineEnd(byte: number): boolean {
	return byte === 13 || byte === 10;
}
