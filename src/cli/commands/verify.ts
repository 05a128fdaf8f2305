/** `zulm verify X.COM`: is the program on the machine, byte for byte, this one? */
import type { Command } from "commander";
import { EXIT } from "../../base/errors.js";
import { readFileOrExplain } from "../../base/files.js";
import { defaultProgramName, programName } from "../../cpm/names.js";
import { verify } from "../../cpm/verify.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { narrate } from "../narrate.js";
import { programFileResult } from "../packing.js";
import { addTargetOptions, describeTarget, openTarget, type TargetOptions } from "../target.js";
import { describeVerification } from "../uploading.js";

interface Options extends TargetOptions {
	readonly json?: boolean;
	readonly as?: string;
}

export function declareVerify(program: Command, run: Run): void {
	const command = declare(program, "verify", {
		summary: "check the program on the machine against a file",
		description:
			"Has the program on the machine count the CRC of its own image (`X /V`) and compares it with the file's.",
		examples: ["zulm verify CHAT.COM --port /dev/ttyUSB0"],
		no: "the program on the machine is not this one, or it is damaged",
		machine: true,
	})
		.argument("<program>", "the program as it should be (.COM)")
		.option("--as <name>", "its name on the machine (default: the file's)");
	handle(run, addTargetOptions(command), verifyCommand);
}

async function verifyCommand(session: Session, options: Options, path: string): Promise<CommandResult> {
	const { out, signal } = session;
	const image = readFileOrExplain(path, "program");
	programFileResult(path, image);
	const name = programName(options.as ?? defaultProgramName(path));
	const target = await openTarget(session, options);
	try {
		out.done("connected", describeTarget(target.result));
		const json = await verify(target.link, target.profile, image, name, { signal, onEvent: narrate(out) });
		if (json.ok) out.done("verified", describeVerification(json));
		else out.failed("not verified", describeVerification(json));
		return { json, exitCode: json.ok ? EXIT.done : EXIT.no };
	} finally {
		await target.close();
	}
}
