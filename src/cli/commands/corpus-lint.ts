/** `zulm corpus lint FILES…`: how learnable a corpus is, and which lines to change. */
import type { Command } from "commander";
import { EXIT } from "../../base/errors.js";
import { scanCorpora } from "../../model/corpus.js";
import { type Finding, RULES } from "../../model/corpus-tools/findings.js";
import { DEFAULT_SIMILARITY, type LintReport, lintCorpus, REDUNDANT } from "../../model/corpus-tools/lint.js";
import { Z80AI_FEATURES } from "../../model/network.js";
import { formatCount, formatShare } from "../../report/format.js";
import type { CorpusLintResult } from "../../report/results.js";
import { type CommandResult, declare, handle, number, type Run, repeatable, type Session } from "../command.js";
import { type Output, visible } from "../output.js";

interface Options {
	readonly json?: boolean;
	readonly test?: string[];
	readonly strict?: boolean;
	readonly all?: boolean;
	readonly similarity: number;
	readonly z80ai?: boolean;
}

/** Findings of one rule that are shown without --all. */
const SHOWN = 10;
/** Replies named in the summary. */
const REPLIES_SHOWN = 8;

export function declareCorpusLint(corpus: Command, run: Run): void {
	const command = declare(corpus, "lint", {
		summary: "say how learnable a corpus is, and which lines to change",
		description:
			"Measures the ceiling (the most any model can get right), balance and redundancy, and lists contradictions, " +
			"queries the network cannot tell apart, rare replies and characters and more, each with its line and a remedy. " +
			"With --test it also says where the test disagrees with training or repeats it.",
		examples: [
			"zulm corpus lint fixtures/corpora/smalltalk.txt",
			"zulm corpus lint my.txt --test my-test.txt --strict",
		],
		no: "there are findings, and --strict was given",
	})
		.argument("<corpus...>", "corpora, plain or gzip; - is standard input")
		.option("--test <file>", "a corpus that a model of these will be measured on; may be given again", repeatable)
		.option("--strict", "exit 1 when there are findings")
		.option("--all", `show every finding, not only ${SHOWN} of a kind`)
		.option(
			"--similarity <share>",
			`how alike two queries with different replies may be (${REDUNDANT} to 1)`,
			number(REDUNDANT, 1),
			DEFAULT_SIMILARITY,
		)
		.option("--z80ai", "judge for models with 128 buckets of trigrams");
	handle(run, command, lintCommand);
}

async function lintCommand({ io, out }: Session, options: Options, paths: string[]): Promise<CommandResult> {
	const features = options.z80ai === true ? { features: Z80AI_FEATURES } : {};
	const corpus = await scanCorpora(paths, io.stdin);
	const test = options.test === undefined ? {} : { test: await scanCorpora(options.test, io.stdin) };
	const report = lintCorpus(corpus, { ...features, similarity: options.similarity, ...test });
	printSummary(out, report);
	for (const rule of Object.keys(RULES) as (keyof typeof RULES)[]) {
		const findings = report.findings.filter((finding) => finding.rule === rule);
		if (findings.length > 0) printFindings(out, RULES[rule], findings, options.all === true);
	}
	const { length } = report.findings;
	out.print();
	if (length === 0) out.done("no findings");
	else out.failed(length === 1 ? "1 finding" : `${formatCount(length)} findings`);
	const json: CorpusLintResult = report;
	return { json, exitCode: options.strict === true && length > 0 ? EXIT.no : EXIT.done };
}

function printSummary(out: Output, report: LintReport): void {
	const { pairs, queries, replies, ceiling, features, featureCeiling, redundancy } = report;
	const shown = replies.slice(0, REPLIES_SHOWN).map(({ reply, pairs: count }) => `${reply} ${formatCount(count)}`);
	const rest = replies.length - shown.length;
	out.print(`pairs        ${formatCount(pairs)}, ${formatCount(queries)} distinct queries`);
	out.print(`replies      ${formatCount(replies.length)}: ${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`);
	out.print(`characters   ${report.characters} distinct, ${report.longestReply} in the longest reply`);
	const hashed = `${formatShare(featureCeiling)} in ${formatCount(features.buckets)} buckets of ${features.ngrams.join(" and ")} letters`;
	out.print(
		`ceiling      ${formatShare(ceiling)} of replies: the most any model can get right${featureCeiling < ceiling ? `; ${hashed}` : ""}`,
	);
	out.print(`redundancy   ${formatShare(redundancy)} of queries hardly differ from another with the same reply`);
	if (report.test === null) return;
	const { test } = report;
	out.print(
		`test         ${formatCount(test.pairs)} pairs, ceiling ${formatShare(test.ceiling)}; ` +
			`${formatCount(test.leaked)} of ${formatCount(test.queries)} distinct queries are trained on too`,
	);
}

function printFindings(out: Output, title: string, findings: readonly Finding[], all: boolean): void {
	out.print();
	out.print(out.colors.bold(`${title} (${formatCount(findings.length)})`));
	const shown = all ? findings : findings.slice(0, SHOWN);
	for (const { source, line, message, remedy } of shown) {
		out.print(visible(`  ${source}:${line}  ${message}`));
		out.print(visible(`      → ${remedy}`));
	}
	const rest = findings.length - shown.length;
	if (rest > 0) out.print(`  and ${formatCount(rest)} more; --all shows them`);
}
