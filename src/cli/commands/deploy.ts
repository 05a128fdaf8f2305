/**
 * `zulm deploy`: the whole job, end to end.
 *
 *   corpus ─train─► model ─pack─► program ─XMODEM─► machine ─/V─► verified ─chat─► replies ─time─► report
 */
import type { Command } from "commander";
import { EXIT, interrupted, ZulmError } from "../../base/errors.js";
import { readFileOrExplain, writeFileAtomic } from "../../base/files.js";
import { type ChatReply, chat } from "../../cpm/chat.js";
import { programName } from "../../cpm/names.js";
import { type Corpus, readCorpora } from "../../model/corpus.js";
import type { Model } from "../../model/network.js";
import { readModel, writeModel } from "../../model/npz.js";
import { formatCount } from "../../report/format.js";
import { deployReportHtml } from "../../report/html.js";
import type { DeployResult, ModelResult, TrainedResult } from "../../report/results.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { commandLine } from "../command-line.js";
import { chatLine, countDiffering, printReply, referenceOf } from "../conversation.js";
import { shippedFile, stemOf } from "../locations.js";
import { describeModel, modelResult } from "../model-summary.js";
import { narrate } from "../narrate.js";
import { abandonClaim, claimOutputFiles, type OutputFiles } from "../output-files.js";
import { describeProgram, headerName, packForProfile, programResult } from "../packing.js";
import { readScript, scriptFor } from "../script.js";
import {
	addTargetOptions,
	describeTarget,
	keepProgram,
	openTarget,
	type Target,
	type TargetOptions,
} from "../target.js";
import { arrivalsOf, describeTiming, measureTiming } from "../timing.js";
import { addTrainingOptions, describeTraining, type TrainingOptions, trainCorpus, trainedResult } from "../training.js";
import { addUploadingOptions, type UploadingOptions, uploadProgram } from "../uploading.js";
import { VERSION } from "../version.js";

interface Options extends TargetOptions, TrainingOptions, UploadingOptions {
	readonly json?: boolean;
	readonly as: string;
	readonly script?: string;
	readonly report?: string;
	readonly yes?: boolean;
}

const DEFAULT_NAME = "CHAT.COM";
const BUNDLED_CORPUS = "fixtures/corpora/smalltalk.txt";

export function declareDeploy(program: Command, run: Run): void {
	const command = declare(program, "deploy", {
		summary: "the whole job: train, pack, send, verify, chat, time, report",
		description:
			"Takes a model (.npz) or a corpus, which it trains first; without one, the bundled small talk. Sends the program " +
			"to the machine, has it verify itself there, asks it the queries of a script, compares every reply with the " +
			"integer reference, times it, and writes an HTML report with model and program beside it.",
		examples: [
			"zulm deploy",
			"zulm deploy my-corpus.txt --port /dev/ttyUSB0 --profile rc2014-romwbw",
			"zulm deploy smalltalk.npz --port tcp://rc2014.local:2323 --script questions.txt --json",
		],
		no: "verification failed, or a reply differs from the reference",
		machine: true,
	})
		.argument("[model-or-corpus]", "model (.npz) or corpus; - is a corpus on standard input")
		.option("--as <name>", "name of the program on the machine", DEFAULT_NAME)
		.option("--script <file>", "queries to ask, one a line (default: some of the corpus)")
		.option("--report <file>", "report to write (default: reports/NAME-TIME.html)")
		.option("--yes", "never ask: with several adapters that is an error");
	handle(run, addTrainingOptions(addUploadingOptions(addTargetOptions(command))), deployCommand);
}

async function deployCommand(session: Session, options: Options, given?: string): Promise<CommandResult> {
	const path = given ?? shippedFile(BUNDLED_CORPUS);
	const name = programName(options.as);
	const source = await readSource(session, path);
	const queries = options.script === undefined ? scriptFor(path, source.corpus) : readScript(options.script);
	const stem = path === "-" ? "corpus" : stemOf(path);
	const files = claimOutputFiles(stem, options.report, new Date());
	try {
		return await deployTo(session, options, { path, stem, name, source, queries, files });
	} finally {
		abandonClaim(files);
	}
}

interface Job {
	readonly path: string;
	readonly stem: string;
	/** Of the program on the machine. */
	readonly name: string;
	readonly source: Source;
	readonly queries: readonly string[];
	readonly files: OutputFiles;
}

async function deployTo(session: Session, options: Options, job: Job): Promise<CommandResult> {
	const { out } = session;
	const { stem, name, source, queries, files } = job;
	const target = await openTarget(session, options, true);
	try {
		out.done("connected", describeTarget(target.result));
		const { model, summary } = await modelOf(session, options, source, files.model);
		const program = packForProfile(model, headerName(stem), target.profile);
		writeFileAtomic(files.program, program.image);
		const packed = programResult(files.program, program);
		out.done("packed", describeProgram(packed));
		const { transfer, verify } = await uploadProgram(session, target, program.image, name, options);
		if (verify === null) throw new ZulmError("verify-failed", "The program could not verify itself.");
		const kept = target.freshDrive === undefined || keep(session, options, name, program.image);

		const replies = await chat(target.link, target.profile, name, queries, {
			signal: session.signal,
			onEvent: narrate(out),
			expect: referenceOf(model.network),
			onReply: (reply) => printReply(out, reply),
		});
		const lines = replies.map(chatLine);
		sayHowChatWent(session, replies);
		const timing = await measureTiming(session, target, name, program.image, replies);
		out.done("timed", describeTiming(timing));

		const result: DeployResult = {
			model: summary,
			program: packed,
			target: target.result,
			transfer,
			verify,
			chat: lines,
			timing,
			reportPath: files.report,
		};
		writeReport(files, stem, result, replies);
		out.done("report", files.report);
		if (kept) out.note(`Chat with it: ${commandLine(session.io.env, chatArgs(target, options, name))}`);
		return { json: result, exitCode: countDiffering(lines) > 0 ? EXIT.no : EXIT.done };
	} finally {
		await target.close();
	}
}

/** The machine was a fresh one: puts the program on the drive where `zulm chat` looks for it. Can fail without harm. */
function keep({ io, out }: Session, { machine }: Options, name: string, image: Uint8Array): boolean {
	try {
		keepProgram(io.env, name, image, machine);
		return true;
	} catch (error) {
		if (!(error instanceof ZulmError)) throw error;
		out.note(`  not kept for zulm chat --port emulator: ${error.message}`);
		return false;
	}
}

interface Source {
	readonly path: string;
	/** One of the two. */
	readonly model?: Model;
	readonly corpus?: Corpus;
}

/** A zip (PK\3\4) or anything called .npz is a model, everything else a corpus. */
async function readSource({ io }: Session, path: string): Promise<Source> {
	if (path === "-") return { path, corpus: await readCorpora([path], io.stdin) };
	const bytes = readFileOrExplain(path, "model or corpus");
	const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
	if (isZip || /\.npz$/i.test(path)) return { path, model: readModel(path) };
	return { path, corpus: await readCorpora([path]) };
}

async function modelOf(
	session: Session,
	options: Options,
	{ path, model, corpus }: Source,
	modelFile: string,
): Promise<{ model: Model; summary: ModelResult | TrainedResult }> {
	const { out } = session;
	if (model !== undefined) {
		const summary = modelResult(path, model.network);
		out.done("read", `${path}: ${describeModel(summary)}`);
		return { model, summary };
	}
	const result = await trainCorpus(session, corpus as Corpus, options);
	if (result.interrupted) throw interrupted();
	writeModel(modelFile, result.model);
	out.done("trained", describeTraining(result));
	return { model: result.model, summary: trainedResult(modelFile, result) };
}

function sayHowChatWent({ out }: Session, replies: readonly ChatReply[]): void {
	const differing = countDiffering(replies);
	const total = formatCount(replies.length);
	if (differing === 0) out.done("chatted", `${total} of ${total} replies are the reference's`);
	else out.failed("chatted", `${formatCount(differing)} of ${total} replies differ from the reference`);
}

/** The command that talks to what was just deployed. */
function chatArgs({ result }: Target, options: Options, name: string): string[] {
	return [
		...["chat", "--port", result.link.port],
		...(result.emulator ? [] : ["--profile", options.profile ?? result.profile]),
		...(options.machine === undefined ? [] : ["--machine", options.machine]),
		...(options.drive === undefined ? [] : ["--drive", options.drive]),
		...(name === DEFAULT_NAME ? [] : ["--as", name]),
	];
}

function writeReport(files: OutputFiles, name: string, result: DeployResult, replies: readonly ChatReply[]): void {
	const html = deployReportHtml({
		name,
		createdAt: new Date().toLocaleString("sv-SE"),
		zulmVersion: VERSION,
		result,
		arrivals: replies.map(arrivalsOf),
	});
	writeFileAtomic(files.json, `${JSON.stringify(result, undefined, "\t")}\n`);
	writeFileAtomic(files.report, html);
}
