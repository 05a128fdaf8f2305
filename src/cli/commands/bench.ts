/** `zulm bench`: how fast a program answers, over the line and in T-states. */
import type { Command } from "commander";
import { ZulmError } from "../../base/errors.js";
import { readFileOrExplain } from "../../base/files.js";
import { chat } from "../../cpm/chat.js";
import { defaultProgramName, programName } from "../../cpm/names.js";
import { readProgram } from "../../cpm/program.js";
import { verify } from "../../cpm/verify.js";
import type { Model } from "../../model/network.js";
import { readModel } from "../../model/npz.js";
import { formatCount, formatSeconds } from "../../report/format.js";
import type { ProgramResult, TimingResult } from "../../report/results.js";
import type { Distribution } from "../../report/statistics.js";
import { type CommandResult, declare, handle, integer, type Run, type Session } from "../command.js";
import { narrate } from "../narrate.js";
import type { Output } from "../output.js";
import { describeProgram, headerName, packForProfile, programFileResult, programResult } from "../packing.js";
import { readScript, scriptFor } from "../script.js";
import { addTargetOptions, describeTarget, openTarget, type Target, type TargetOptions } from "../target.js";
import { describeTiming, measureTiming } from "../timing.js";
import { uploadProgram } from "../uploading.js";

interface Options extends TargetOptions {
	readonly json?: boolean;
	readonly as?: string;
	readonly script?: string;
	readonly repeat: number;
}

export function declareBench(program: Command, run: Run): void {
	const command = declare(program, "bench", {
		summary: "time a model or program on the machine",
		description:
			"Sends the program if the machine does not have it, asks it the queries of a script, and gives the times from " +
			"Enter to the first character, between characters, and to the end of the reply, as distributions. T-states are " +
			"counted on the emulated Z80 for the same queries: on hardware they are its prediction.",
		examples: ["zulm bench smalltalk.npz --repeat 5", "zulm bench CHAT.COM --port /dev/ttyUSB0 --script questions.txt"],
		no: "the program arrived damaged",
		machine: true,
	})
		.argument("<model-or-program>", "model (.npz) or program (.COM)")
		.option("--as <name>", "name of the program on the machine (default: the file's)")
		.option("--script <file>", "queries to ask, one a line (default: small talk)")
		.option("--repeat <n>", "how often to ask them all", integer(1, 10_000), 1);
	handle(run, addTargetOptions(command), benchCommand);
}

async function benchCommand(session: Session, options: Options, path: string): Promise<CommandResult> {
	const { out, signal } = session;
	const script = options.script === undefined ? scriptFor(path, undefined) : readScript(options.script);
	const name = programName(options.as ?? defaultProgramName(path));
	const source = readSource(path);
	const target = await openTarget(session, options);
	try {
		out.done("connected", describeTarget(target.result));
		const { image, program } = programOf(path, source, target);
		out.done("program", describeProgram(program));
		if (!(await isThere(session, target, image, name))) await uploadProgram(session, target, image, name);
		const queries = Array.from({ length: options.repeat }, () => script).flat();
		let asked = 0;
		const replies = await chat(target.link, target.profile, name, queries, {
			signal,
			onEvent: narrate(out),
			onReply: () => out.progress("asked", `${formatCount(++asked)} of ${formatCount(queries.length)}`),
		});
		const timing = await measureTiming(session, target, name, image, replies);
		out.done("timed", describeTiming(timing));
		printTiming(out, timing);
		return { json: { timing, program } };
	} finally {
		await target.close();
	}
}

/** A program as it is, or a model to be packed for the machine. */
function readSource(path: string): Uint8Array | Model {
	const bytes = readFileOrExplain(path, "model or program");
	if (readProgram(bytes) !== undefined) return bytes;
	if (/\.npz$/i.test(path) || bytes[0] === 0x50) return readModel(path);
	throw new ZulmError("program-malformed", `${path} is neither a model nor a program packed by zulm.`, {
		hint: "Give an .npz file, or a .COM file made by zulm pack.",
	});
}

function programOf(
	path: string,
	source: Uint8Array | Model,
	target: Target,
): { image: Uint8Array; program: ProgramResult } {
	if (source instanceof Uint8Array) return { image: source, program: programFileResult(path, source) };
	const program = packForProfile(source, headerName(path), target.profile);
	return { image: program.image, program: programResult(path, program) };
}

/** Whether the machine has this very program under this name; no program, or another one, is no failure here. */
async function isThere({ out, signal }: Session, target: Target, image: Uint8Array, name: string): Promise<boolean> {
	try {
		return (await verify(target.link, target.profile, image, name, { signal, onEvent: narrate(out) })).ok;
	} catch (error) {
		if (error instanceof ZulmError && error.code === "machine-refused") return false;
		throw error;
	}
}

function printTiming(out: Output, { firstChar, perChar, reply, tStates }: TimingResult): void {
	const row = (what: string, d: Distribution, show: (value: number) => string) =>
		[d.mean, d.p5, d.p50, d.p95, d.max].reduce(
			(line, value) => line + show(value).padStart(11),
			`  ${what.padEnd(24)}`,
		);
	out.print(`  ${"".padEnd(24)}${["mean", "p5", "median", "p95", "max"].map((head) => head.padStart(11)).join("")}`);
	out.print(row("first character", firstChar, formatSeconds));
	out.print(row("character to character", perChar, formatSeconds));
	out.print(row("whole reply", reply, formatSeconds));
	out.print(row("T-states, first", tStates.firstChar, formatCount));
	out.print(row("T-states, per character", tStates.perChar, formatCount));
}
