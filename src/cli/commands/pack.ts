/** `zulm pack MODEL -o X.COM`: a model becomes a CP/M program, as .COM or Intel HEX. */
import { type Command, Option } from "commander";
import { writeFileAtomic } from "../../base/files.js";
import { toIntelHex } from "../../cpm/hex.js";
import { packModel } from "../../cpm/pack.js";
import { readModel } from "../../model/npz.js";
import { loadProfile } from "../../transport/profile.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { describeModel, modelResult } from "../model-summary.js";
import { describeProgram, headerName, KERNELS, type KernelChoice, labelName, programResult } from "../packing.js";

interface Options {
	readonly json?: boolean;
	readonly output: string;
	readonly kernel: KernelChoice;
	readonly format: "com" | "hex";
	readonly name?: string;
	readonly profile: string;
}

export function declarePack(program: Command, run: Run): void {
	const command = declare(program, "pack", {
		summary: "make a CP/M program of a model",
		description:
			"Writes a program that chats (`X`), answers once (`X how are you`), checks itself (`X /V`) and can be timed " +
			"(`X /B n`), for any Z80 with CP/M and enough memory.",
		examples: ["zulm pack smalltalk.npz -o CHAT.COM", "zulm pack smalltalk.npz -o CHAT.HEX --format hex"],
	})
		.argument("<model>", "model file (.npz)")
		.requiredOption("-o, --output <file>", "program to write")
		.addOption(new Option("--kernel <kernel>", "how the arithmetic is done").choices(KERNELS).default("auto"))
		.addOption(new Option("--format <format>", "file format").choices(["com", "hex"]).default("com"))
		.option("--name <name>", "name that /V reports (default: after the model)", labelName)
		.option("--profile <profile>", "machine whose memory it must fit: a name or a .toml file", "generic");
	handle(run, command, packCommand);
}

async function packCommand({ out }: Session, options: Options, modelPath: string): Promise<CommandResult> {
	const model = readModel(modelPath);
	const program = packModel(model, {
		name: options.name ?? headerName(modelPath),
		kernel: options.kernel,
		memoryTop: loadProfile(options.profile).tpaTop,
	});
	writeFileAtomic(options.output, options.format === "hex" ? toIntelHex(program.image) : program.image);
	const json = programResult(options.output, program);
	out.done(`packed ${options.output}`, describeProgram(json));
	out.print(`  model   ${describeModel(modelResult(modelPath, model.network))}`);
	out.print(`  sha256  ${json.sha256}`);
	return { json };
}
