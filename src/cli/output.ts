/**
 * Where words go.
 *
 *              people's results   progress, notes, errors   machine-readable result
 *   plain      stdout             stderr                    –
 *   --json     stderr             stderr                    stdout: exactly one object
 *
 * Progress rewrites one line on a terminal and is a plain line every few seconds elsewhere, dumb terminals included. Text that came from a
 * machine passes through `visible`, so that no escape sequence of its reaches the terminal.
 */
import type { Writable } from "node:stream";
import picocolors from "picocolors";
import { visible } from "../report/markup.js";
import { type Clock, realClock } from "../transport/clock.js";
import type { CliIo, MaybeTty } from "./io.js";

export { visible };

/** Plain progress lines come at most this often; a terminal's line about one thing is redrawn at most every REDRAW_S. */
const PLAIN_LINE_S = 3;
const REDRAW_S = 0.05;

export class Output {
	readonly json: boolean;
	readonly colors: ReturnType<typeof picocolors.createColors>;
	readonly #people: MaybeTty<Writable>;
	readonly #notes: MaybeTty<Writable>;
	readonly #stdout: Writable;
	readonly #redraws: boolean;
	#drawn = false;
	/** What the line drawn last is about. */
	#underWay = "";
	#lastS = Number.NEGATIVE_INFINITY;

	constructor(
		io: CliIo,
		json: boolean,
		private readonly clock: Pick<Clock, "now"> = realClock,
	) {
		this.json = json;
		this.#stdout = io.stdout;
		this.#notes = io.stderr;
		this.#people = json ? io.stderr : io.stdout;
		this.#redraws = io.stderr.isTTY === true && io.env.TERM !== "dumb";
		if (!this.#redraws) this.#lastS = this.clock.now();
		this.colors = picocolors.createColors(wantsColor(io, this.#people));
	}

	/** Width of what people read, in characters. */
	get columns(): number {
		return this.#people.columns ?? 80;
	}

	/** A line of the result, for people. */
	print(line = ""): void {
		this.clearProgress();
		this.#people.write(`${line}\n`);
	}

	/** Text of the result as it is, for people: no line end is added. */
	write(text: string): void {
		this.clearProgress();
		this.#people.write(text);
	}

	/** Bytes of the result as they are, for people: control sequences too, where they were asked for. */
	bytes(bytes: Uint8Array): void {
		this.clearProgress();
		this.#people.write(bytes);
	}

	/** A line beside the result: what is being done, what was chosen and why. */
	note(line: string): void {
		this.clearProgress();
		this.#notes.write(`${line}\n`);
	}

	/** A finished step of a longer job. */
	done(what: string, detail = ""): void {
		this.print(`${this.colors.green("✓")} ${column(what, detail)}`);
	}

	/** A step whose answer is no. */
	failed(what: string, detail = ""): void {
		this.print(`${this.colors.red("✗")} ${column(what, detail)}`);
	}

	/**
	 * How far a step is ("sending", "12,288 bytes"); replaced by whatever is printed next. A terminal shows the first
	 * line about another thing at once: people see what is being done, however short a time it takes.
	 */
	progress(what: string, detail: string): void {
		const now = this.clock.now();
		const isNew = this.#redraws && what !== this.#underWay;
		if (!isNew && now - this.#lastS < (this.#redraws ? REDRAW_S : PLAIN_LINE_S)) return;
		this.#lastS = now;
		this.#underWay = what;
		const line = `${what} ${detail}`;
		if (!this.#redraws) {
			this.#notes.write(`${line}\n`);
			return;
		}
		const room = Math.max(20, (this.#notes.columns ?? 80) - 3);
		this.#notes.write(`\r\u001b[K${this.colors.cyan("…")} ${line.slice(0, room)}`);
		this.#drawn = true;
	}

	/** The one object of `--json`. */
	object(value: unknown): void {
		this.clearProgress();
		this.#stdout.write(`${JSON.stringify(value)}\n`);
	}

	/** Takes the progress line away, where there is one. */
	clearProgress(): void {
		if (this.#drawn) this.#notes.write("\r\u001b[K");
		this.#drawn = false;
		// A plain line is for when nothing else has been said for a while; a terminal's line may come at once.
		this.#lastS = this.#redraws ? Number.NEGATIVE_INFINITY : this.clock.now();
	}
}

/** Details line up under one another. */
function column(what: string, detail: string): string {
	return detail === "" ? what : `${what.padEnd(10)} ${detail}`;
}

/** NO_COLOR (no-color.org) and FORCE_COLOR before what the stream is; a dumb terminal has none. */
function wantsColor(io: CliIo, stream: MaybeTty<Writable>): boolean {
	if ((io.env.NO_COLOR ?? "") !== "") return false;
	const forced = io.env.FORCE_COLOR ?? "";
	if (forced !== "") return forced !== "0";
	return stream.isTTY === true && io.env.TERM !== "dumb";
}
