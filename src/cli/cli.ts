/**
 * `zulm` as a function: arguments and streams in, exit code out. Declares the program and its commands, and is the one
 * place where a failure becomes words and an exit code. main.ts connects it to the process.
 */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { EXIT } from "../base/errors.js";
import type { Run } from "./command.js";
import { declareEval } from "./commands/eval.js";
import { declarePack } from "./commands/pack.js";
import { declareTrain } from "./commands/train.js";
import { failureOf } from "./errors.js";
import type { CliIo } from "./io.js";
import { Output } from "./output.js";

/** In the order of the help: the whole job first, then its parts, then tools. */
const COMMANDS: readonly ((program: Command, run: Run) => void)[] = [declareTrain, declareEval, declarePack];

/** The package's version, from its package.json. */
export const VERSION: string = (
	JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;

/** Runs one command line (without node and script) and returns the exit code; never throws, never exits. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
	const run: Run = { io, exitCode: EXIT.done };
	const program = createProgram(run);
	try {
		if (args.length === 0) {
			io.stderr.write(program.helpInformation());
			return EXIT.usage;
		}
		await program.parseAsync([...args], { from: "user" });
		return run.exitCode;
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
		const command = program.commands.find((candidate) => candidate.name() === args[0]);
		return explain(error, args, `zulm ${command === undefined ? "" : `${command.name()} `}--help`, io);
	}
}

function createProgram(run: Run): Command {
	const { io } = run;
	const program = new Command("zulm")
		.description(
			"Train a tiny neural network on pairs of query and reply, make a CP/M program of it, send it to a Z80\n" +
				"machine over a serial line, chat with it there and time it. Without a machine, an emulated one answers.",
		)
		.version(VERSION)
		.exitOverride()
		.configureOutput({
			writeOut: (text) => io.stdout.write(text),
			writeErr: (text) => io.stderr.write(text),
			// Every failure is worded in one place: explain().
			outputError: () => undefined,
		});
	for (const declareCommand of COMMANDS) declareCommand(program, run);
	return program;
}

function explain(error: unknown, args: readonly string[], help: string, io: CliIo): number {
	const failure = failureOf(error);
	const end = args.indexOf("--");
	const json = args.slice(0, end < 0 ? args.length : end).includes("--json");
	const out = new Output(io, json);
	const { code, message, exitCode, stack } = failure;
	const hint = error instanceof CommanderError ? `See: ${help}` : failure.hint;
	out.note(`${out.colors.red("zulm:")} ${message}`);
	if (hint !== null) out.note(`      ${hint}`);
	if (stack !== undefined) out.note(stack);
	if (json) out.object({ error: { code, message, hint } });
	return exitCode;
}
