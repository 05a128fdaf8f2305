/** `zulm eval MODEL CORPUS`: how many replies and characters the integer reference gets right. */
import type { Command } from "commander";
import { EXIT } from "../../base/errors.js";
import { type Baselines, baselines } from "../../model/baselines.js";
import { readCorpora } from "../../model/corpus.js";
import { evaluate, type ReplyAccuracy } from "../../model/evaluate.js";
import { readModel } from "../../model/npz.js";
import { formatCount, formatShare } from "../../report/format.js";
import type { EvaluationResult } from "../../report/results.js";
import { type CommandResult, declare, handle, number, type Run, type Session } from "../command.js";

interface Options {
	readonly json?: boolean;
	readonly minReply?: number;
	readonly minMacro?: number;
	readonly baselines?: string;
}

export function declareEval(program: Command, run: Run): void {
	const command = declare(program, "eval", {
		summary: "measure a model on a corpus",
		description:
			"Answers every query of the corpus with the integer reference, which the Z80 program equals bit for bit, " +
			"and counts whole replies that are exactly right. Macro is the mean over distinct replies.",
		examples: [
			"zulm eval smalltalk.npz fixtures/corpora/smalltalk-test.txt --min-reply 0.85",
			"zulm eval smalltalk.npz fixtures/corpora/smalltalk-test.txt --baselines fixtures/corpora/smalltalk.txt",
		],
		no: "accuracy is below a bound that was asked for",
	})
		.argument("<model>", "model file (.npz)")
		.argument("<corpus...>", "corpora, plain or gzip; - is standard input")
		.option("--min-reply <share>", "exit 1 when fewer whole replies are right (0 to 1)", number(0, 1))
		.option("--min-macro <share>", "exit 1 when the macro accuracy is lower (0 to 1)", number(0, 1))
		.option("--baselines <corpus>", "also measure what needs no network, knowing the corpus the model learnt from");
	handle(run, command, evalCommand);
}

async function evalCommand(
	{ io, out }: Session,
	options: Options,
	modelPath: string,
	corpora: string[],
): Promise<CommandResult> {
	const { network } = readModel(modelPath);
	const corpus = await readCorpora(corpora, io.stdin);
	const result: EvaluationResult = evaluate(network, corpus.pairs);
	const { overall, macro } = result.reply;
	out.print(`pairs            ${formatCount(result.pairs)}`);
	out.print(`whole replies    ${formatShare(overall)} overall, ${formatShare(macro)} macro`);
	out.print(`characters       ${formatShare(result.char)}`);
	out.print(`weights met      ${formatCount(result.macsPerChar)} per character`);
	const compared =
		options.baselines === undefined
			? undefined
			: baselines((await readCorpora([options.baselines])).pairs, corpus.pairs, network.features);
	if (compared !== undefined) for (const line of describeBaselines(compared)) out.print(line);
	const below = overall < (options.minReply ?? 0) || macro < (options.minMacro ?? 0);
	if (below)
		out.note(`zulm: ${formatShare(overall)} overall and ${formatShare(macro)} macro is below the bound asked for.`);
	return {
		json: { ...result, ...(compared === undefined ? {} : { baselines: compared }) },
		exitCode: below ? EXIT.no : EXIT.done,
	};
}

function describeBaselines({ ceiling, nearest, keyword, majority }: Baselines): string[] {
	const both = ({ overall, macro }: ReplyAccuracy) => `${formatShare(overall)} overall, ${formatShare(macro)} macro`;
	return [
		"without a network, on the same pairs:",
		`  nearest query  ${both(nearest)}`,
		`  best keyword   ${both(keyword)}`,
		`  one reply      ${both(majority)}`,
		`  ceiling        ${formatShare(ceiling)}: pairs that ask the same and want different replies cannot all be right`,
	];
}
