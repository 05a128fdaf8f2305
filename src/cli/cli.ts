/**
 * `zulm` as a function: arguments and streams in, exit code out. Declares the program and its commands, and is the one
 * place where a failure becomes words and an exit code. main.ts connects it to the process.
 */
import { Command, CommanderError } from "commander";
import { EXIT } from "../base/errors.js";
import { listPorts } from "../transport/ports.js";
import { profileNames } from "../transport/profile.js";
import type { Run } from "./command.js";
import { commandLine } from "./command-line.js";
import { declareBench } from "./commands/bench.js";
import { declareChat } from "./commands/chat.js";
import { declareCorpus } from "./commands/corpus.js";
import { declareDeploy } from "./commands/deploy.js";
import { declareDoctor } from "./commands/doctor.js";
import { declareEmulate } from "./commands/emulate.js";
import { declareEval } from "./commands/eval.js";
import { declarePack } from "./commands/pack.js";
import { declarePorts } from "./commands/ports.js";
import { declarePull } from "./commands/pull.js";
import { declarePush } from "./commands/push.js";
import { declareRun } from "./commands/run.js";
import { declareTerm } from "./commands/term.js";
import { declareTrain } from "./commands/train.js";
import { declareVerify } from "./commands/verify.js";
import { failureOf } from "./errors.js";
import { ask, deployArgs } from "./guided.js";
import { type CliIo, canAsk, READER_LEFT } from "./io.js";
import { Output } from "./output.js";
import { portChoice } from "./target.js";
import { VERSION } from "./version.js";

/** In the order of the help: the whole job first, then its parts, then tools. */
const COMMANDS: readonly ((program: Command, run: Run) => void)[] = [
	declareDeploy,
	declareTrain,
	declareEval,
	declareCorpus,
	declarePack,
	declarePush,
	declarePull,
	declareVerify,
	declareChat,
	declareBench,
	declareTerm,
	declareRun,
	declareEmulate,
	declarePorts,
	declareDoctor,
];

/** Runs one command line (without node and script) and returns the exit code; never throws, never exits. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
	const run: Run = { io, exitCode: EXIT.done };
	const program = createProgram(run);
	try {
		if (args.length === 0 && !canAsk(io)) {
			io.stderr.write(program.helpInformation());
			return EXIT.usage;
		}
		await program.parseAsync(args.length === 0 ? await guide(io) : [...args], { from: "user" });
		return run.exitCode;
	} catch (error) {
		if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
		const command = program.commands.find((candidate) => candidate.name() === args[0]);
		return explain(error, args, `zulm ${command === undefined ? "" : `${command.name()} `}--help`, io);
	}
}

/** Asks what to deploy and says which command does the same without asking. */
async function guide(io: CliIo): Promise<string[]> {
	const ports = (await listPorts()).filter(({ usb }) => usb).map(portChoice);
	const args = deployArgs(await ask(io, ports, profileNames()));
	io.stderr.write(`\nThe same without questions: ${commandLine(io.env, args)}\n\n`);
	return args;
}

function createProgram(run: Run): Command {
	const { io } = run;
	const program = new Command("zulm")
		.description(
			"Train a tiny neural network on pairs of query and reply, make a CP/M program of it, send it to a Z80 " +
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
	program.addHelpText(
		"after",
		"\nExample:\n  $ zulm deploy\n\nEvery command has a --help of its own, with examples and exit codes.",
	);
	for (const declareCommand of COMMANDS) declareCommand(program, run);
	return program;
}

function explain(error: unknown, args: readonly string[], help: string, io: CliIo): number {
	const failure = failureOf(error);
	if (failure.code === "interrupted" && io.signal.reason === READER_LEFT) return EXIT.done;
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
