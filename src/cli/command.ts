/**
 * The frame every subcommand shares: how it is declared, where its result goes, how it ends. A command returns its
 * result as a value; only this file prints it as JSON, so `--json` cannot print two objects or none.
 */
import { type Command, InvalidArgumentError } from "commander";
import { EXIT, throwIfAborted } from "../base/errors.js";
import type { CliIo } from "./io.js";
import { Output } from "./output.js";

/** What a command ends with. */
export interface CommandResult {
	/** What `--json` prints; undefined where the command has printed its object itself, because it goes on for long. */
	readonly json?: unknown;
	/** 0 unless said otherwise. */
	readonly exitCode?: number;
}

/** What a command's handler works with. */
export interface Session {
	readonly io: CliIo;
	readonly out: Output;
	readonly signal: AbortSignal;
}

/** Collects what the run ends with; commander itself passes no results on. */
export interface Run {
	readonly io: CliIo;
	exitCode: number;
}

export interface CommandText {
	/** One line for the list of commands. */
	readonly summary: string;
	/** Paragraphs under it in the command's own help. */
	readonly description: string;
	readonly examples: readonly string[];
	/** What exit code 1 means here, where it can happen. */
	readonly no?: string;
	/** Whether the command talks to a machine, so that exit codes 3 and 4 can happen. */
	readonly machine?: boolean;
	/** What exit code 3 means where it is not about a machine. */
	readonly line?: string;
}

/** Declares a subcommand with its help, its examples and its exit codes. */
export function declare(program: Command, name: string, text: CommandText): Command {
	const command = program.command(name).summary(text.summary).description(text.description);
	command.option("--json", "print the result as one JSON object on stdout");
	const exits = [
		`  ${EXIT.done}    done`,
		...(text.no === undefined ? [] : [`  ${EXIT.no}    done, and the answer is no: ${text.no}`]),
		`  ${EXIT.usage}    wrong usage or input`,
		...(text.line === undefined ? [] : [`  ${EXIT.line}    ${text.line}`]),
		...(text.machine === true
			? [`  ${EXIT.line}    no machine, or the line failed`, `  ${EXIT.refused}    the machine refused`]
			: []),
		`  ${EXIT.interrupted}  interrupted`,
	];
	const examples = text.examples.map((example) => `  $ ${example}`);
	const lines = ["", examples.length === 1 ? "Example:" : "Examples:", ...examples, "", "Exit codes:", ...exits];
	return command.addHelpText("after", lines.join("\n"));
}

/**
 * Attaches the handler. It gets the command's arguments as commander parsed them and its options, and returns the
 * result; failures are thrown.
 */
export function handle<Options extends { json?: boolean }>(
	run: Run,
	command: Command,
	handler: (session: Session, options: Options, ...args: never[]) => Promise<CommandResult>,
): void {
	command.action(async (...received: unknown[]) => {
		// commander calls with the arguments, the options, and the command itself.
		const args = received.slice(0, -2) as never[];
		const options = received.at(-2) as Options;
		throwIfAborted(run.io.signal);
		const out = new Output(run.io, options.json === true);
		try {
			const result = await handler({ io: run.io, out, signal: run.io.signal }, options, ...args);
			if (out.json && result.json !== undefined) out.object(result.json);
			run.exitCode = result.exitCode ?? EXIT.done;
		} finally {
			// Whatever is said of a failure begins on a line of its own.
			out.clearProgress();
		}
	});
}

/** A model file holds up to eight layers, the last of which gives the characters. */
const MAX_HIDDEN_LAYERS = 7;

/** Parses "256,192,128" into widths of layers, each 1–256 as the Z80 program has it. */
export function widths(text: string): number[] {
	const parse = integer(1, 256);
	const parsed = text.split(",").map(parse);
	if (parsed.length > MAX_HIDDEN_LAYERS)
		throw new InvalidArgumentError(`There can be at most ${MAX_HIDDEN_LAYERS} hidden layers.`);
	return parsed;
}

/** Collects the values of an option that may be given again. */
export function repeatable(text: string, before: readonly string[] = []): string[] {
	return [...before, text];
}

/** Parses an integer option within a range. */
export function integer(low: number, high = Number.MAX_SAFE_INTEGER): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (text.trim() === "" || !Number.isInteger(value) || value < low || value > high)
			throw new InvalidArgumentError(
				high === Number.MAX_SAFE_INTEGER
					? `It must be a whole number, at least ${low}.`
					: `It must be a whole number from ${low} to ${high}.`,
			);
		return value;
	};
}

/** Parses a number option within a range, both ends included. */
export function number(low: number, high: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (text.trim() === "" || !(value >= low && value <= high))
			throw new InvalidArgumentError(
				high === Number.POSITIVE_INFINITY
					? `It must be a number, at least ${low}.`
					: `It must be a number from ${low} to ${high}.`,
			);
		return value;
	};
}
