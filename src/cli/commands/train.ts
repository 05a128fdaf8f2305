/** `zulm train CORPUS… -o MODEL`: corpora in, a model file out; Ctrl-C keeps the best so far. */
import type { Command } from "commander";
import { EXIT } from "../../base/errors.js";
import { checkWritable, writeFileAtomic } from "../../base/files.js";
import { readCorpora } from "../../model/corpus.js";
import { readModel, writeModel } from "../../model/npz.js";
import { formatShare } from "../../report/format.js";
import type { TrainedResult } from "../../report/results.js";
import { trainReportHtml } from "../../report/train-html.js";
import { type CommandResult, declare, handle, type Run, type Session } from "../command.js";
import { stemOf } from "../locations.js";
import { describeModel } from "../model-summary.js";
import { addTrainingOptions, describeTraining, type TrainingOptions, trainCorpus, trainedResult } from "../training.js";
import { VERSION } from "../version.js";

interface Options extends TrainingOptions {
	readonly json?: boolean;
	readonly output: string;
	readonly resume?: string;
	readonly report?: string;
}

export function declareTrain(program: Command, run: Run): void {
	const command = declare(program, "train", {
		summary: "train a model on corpora",
		description:
			"Learns query → reply from text files with one query|reply a line (# starts a comment). Several corpora are " +
			"joined. Ctrl-C writes the best model so far and ends with 130.",
		examples: [
			"zulm train fixtures/corpora/smalltalk.txt -o smalltalk.npz",
			"zcat big.txt.gz | zulm train - extra.txt -o model.npz --hidden 128 --seed 7",
			"zulm train my.txt -o my.npz --budget 9000 --report my.html",
		],
	})
		.argument("<corpus...>", "corpora, plain or gzip; - is standard input")
		.requiredOption("-o, --output <file>", "model file to write (.npz)")
		.option("--resume <model>", "go on from a model instead of from nothing")
		.option("--report <file>", "HTML report to write, with the training curve");
	handle(run, addTrainingOptions(command), trainCommand);
}

async function trainCommand(session: Session, options: Options, corpora: string[]): Promise<CommandResult> {
	const { io, out } = session;
	const resume = options.resume === undefined ? undefined : readModel(options.resume);
	const corpus = await readCorpora(corpora, io.stdin);
	checkWritable(options.output);
	if (options.report !== undefined) checkWritable(options.report);
	const result = await trainCorpus(session, corpus, options, resume);
	writeModel(options.output, result.model);
	const json = trainedResult(options.output, result);
	const { overall, macro } = result.holdout.reply;
	if (result.interrupted) out.note(`zulm: interrupted; the best model so far is in ${options.output}.`);
	out.done(`trained ${options.output}`, describeTraining(result));
	out.print(`  model       ${describeModel(json)}`);
	out.print(
		`  trained on  ${formatShare(result.train.reply)} of replies, ${formatShare(result.train.char)} of characters`,
	);
	if (result.teacher !== undefined) {
		out.print(`  teacher     ${formatShare(result.teacher.outOfFold)} of replies it had not seen, for made-up queries`);
	}
	const measured = Number.isFinite(overall)
		? `${formatShare(overall)} of replies (macro ${formatShare(macro)})`
		: "nothing";
	out.print(`  held out    ${measured}, seed ${result.seed}${result.refit ? ", before it learnt them too" : ""}`);
	if (options.report !== undefined) {
		writeReport(options.report, stemOf(options.output), json);
		out.done("report", options.report);
	}
	return {
		json: { ...json, interrupted: result.interrupted },
		exitCode: result.interrupted ? EXIT.interrupted : EXIT.done,
	};
}

function writeReport(path: string, name: string, result: TrainedResult): void {
	const createdAt = new Date().toLocaleString("sv-SE");
	writeFileAtomic(path, trainReportHtml({ name, createdAt, zulmVersion: VERSION, result }));
}
