/**
 * What a machine may be waiting for when a session begins, how that is recognised, and what is typed then.
 *
 *   silence ─► ^X CR ─► what comes back? ── A> ─► found
 *                        ├ "> " ours ─► !      ├ disk error ─► ^C       ├ (Y/N)? ─► N      ├ C C C ─► CAN, then EOT
 *                        └ "Boot [H=Help]:" ─► the profile's answer     └ DDT's "-" ─► ^C  └ PIP copying CON: ─► ^Z
 *
 * Only what was recognised is answered. What is in `PLACES` counts only as the answer to ^X CR, never as output that
 * happens to look like it. A program nobody knows gets ^X and CR and nothing else.
 */
import type { WakeStep } from "../transport/profile.js";
import { CAN, EOT, NAK } from "../transport/xmodem/control-bytes.js";
import { WAITING_ERROR, WAITING_QUESTION } from "./messages.js";

/** What the machine can be waiting for in the middle of a session. */
export type Waiting = "prompt" | "chat" | "error" | "question" | "receiver";

const CR = "\r";
/** ^X: erases a line typed by someone else, and is ignored on an empty one. */
export const ERASE_LINE = "\x18";
/** To a disk error: ^C is "give up" for every kind of it (CP/M 2.2 Interface Guide, 1.6), any other key may mean "go on". */
const GIVE_UP = "\x03";
const END_OF_TEXT = "\x1a";
const CANCEL = String.fromCharCode(CAN, CAN, CAN);
/** Asks any command line for its prompt and can do no harm to most programs. */
export const HANDSHAKE = ERASE_LINE + CR;

/** Our chat program's prompt, on a line of its own. */
export const CHAT_PROMPT = /(?:^|[\r\n])> $/;
/** A receiver asking for its first block, and nothing else. */
const START_BYTES = new RegExp(`^(?:[C${String.fromCharCode(NAK)}]K?)+$`);

/** What is typed in the middle of a session to be rid of it. */
export const KEYS: Readonly<Record<Waiting, string>> = {
	prompt: HANDSHAKE,
	chat: `!${CR}`,
	error: GIVE_UP,
	question: `N${CR}`,
	receiver: CANCEL,
};

/** Programs and monitors that answer ^X CR with something of their own. */
const PLACES: readonly WakeStep[] = [
	// DDT or SID in the middle of an S command: "0103 C9 ".
	{ prompt: /[\r\n][0-9A-F]{4} [0-9A-F]{2} $/, type: `.${CR}` },
	// DDT's or SID's own prompt.
	{ prompt: /(?:^|[\r\n])[-#]$/, type: GIVE_UP },
	// PIP copying from CON:, which gives back what is typed and nothing more (seen on CP/M 2.2 and 3).
	// biome-ignore lint/suspicious/noControlCharactersInRegex: ^X may come back
	{ prompt: /^(?:\x18|\^X)?\r$/, type: END_OF_TEXT },
	{ prompt: /(?:press|hit|strike|type)\b[^\r\n]*\b(?:return|enter|key)[^\r\n]*$/i, type: GIVE_UP },
];

/** Patterns by what waits, the first that matches counts; each looks at the end of what was printed. */
export function waitingPatterns(prompts: readonly RegExp[]): Readonly<Record<Waiting, RegExp>> {
	// Where there is no prompt on the line, nothing is one.
	const shapes = prompts.length === 0 ? "(?!)" : prompts.map((prompt) => `(?:${prompt.source})`).join("|");
	return {
		// A letter or digit right before it would make it part of a word, such as the end of "INSERT DISK A>".
		prompt: new RegExp(`(?:^|[^0-9A-Za-z])(?:${shapes}) ?$`),
		chat: CHAT_PROMPT,
		error: WAITING_ERROR,
		question: WAITING_QUESTION,
		receiver: START_BYTES,
	};
}

/** What to type next, or why to stop. */
export interface Move {
	readonly keys: string;
	/** A machine that boots after it is given more time. */
	readonly boots: boolean;
}

/** Decides, answer by answer, what is typed to reach the prompt. */
export class WakeDialogue {
	readonly #places: readonly WakeStep[];
	readonly #used = new Map<WakeStep, number>();
	readonly #profileSteps: ReadonlySet<WakeStep>;
	#cancelled = false;
	/** The latest keys were ^X CR, so what was heard since is the answer to them. */
	#asked = false;

	constructor(profileSteps: readonly WakeStep[]) {
		this.#profileSteps = new Set(profileSteps);
		this.#places = [...profileSteps, ...PLACES];
	}

	/** Whether a prompt heard now is one that answered us. */
	get asked(): boolean {
		return this.#asked;
	}

	/** `heard`: all that came since the latest keys, without escape sequences. `state`: what it ends with, if known. */
	next(heard: string, state: Waiting | undefined): Move {
		const place = this.#asked && state === undefined ? this.#placeIn(heard) : undefined;
		this.#asked = place === undefined && (state === undefined || state === "prompt");
		if (place) return { keys: place.type, boots: this.#profileSteps.has(place) };
		return { keys: state === "receiver" ? this.#endReceiver() : KEYS[state ?? "prompt"], boots: false };
	}

	/** Each is answered twice at most: a monitor that does not know the command asks for the same again. */
	#placeIn(heard: string): WakeStep | undefined {
		const place = this.#places.find(({ prompt }) => prompt.test(heard));
		if (place === undefined) return undefined;
		const times = (this.#used.get(place) ?? 0) + 1;
		this.#used.set(place, times);
		return times > 2 ? undefined : place;
	}

	/** Some receivers ignore CAN (XMODEM 2.7): the next time they ask, they are told that the file has ended. */
	#endReceiver(): string {
		const keys = this.#cancelled ? String.fromCharCode(EOT) : CANCEL;
		this.#cancelled = true;
		return keys;
	}
}
