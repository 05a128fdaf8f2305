/**
 * Times a chat program in T-states, on the machine without a line: what `tStates` in `zulm bench` means.
 *
 *   Enter handed over ──firstChar──► 1st character ──perChar──► 2nd ──perChar──► … CR      BDOS itself costs nothing
 *
 * Programs are those of src/cpm: `> ` asks for a query, each reply is a line of its own, `/B n` prints `[` and `]`.
 */
import { throwIfAborted, ZulmError } from "../base/errors.js";
import { DirectConsole } from "./direct-console.js";
import { Machine } from "./machine.js";
import { checkSize } from "./run-program.js";

const CR = 0x0d;
const SPACE = 0x20;
const PROMPT = "> ";
const AT_PROMPT = /(?:^|\n)> $/;
const LEAVE = "!";
/** Nobody waits longer for a reply: 20 minutes of the machine's time. */
const LIMIT_T_STATES = 20 * 60 * 7_372_800;

export interface MeasuredQuery {
	readonly query: string;
	/** As the machine printed it: characters are bytes. */
	readonly reply: string;
	/**
	 * From Enter to the first character of the reply; undefined when the reply is empty. Of a typed query, from the
	 * moment when the key is pressed: a program that is busy then gains nothing. Else from when Enter is read.
	 */
	readonly firstCharTStates: number | undefined;
	/** Between one character of the reply and the next: one fewer than the reply is long. */
	readonly perCharTStates: readonly number[];
}

export interface MeasureOptions {
	/** T-states between the keys of a query, as of somebody typing; 0: all there at once. */
	readonly keySpacingTStates?: number;
	readonly signal?: AbortSignal;
}

/**
 * Asks a chat program one query after the other. Queries are bytes of the machine's character set, one character each.
 * @throws ZulmError `program-refused`, `no-answer`, `program-too-large`, `interrupted`
 */
export function measureProgram(
	image: Uint8Array,
	queries: readonly string[],
	options: MeasureOptions = {},
): MeasuredQuery[] {
	const session = new Session(image, "");
	session.runToPrompt();
	const results: MeasuredQuery[] = [];
	for (const query of queries) {
		throwIfAborted(options.signal);
		results.push(session.ask(query, options.keySpacingTStates ?? 0));
	}
	session.leave();
	return results;
}

/** T-states of one pass of `/B passes`, query half included: the time between the markers, divided. */
export function measurePasses(image: Uint8Array, passes: number): number {
	const session = new Session(image, `/B ${passes}`);
	session.runToEnd();
	const start = session.timeOf("[");
	const end = session.timeOf("]");
	return (end - start) / passes;
}

interface Written {
	readonly character: string;
	readonly tState: number;
}

class Session {
	private readonly console = new DirectConsole();
	private readonly machine: Machine;
	private written: Written[] = [];
	private enterT = 0;

	constructor(image: Uint8Array, args: string) {
		checkSize(image);
		// A program may talk over RDR: and PUN: instead of the console.
		this.machine = new Machine({ console: this.console, auxiliary: this.console });
		const written = (byte: number, tState: number) => {
			this.written.push({ character: String.fromCharCode(byte), tState });
		};
		const read = (byte: number, tState: number) => {
			if (byte !== CR) return;
			this.enterT = tState;
			// What follows is the reply; before it was the echo.
			this.written = [];
		};
		const { listeners } = this.machine;
		listeners.onConsoleOutput = listeners.onPunch = written;
		listeners.onConsoleInput = listeners.onReader = read;
		// A program with a line editor of its own polls instead of waiting.
		this.console.onIdlePoll = () => {
			if (this.atPrompt) this.machine.pause();
		};
		this.machine.startProgram(image, args);
	}

	ask(query: string, keySpacing: number): MeasuredQuery {
		const keys = Uint8Array.from(`${query}\r`, (character) => character.charCodeAt(0));
		const firstKeyT = this.machine.tStates + keySpacing;
		this.console.type(keys, firstKeyT, keySpacing);
		this.runToPrompt();
		if (keySpacing > 0) this.enterT = firstKeyT + (keys.length - 1) * keySpacing;
		const reply = this.written.slice(0, -PROMPT.length).filter(({ character }) => character.charCodeAt(0) >= SPACE);
		const times = reply.map(({ tState }) => tState);
		const [first] = times;
		return {
			query,
			reply: reply.map(({ character }) => character).join(""),
			firstCharTStates: first === undefined ? undefined : first - this.enterT,
			perCharTStates: times.slice(1).map((tState, i) => tState - (times[i] as number)),
		};
	}

	leave(): void {
		this.console.type(Uint8Array.from(`${LEAVE}\r`, (character) => character.charCodeAt(0)));
		this.runToEnd();
	}

	/** @throws ZulmError `program-refused` when it ends instead, `no-answer` when neither happens. */
	runToPrompt(): void {
		const stop = this.run();
		if ((stop === "starved" || stop === "paused") && this.atPrompt) return;
		if (stop === "ended") {
			throw new ZulmError("program-refused", `The program ended instead of asking: ${JSON.stringify(this.text)}.`, {
				hint: "Run it with zulm run to see what it says.",
			});
		}
		throw this.noAnswer();
	}

	runToEnd(): void {
		if (this.run() !== "ended") throw this.noAnswer();
	}

	/** When a marker was printed. */
	timeOf(marker: string): number {
		const found = this.written.find(({ character }) => character === marker);
		if (found === undefined) throw this.noAnswer();
		return found.tState;
	}

	private get atPrompt(): boolean {
		return AT_PROMPT.test(this.text);
	}

	private get text(): string {
		return this.written.map(({ character }) => character).join("");
	}

	private run() {
		return this.machine.runUntil(this.machine.tStates + LIMIT_T_STATES);
	}

	private noAnswer(): ZulmError {
		return new ZulmError("no-answer", `The program stopped at ${JSON.stringify(this.text)}.`, {
			hint: "Only chat programs that zulm packed can be measured.",
		});
	}
}
