/** `zulm pack MODEL -o X.COM`: a model becomes a CP/M program, as .COM or Intel HEX. */
import { type Command, Option } from "commander";
import { writeFileAtomic } from "../../base/files.js";
import { PROBE_QUERIES } from "../../cpm/activity.js";
import { downloadPackage } from "../../cpm/download.js";
import { toIntelHex } from "../../cpm/hex.js";
import { defaultProgramName } from "../../cpm/names.js";
import type { Dialogue } from "../../cpm/network-code.js";
import { packModel } from "../../cpm/pack.js";
import { predict } from "../../cpm/predict.js";
import { type Pair, readCorpora } from "../../model/corpus.js";
import { readModel } from "../../model/npz.js";
import { distinctReplies } from "../../model/train/dataset.js";
import { formatCount } from "../../report/format.js";
import type { PackResult } from "../../report/results.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { describeModel, modelResult } from "../model-summary.js";
import {
	describeProgram,
	dialogueOf,
	headerName,
	KERNELS,
	type KernelChoice,
	labelName,
	programResult,
} from "../packing.js";
import { findProfile } from "../profiles.js";

interface Options {
	readonly json?: boolean;
	readonly output: string;
	readonly kernel: KernelChoice;
	readonly format: keyof typeof FORMATS;
	readonly name?: string;
	readonly profile: string;
	readonly corpus?: string;
	readonly console?: Dialogue;
}

/** "pkg" is pasted at the prompt of a stock RC2014, by people who have no zulm. */
const FORMATS = {
	com: (image: Uint8Array) => image,
	hex: (image: Uint8Array) => toIntelHex(image),
	pkg: (image: Uint8Array, path: string) => downloadPackage(defaultProgramName(path), image),
};

/** Queries of a corpus that a prediction asks; more of them would not move a mean. */
const PREDICTED_QUERIES = 200;

export function declarePack(program: Command, run: Run): void {
	const command = declare(program, "pack", {
		summary: "make a CP/M program of a model",
		description:
			"Writes a program that chats (`X`), answers once (`X how are you`), checks itself (`X /V`) and can be timed " +
			"(`X /B n`), for any Z80 with CP/M and enough memory.",
		examples: [
			"zulm pack smalltalk.npz -o CHAT.COM",
			"zulm pack smalltalk.npz -o CHAT.HEX --format hex",
			"zulm pack smalltalk.npz -o CHAT.PKG --format pkg",
			"zulm pack z80ai.npz -o CHAT.COM --corpus pairs.txt",
		],
	})
		.argument("<model>", "model file (.npz)")
		.requiredOption("-o, --output <file>", "program to write")
		.addOption(new Option("--kernel <kernel>", "how the arithmetic is done").choices(KERNELS).default("auto"))
		.addOption(new Option("--format <format>", "file format").choices(Object.keys(FORMATS)).default("com"))
		.option("--name <name>", "name that /V reports (default: after the model)", labelName)
		.option("--profile <profile>", "machine whose memory it must fit: a name or a .toml file", "generic")
		.addOption(
			new Option(
				"--console <device>",
				"what the program talks over: console, or aux for RDR: and PUN: (default: what the profile has on the line)",
			).choices(["console", "aux"]),
		)
		.option(
			"--corpus <file>",
			"pairs whose replies to prepare for and whose queries to predict with (default: the model's)",
		);
	handle(run, command, packCommand);
}

async function packCommand({ io, out }: Session, options: Options, modelPath: string): Promise<CommandResult> {
	const model = readModel(modelPath);
	const pairs = options.corpus === undefined ? [] : (await readCorpora([options.corpus])).pairs;
	const profile = findProfile(io.env, options.profile);
	const program = packModel(model, {
		name: options.name ?? headerName(modelPath),
		kernel: options.kernel,
		dialogue: options.console ?? dialogueOf(profile),
		memoryTop: profile.tpaTop,
		...(options.corpus === undefined ? {} : { replies: distinctReplies(pairs) }),
	});
	writeFileAtomic(options.output, FORMATS[options.format](program.image, options.output));
	const predicted = predict(program, model.network, pairs.length > 0 ? spread(pairs) : PROBE_QUERIES);
	const json: PackResult = { ...programResult(options.output, program), predicted };
	out.done(`packed ${options.output}`, describeProgram(json));
	out.print(`  model   ${describeModel(modelResult(modelPath, model.network))}`);
	out.print(`  kernel  ${program.kernel}: ${program.reason}`);
	out.print(
		`  speed   about ${formatCount(Math.round(predicted.perChar))} T-states a character, ` +
			`${formatCount(Math.round(predicted.firstChar))} to the first`,
	);
	out.print(`  sha256  ${json.sha256}`);
	return { json };
}

/** Queries from all over a corpus. */
function spread(pairs: readonly Pair[]): string[] {
	const every = Math.ceil(pairs.length / PREDICTED_QUERIES);
	return pairs.filter((_, i) => i % every === 0).map(({ query }) => query);
}
