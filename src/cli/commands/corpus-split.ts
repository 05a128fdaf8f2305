/** `zulm corpus split FILES… --train FILE --test FILE`: one part to train on, one to measure with. */
import type { Command } from "commander";
import { writeFileAtomic } from "../../base/files.js";
import { readCorpora } from "../../model/corpus.js";
import { corpusText } from "../../model/corpus-tools/corpus-text.js";
import { splitCorpus } from "../../model/corpus-tools/split.js";
import { formatCount } from "../../report/format.js";
import type { CorpusSplitResult } from "../../report/results.js";
import { type CommandResult, declare, handle, integer, number, type Run, type Session } from "../command.js";
import { refuseOverwriting } from "../corpus-files.js";

interface Options {
	readonly json?: boolean;
	readonly train: string;
	readonly test: string;
	readonly share: number;
	readonly seed: number;
}

export function declareCorpusSplit(corpus: Command, run: Run): void {
	const command = declare(corpus, "split", {
		summary: "split into a file to train on and one to measure with",
		description:
			"No query stands in both files, however it is typed, and each reply gives its share. The same seed always gives " +
			"the same files.",
		examples: ["zulm corpus split my.txt --train my-train.txt --test my-test.txt --share 0.2"],
	})
		.argument("<corpus...>", "corpora, plain or gzip; - is standard input")
		.requiredOption("--train <file>", "corpus to write for training")
		.requiredOption("--test <file>", "corpus to write for measuring")
		.option("--share <share>", "share of the distinct queries that go to the test file", number(0.001, 0.999), 0.1)
		.option("--seed <n>", "seed of the choice", integer(0, 0xffffffff), 1);
	handle(run, command, splitCommand);
}

async function splitCommand({ io, out }: Session, options: Options, paths: string[]): Promise<CommandResult> {
	const { train: trainPath, test: testPath, share, seed } = options;
	refuseOverwriting(paths, [trainPath, testPath]);
	const corpus = await readCorpora(paths, io.stdin);
	const { train, test } = splitCorpus(corpus.pairs, share, seed);
	const comment = `of ${corpus.name}, split by query (zulm corpus split, share ${share}, seed ${seed})`;
	writeFileAtomic(testPath, corpusText(test, [`the test part ${comment}`]));
	writeFileAtomic(trainPath, corpusText(train, [`the training part ${comment}`]));
	out.done(`train ${trainPath}`, `${formatCount(train.length)} pairs`);
	out.done(`test ${testPath}`, `${formatCount(test.length)} pairs`);
	const json: CorpusSplitResult = {
		train: { path: trainPath, pairs: train.length },
		test: { path: testPath, pairs: test.length },
	};
	return { json };
}
