/** `zulm corpus balance FILES… -o FILE`: as many pairs for each reply as for the others. */
import { type Command, InvalidArgumentError } from "commander";
import { writeFileAtomic } from "../../base/files.js";
import { readCorpora } from "../../model/corpus.js";
import { balanceCorpus } from "../../model/corpus-tools/balance.js";
import { corpusText } from "../../model/corpus-tools/corpus-text.js";
import { formatCount } from "../../report/format.js";
import type { CorpusBalanceResult } from "../../report/results.js";
import { type CommandResult, declare, handle, integer, type Run, type Session } from "../command.js";
import { refuseOverwriting } from "../corpus-files.js";

interface Options {
	readonly json?: boolean;
	readonly output: string;
	readonly to: number | "median";
	readonly over: boolean;
	readonly under: boolean;
	readonly seed: number;
}

export function declareCorpusBalance(corpus: Command, run: Run): void {
	const command = declare(corpus, "balance", {
		summary: "even out how many pairs each reply has",
		description:
			"Leaves out pairs of replies that have many and repeats pairs of replies that have few. The same seed always " +
			"gives the same file.",
		examples: ["zulm corpus balance my.txt -o even.txt", "zulm corpus balance my.txt -o even.txt --to 100 --no-over"],
	})
		.argument("<corpus...>", "corpora, plain or gzip; - is standard input")
		.requiredOption("-o, --output <file>", "corpus to write")
		.option("--to <n>", "pairs for each reply, or median", target, "median")
		.option("--no-over", "repeat nothing: replies with fewer pairs stay as they are")
		.option("--no-under", "leave out nothing: replies with more pairs stay as they are")
		.option("--seed <n>", "seed of the choice", integer(0, 0xffffffff), 1);
	handle(run, command, balanceCommand);
}

function target(text: string): number | "median" {
	if (text === "median") return text;
	try {
		return integer(1, 1_000_000)(text);
	} catch {
		throw new InvalidArgumentError("It must be a whole number from 1 to 1,000,000, or median.");
	}
}

async function balanceCommand({ io, out }: Session, options: Options, paths: string[]): Promise<CommandResult> {
	refuseOverwriting(paths, [options.output]);
	const { output, to, over, under, seed } = options;
	const corpus = await readCorpora(paths, io.stdin);
	const balanced = balanceCorpus(corpus.pairs, { target: to, oversample: over, undersample: under, seed });
	const comment = `${corpus.name} with ${balanced.target} pairs for each reply (zulm corpus balance, seed ${seed})`;
	writeFileAtomic(output, corpusText(balanced.pairs, [comment]));
	const before = corpus.pairs.length;
	const after = balanced.pairs.length;
	out.done(`balanced ${output}`, `${formatCount(before)} pairs became ${formatCount(after)}`);
	const changed = balanced.replies.filter((reply) => reply.before !== reply.after);
	for (const reply of changed)
		out.print(`  ${reply.reply}  ${formatCount(reply.before)} → ${formatCount(reply.after)}`);
	const json: CorpusBalanceResult = { path: output, target: balanced.target, before, after, replies: balanced.replies };
	return { json };
}
