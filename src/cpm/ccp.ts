/**
 * The CP/M command processor at the far end of a link: finds its prompt, runs commands, handles files.
 *
 *   silence, ^X, CR  ►  "\r\nA>"     known: A>  1A> (CP/M 3, user 1)  A0> (RunCPM)  a>, with noise or chatter before
 *
 * What is typed at a machine that is not at its prompt: see wake.ts.
 */
import { ZulmError } from "../base/errors.js";
import type { Link } from "../transport/link.js";
import { printable } from "../transport/printable.js";
import type { Profile, WakeStep } from "../transport/profile.js";
import { type Heard, MachineConsole, withoutEscapes } from "./console.js";
import { faultIn, isUnknownCommand, saysNoFile } from "./messages.js";
import type { OnSessionEvent } from "./session-events.js";
import { KEYS, type Waiting, WakeDialogue, waitingPatterns } from "./wake.js";

/** What of a profile the dialogue needs. */
export type PromptProfile = Pick<Profile, "prompts"> & Partial<Pick<Profile, "wake" | "consoleOnLine">>;

export interface CcpOptions {
	readonly signal?: AbortSignal | undefined;
	readonly onEvent?: OnSessionEvent | undefined;
}

export interface CommandResult {
	/** Between the command's echo and the next prompt, without line ends around it. */
	readonly output: string;
	/** What `output` says went wrong, where it is one of CP/M's own messages. */
	readonly fault: ZulmError | undefined;
	/** There is no such command or program. */
	readonly unknown: boolean;
}

export type FileOutcome = "done" | "missing" | "exists";

/** The line editor of CP/M 2.2 takes 127 characters and then runs what it has. */
const LONGEST_COMMAND = 127;
const CR = "\r";

/** A submit file may print prompts and commands for a while: that must be over first (CP/M 3 at boot). */
const SILENCE_S = 0.5;
/** Pauses inside a boot: 0.55 s seen on CP/M 3. */
const CHATTER_PAUSE_S = 1;
const CHATTER_S = 20;
/** A warm boot from floppy takes seconds. */
const ANSWER_S = 4;
/** A receiver nobody sends to may ask again only every 10 s (XMODEM 2.7). */
const RECEIVER_PERIOD_S = 11;
/** From a boot loader to the first words of CP/M. */
const BOOT_S = 30;
const ATTEMPTS = 8;
/** Answers of nothing at all before a machine counts as silent. */
const SILENT_ATTEMPTS = 3;
/** A command may load from floppy and compute before it prints. */
const COMMAND_SILENCE_S = 60;

export class Ccp {
	readonly console: MachineConsole;
	/** False: the machine's prompt is on a screen of its own, and only a person can type there. */
	readonly onLine: boolean;
	readonly #waiting: Readonly<Record<Waiting, RegExp>>;
	readonly #wake: readonly WakeStep[];
	readonly #onEvent: OnSessionEvent;
	#prompt = "";

	constructor(link: Link, profile: PromptProfile, options: CcpOptions = {}) {
		this.console = new MachineConsole(link, options.signal);
		this.#onEvent = options.onEvent ?? (() => {});
		this.#waiting = waitingPatterns(profile.prompts);
		this.#wake = profile.wake ?? [];
		this.onLine = profile.consoleOnLine ?? true;
	}

	/** The current drive, as the prompt names it. */
	get drive(): string | undefined {
		return /[A-P]/i.exec(this.#prompt)?.[0].toUpperCase();
	}

	/** The user area that the prompt names (CP/M 3, RunCPM); undefined where it names none. */
	get userArea(): number | undefined {
		const digits = /\d+/.exec(this.#prompt.split(":")[0] as string)?.[0];
		if (digits === undefined) return undefined;
		return Number(digits);
	}

	/**
	 * Brings the machine to its prompt, whatever it is waiting for that we know.
	 * @returns the prompt
	 * @throws ZulmError `no-answer` (nothing came), `no-prompt` (something else came), `usage` (the console is not on the
	 * line), `line-lost`, `interrupted`
	 */
	async find(): Promise<string> {
		if (!this.onLine) throw notOnLine();
		const dialogue = new WakeDialogue(this.#wake);
		let heard = await this.console.listen(SILENCE_S, CHATTER_S);
		if (heard !== "") heard += await this.console.listen(CHATTER_PAUSE_S, CHATTER_S);
		let everything = heard;
		for (let attempt = 0, silences = 0; ; attempt++) {
			const state = this.waitingIn(heard);
			if (state === "prompt" && dialogue.asked) return this.#found(heard);
			if (attempt === ATTEMPTS || silences === SILENT_ATTEMPTS) break;
			const { keys, boots } = dialogue.next(withoutEscapes(heard), state);
			await this.console.type(keys);
			const patience = silences === 1 ? RECEIVER_PERIOD_S : ANSWER_S;
			heard = (await this.console.untilWaiting(this.#waiting, boots ? BOOT_S : patience, patience)).text;
			silences = heard === "" ? silences + 1 : 0;
			everything += heard;
		}
		throw everything === "" ? silent(this.console.link) : noPrompt(everything);
	}

	/**
	 * Runs a command at the prompt and waits for the next one.
	 * @throws ZulmError `usage` (longer than CP/M takes), `no-answer`, `line-failed` (no echo), `line-lost`, `interrupted`
	 */
	async run(command: string, silenceS = COMMAND_SILENCE_S): Promise<CommandResult> {
		await this.enter(command);
		const output = await this.untilPrompt(silenceS);
		return {
			output,
			fault: faultIn(output),
			unknown: isUnknownCommand(output, command),
		};
	}

	/** Types a command and Enter. What it prints is left to read. */
	async enter(command: string): Promise<void> {
		if (command.length > LONGEST_COMMAND) {
			throw new ZulmError("usage", `The command is ${command.length} characters long; CP/M takes ${LONGEST_COMMAND}.`, {
				hint: "Shorten it.",
			});
		}
		this.#onEvent({ type: "command", command });
		await this.console.typeEchoed(command);
		await this.console.type(CR);
	}

	/**
	 * Reads up to the next prompt, answering disk errors and questions on the way with "no".
	 * @returns what was printed before the prompt
	 * @throws ZulmError `no-answer` when the machine stays silent instead
	 */
	async untilPrompt(silenceS = COMMAND_SILENCE_S): Promise<string> {
		let output = "";
		for (;;) {
			const heard = await this.console.untilWaiting(this.#waiting, silenceS);
			output += heard.text;
			if (heard.waiting === "prompt") return outputOf(output, this.#waiting.prompt);
			// A receiver that waits, or a chat, is not a way back to the prompt: the caller asked for a command that ends.
			if (heard.waiting !== "error" && heard.waiting !== "question") throw stuck(output, silenceS);
			await this.console.type(KEYS[heard.waiting]);
		}
	}

	/**
	 * Starts a program that talks, and waits for `prompt` at the end of what it prints.
	 * @returns what it printed
	 * @throws ZulmError `program-refused` when it ends instead, `no-answer`
	 */
	async startProgram(command: string, silenceS = COMMAND_SILENCE_S): Promise<string> {
		await this.enter(command);
		const heard = await this.console.untilWaiting(this.#waiting, silenceS);
		if (heard.waiting === "chat") return heard.text;
		if (heard.waiting !== "prompt") throw stuck(heard.text, silenceS);
		const output = outputOf(heard.text, this.#waiting.prompt);
		throw isUnknownCommand(output, command) ? notThere(command) : (faultIn(output) ?? refused(command, output));
	}

	/** Reads until the machine waits for anything that is known. */
	untilAnyWaiting(silenceS: number): Promise<Heard<Waiting>> {
		return this.console.untilWaiting(this.#waiting, silenceS);
	}

	/** Reads until `pattern` is at the end of what was printed and the machine is quiet, or it waits for something known. */
	async untilWaitingOr(pattern: RegExp, silenceS: number): Promise<string> {
		const patterns: Readonly<Record<Waiting | "wanted", RegExp>> = { wanted: pattern, ...this.#waiting };
		return (await this.console.untilWaiting(patterns, silenceS)).text;
	}

	/**
	 * Ends a program with `keys` ("" when it only has to be waited for), unless `heard` shows that it has ended.
	 * @returns `heard` and what came up to the prompt
	 * @throws ZulmError as `find`
	 */
	async backToPrompt(heard: string, keys: string, silenceS: number): Promise<string> {
		let text = heard + (await this.console.listen(SILENCE_S, CHATTER_S));
		if (this.waitingIn(text) !== "prompt") {
			if (keys !== "") await this.console.type(keys);
			text += (await this.console.untilWaiting(this.#waiting, silenceS)).text;
		}
		await this.find();
		return text;
	}

	/** `ERA name`. @returns "missing" when there was none. @throws ZulmError as `faultIn` */
	async erase(name: string): Promise<FileOutcome> {
		return outcome(await this.run(`ERA ${name}`), `erase ${name}`);
	}

	/** `REN to=from`. @returns "exists" when there is a file `to` already. @throws ZulmError as `faultIn` */
	async rename(from: string, to: string): Promise<FileOutcome> {
		return outcome(await this.run(`REN ${to}=${from}`), `rename ${from}`);
	}

	/** The names that `DIR pattern` lists (system files are not among them), such as `["CHAT.COM"]`. */
	async directory(pattern: string): Promise<string[]> {
		const { output, fault } = await this.run(`DIR ${pattern}`);
		if (fault) throw fault;
		return parseDirectory(output);
	}

	close(): void {
		this.console.close();
	}

	/** What the machine waits for when `heard` is the last it printed. */
	waitingIn(heard: string): Waiting | undefined {
		const plain = withoutEscapes(heard);
		for (const name in this.#waiting) if (this.#waiting[name as Waiting].test(plain)) return name as Waiting;
		return undefined;
	}

	#found(heard: string): string {
		const prompt = (this.#waiting.prompt.exec(withoutEscapes(heard)) as RegExpExecArray)[0].replace(
			/^[^0-9A-Za-z]/,
			"",
		);
		this.#prompt = prompt;
		this.#onEvent({ type: "prompt", prompt });
		return prompt;
	}
}

/** `A: RX       COM : CHAT     COM` (CP/M), `A: RX       COM  |  …` (RunCPM) → names. */
export function parseDirectory(output: string): string[] {
	const names: string[] = [];
	for (const line of output.split(/[\r\n]+/)) {
		const match = /^[A-P]\d*: ?(.*)$/i.exec(line.trim());
		if (match === null) continue;
		for (const entry of (match[1] as string).split(/[:|]/)) {
			const [stem, type] = entry.trim().split(/\s+/);
			if (stem) names.push(type ? `${stem}.${type}` : stem);
		}
	}
	return names;
}

/** Some command processors list the files they erased or renamed, so anything but a refusal is success. */
function outcome(result: CommandResult, task: string): FileOutcome {
	const { output, fault, unknown } = result;
	if (fault) throw fault;
	if (saysNoFile(output)) return "missing";
	if (/exist/i.test(output)) return "exists";
	if (!unknown && !/\?|\bnot\b|error|invalid|bad /i.test(output)) return "done";
	throw new ZulmError("machine-refused", `The machine did not ${task}: it said "${printable(output)}".`, {
		hint: "Try the command at the machine's own prompt.",
	});
}

/** Without the prompt at its end, the echo of Enter at its start, and line ends around it. */
function outputOf(text: string, prompt: RegExp): string {
	const plain = withoutEscapes(text);
	return plain.slice(0, prompt.exec(plain)?.index ?? plain.length).trim();
}

function notOnLine(): ZulmError {
	return new ZulmError("usage", "The machine's console is its own screen and keyboard: zulm cannot type there.", {
		hint: "zulm push says what to type at the machine; see docs/machines.md.",
	});
}

function silent(link: Link): ZulmError {
	return new ZulmError("no-answer", `The machine on ${link.describe().port} does not answer.`, {
		hint: "Check power, cable, port and speed; press Enter on a terminal program to see whether a prompt comes.",
	});
}

function noPrompt(heard: string): ZulmError {
	return new ZulmError(
		"no-prompt",
		`There is no CP/M prompt: the machine said "${printable(heard.trim().slice(-60))}".`,
		{
			hint: "Leave the running program or boot CP/M; if characters are damaged, check the speed.",
		},
	);
}

function stuck(output: string, silenceS: number): ZulmError {
	const said = output.trim() === "" ? "said nothing" : `said "${printable(output.trim().slice(-60))}" and then nothing`;
	return new ZulmError("no-answer", `The machine did not come back to its prompt: it ${said} for ${silenceS} s.`, {
		hint: "Look at the machine; a reset may be needed.",
	});
}

function notThere(command: string): ZulmError {
	return new ZulmError("machine-refused", `There is no program ${printable(command)} on the machine's current drive.`, {
		hint: "Send it first with zulm push, or change to its drive.",
	});
}

function refused(command: string, output: string): ZulmError {
	return new ZulmError("program-refused", `${printable(command)} ended at once: it said "${printable(output)}".`, {
		hint: "If it wants more memory, pack the model with --kernel packed or with fewer weights.",
	});
}
