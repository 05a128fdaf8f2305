/** `zulm push X.COM`: a program onto the machine, verified before it takes the place of the old one. */
import type { Command } from "commander";
import { readFileOrExplain } from "../../base/files.js";
import { defaultProgramName, programName } from "../../cpm/names.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { addTargetOptions, describeTarget, openTarget, type TargetOptions } from "../target.js";
import { addUploadingOptions, type UploadingOptions, uploadProgram } from "../uploading.js";

interface Options extends TargetOptions, UploadingOptions {
	readonly json?: boolean;
	readonly as?: string;
}

export function declarePush(program: Command, run: Run): void {
	const command = declare(program, "push", {
		summary: "send a program to the machine",
		description:
			"Sends a .COM file with XMODEM under a temporary name, has it verify itself there (programs packed by zulm " +
			"can), and only then gives it its name. When anything fails, the old program is still there.",
		examples: ["zulm push CHAT.COM --port /dev/ttyUSB0 --profile rc2014-romwbw"],
		no: "the program arrived damaged",
		machine: true,
	})
		.argument("<program>", "program to send (.COM)")
		.option("--as <name>", "name on the machine (default: the file's)");
	handle(run, addUploadingOptions(addTargetOptions(command)), pushCommand);
}

async function pushCommand(session: Session, options: Options, path: string): Promise<CommandResult> {
	const image = readFileOrExplain(path, "program");
	const name = programName(options.as ?? defaultProgramName(path));
	const target = await openTarget(session, options);
	try {
		session.out.done("connected", describeTarget(target.result));
		const { transfer, verify } = await uploadProgram(session, target, image, name, options);
		return { json: { target: target.result, transfer, verify } };
	} finally {
		await target.close();
	}
}
