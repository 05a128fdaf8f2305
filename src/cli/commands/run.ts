/** `zulm run X.COM ARGS`: any CP/M program in the emulator, with this terminal as its console. */
import type { Command } from "commander";
import { ZulmError } from "../../base/errors.js";
import { readFileOrExplain } from "../../base/files.js";
import { FolderDrive } from "../../emu/folder-drive.js";
import { runProgram } from "../../emu/run-program.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { consoleInput, consoleText } from "../cpm-console.js";

interface Options {
	readonly json?: boolean;
	readonly drive?: string;
}

export function declareRun(program: Command, run: Run): void {
	const command = declare(program, "run", {
		summary: "run a CP/M program in the emulator",
		description:
			"Runs a .COM file on the emulated machine as fast as it goes; standard input and output are its console. What " +
			"follows the file is its command line (after --, even what looks like an option of zulm's). On a terminal, Ctrl-\\ " +
			"stops a program that does not stop by itself.",
		examples: ["zulm run CHAT.COM how are you", "zulm run MBASIC.COM --drive ./disk"],
	})
		.argument("<program>", "program to run (.COM)")
		.argument("[args...]", "its command line")
		.option("--drive <folder>", "folder to use as drive A: (default: an empty one in memory)")
		.allowUnknownOption();
	handle(run, command, runCommand);
}

async function runCommand(session: Session, options: Options, path: string, args: string[]): Promise<CommandResult> {
	const { io, out } = session;
	const program = readFileOrExplain(path, "program");
	if (program.length === 0) {
		throw new ZulmError("program-malformed", `${path} is empty.`, { hint: "Give a .COM file." });
	}
	const input = consoleInput(io);
	try {
		const { tStates, output, exit } = await runProgram(program, args.join(" "), {
			stdin: input.bytes,
			stdout: (bytes) => out.write(consoleText(bytes)),
			...(options.drive === undefined ? {} : { drive: new FolderDrive(options.drive) }),
			signal: input.signal,
		});
		return { json: { tStates, output: consoleText(output), exit } };
	} finally {
		input.release();
	}
}
