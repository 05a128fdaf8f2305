/**
 * A machine's console at the far end of a link: types, checks the echo, and reads until the machine waits for input.
 *
 *   type "DIR"  ◄► echo "DIR"   type CR   ► "\r\nA: RX  COM\r\nA>" … quiet → the machine waits
 *
 * Text is Latin-1, one character per byte, so nothing a machine sends is lost; `shown` makes it fit to display. Knows
 * nothing of CP/M: what a prompt looks like is the caller's business. Does not emulate a terminal.
 */
import { ZulmError } from "../base/errors.js";
import { ByteReader, bytesToText, textToBytes } from "../transport/byte-reader.js";
import type { Link } from "../transport/link.js";
import { printable } from "../transport/printable.js";
import { writeWithin } from "../transport/write-within.js";

export interface Traffic {
	readonly from: "host" | "machine";
	readonly text: string;
	/** On the link's clock. */
	readonly atS: number;
}

/** What the machine printed until it waited, or until the time was up. */
export interface Heard<Name extends string> {
	readonly text: string;
	/** The pattern at the end of `text`; undefined when the time was up. */
	readonly waiting: Name | undefined;
}

/** A prompt counts when nothing follows it for this long: more than USB adapters hold bytes back (16 ms), or a 2 MHz
 * machine needs for the next character (1.4 ms). */
const WAITING_QUIET_S = 0.2;
/** Longest time for the echo of a line to stall, seconds. */
const ECHO_S = 2;
/** A machine that prints without end is not going to wait for input. */
const ENDLESS_S = 600;
/** Longest time that the line may refuse a command. */
const WRITE_S = 30;
/** "Where is the cursor?" of programs that measure the screen (CP/M 3), with what restores it behind. One seen goes on
 * by itself after 0.06 s, and an answer would then be typed at the next prompt: only one that waits is told. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins every sequence
const CURSOR_QUESTION = /\x1b\[6n(?:\x1b8)?$/;
const CURSOR_S = 2;
const CURSOR_ANSWER = "\x1b[24;80R";
/** ^X: erases the line typed so far (CP/M 2.2 BDOS function 10). */
const ERASE_LINE = "\x18";

export class MachineConsole {
	readonly reader: ByteReader;
	readonly #traffic: Traffic[] = [];

	constructor(
		readonly link: Link,
		private readonly signal?: AbortSignal,
	) {
		this.reader = new ByteReader(link);
	}

	/** Everything typed and heard so far, in order. Raw: see `shown`. */
	get transcript(): readonly Traffic[] {
		return this.#traffic;
	}

	/** Sends text as it is. @throws ZulmError `line-lost`, `line-failed`, `interrupted` */
	async type(text: string): Promise<void> {
		this.#traffic.push({ from: "host", text, atS: this.link.clock.now() });
		await writeWithin(this.link, textToBytes(text), WRITE_S, this.signal);
	}

	/**
	 * Types text and waits for its echo; where characters get lost (a console without buffer or flow control) types it
	 * again, each character after the echo of the one before. Does not press Enter.
	 * @throws ZulmError `line-failed` when the echo never comes whole
	 */
	async typeEchoed(text: string): Promise<void> {
		await this.type(text);
		let heard = await this.#echo(text);
		if (heard === undefined) return;
		await this.type(ERASE_LINE);
		await this.listen(WAITING_QUIET_S, ECHO_S);
		const start = this.#traffic.length;
		for (const character of text) {
			await this.type(character);
			heard = await this.#echo(character);
			if (heard !== undefined) throw noEcho(text, heard);
		}
		// Noise between two characters would make another command of it: "REN CHAT.OCOM=CHAT.ZBK" (soak seed 5841).
		const echoes = this.#traffic.slice(start).filter(({ from }) => from === "machine");
		const whole = withoutEscapes(echoes.map((traffic) => traffic.text).join(""));
		if (!echoOf(whole).includes(echoOf(text))) throw noEcho(text, whole);
	}

	/**
	 * Reads until the text ends with one of `patterns` and the machine is quiet. A machine that asks where the cursor is
	 * and then waits is told.
	 * @param silenceS give up after this long without a first character
	 * @param pauseS and after this long without the next one
	 * @throws ZulmError `line-lost`, `interrupted`
	 */
	async untilWaiting<Name extends string>(
		patterns: Readonly<Record<Name, RegExp>>,
		silenceS: number,
		pauseS = silenceS,
	): Promise<Heard<Name>> {
		const startS = this.link.clock.now();
		let text = "";
		let reported = false;
		for (;;) {
			const waiting = patternAtEnd(text, patterns);
			const asksCursor = !reported && waiting === undefined && CURSOR_QUESTION.test(text);
			const patienceS = text === "" ? silenceS : pauseS;
			const more = await this.read(
				waiting !== undefined ? WAITING_QUIET_S : asksCursor ? Math.min(CURSOR_S, patienceS) : patienceS,
			);
			if (more === "" && asksCursor) {
				reported = true;
				await this.type(CURSOR_ANSWER);
				continue;
			}
			if (more === "") return { text, waiting };
			text += more;
			if (this.link.clock.now() - startS > ENDLESS_S) return { text, waiting: undefined };
		}
	}

	/** Reads until the text matches `pattern`, or nothing has come for `silenceS`. @returns all of it */
	async untilMatch(pattern: RegExp, silenceS: number): Promise<string> {
		let text = "";
		while (!pattern.test(text)) {
			const more = await this.read(silenceS);
			if (more === "") break;
			text += more;
		}
		return text;
	}

	/** What arrives until the machine is quiet for `quietS`, for at most `limitS`. */
	async listen(quietS: number, limitS: number): Promise<string> {
		const { bytes } = await this.reader.readQuiet(quietS, limitS, this.signal);
		return this.note(bytesToText(bytes));
	}

	/** What has arrived, waiting up to `timeoutS` for something; "" after that. */
	async read(timeoutS: number): Promise<string> {
		return this.note(bytesToText(await this.reader.read(timeoutS, this.signal)));
	}

	/** Adds text from the machine to the transcript; for those who read from `reader` themselves. */
	note(text: string): string {
		if (text !== "") this.#traffic.push({ from: "machine", text, atS: this.reader.lastArrivalS });
		return text;
	}

	/** Stops listening; the link stays open. */
	close(): void {
		this.reader.close();
	}

	/** Reads until `text` has come back. @returns undefined, or what came instead */
	async #echo(text: string): Promise<string | undefined> {
		const wanted = echoOf(text);
		let heard = "";
		while (!echoOf(withoutEscapes(heard)).includes(wanted)) {
			const more = await this.read(ECHO_S);
			if (more === "") return heard;
			heard += more;
		}
		return undefined;
	}
}

/** What two spellings of an echo have in common: CP/M 2.2 strips bit 7, some machines show capitals only. */
function echoOf(text: string): string {
	return [...text]
		.map((character) => String.fromCharCode(character.charCodeAt(0) & 0x7f))
		.join("")
		.toUpperCase();
}

/** Text from a machine for people: lines stay lines, everything else that is not printable is escaped. */
export function shown(text: string): string {
	return text
		.split(/\r*\n/)
		.map((line) => printable(line.replace(/^\r+|\r+$/g, "")))
		.join("\n");
}

/** Without the escape sequences that programs for terminals print: CSI sequences, and ESC with one character. */
export function withoutEscapes(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins every sequence
	return text.replace(/\x1b(?:\[[0-9;?]*[@-~]|[^[])/g, "");
}

function patternAtEnd<Name extends string>(text: string, patterns: Readonly<Record<Name, RegExp>>): Name | undefined {
	const plain = withoutEscapes(text);
	for (const name in patterns) if (patterns[name].test(plain)) return name;
	return undefined;
}

function noEcho(text: string, heard: string): ZulmError {
	const came = heard === "" ? "nothing" : `"${printable(heard.slice(-40))}"`;
	return new ZulmError("line-failed", `The machine did not echo "${printable(text)}": ${came} came back.`, {
		hint: "Check speed, parity (8N1) and flow control; a slow machine may need line.characterDelayS in its profile.",
	});
}
