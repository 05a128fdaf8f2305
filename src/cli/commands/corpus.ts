/** `zulm corpus …`: the tools that look after corpora, one file each. */
import type { Command } from "commander";
import { ZulmError } from "../../base/errors.js";
import type { Run } from "../command.js";
import { declareCorpusBalance } from "./corpus-balance.js";
import { declareCorpusGenerate } from "./corpus-generate.js";
import { declareCorpusLint } from "./corpus-lint.js";
import { declareCorpusSplit } from "./corpus-split.js";

export function declareCorpus(program: Command, run: Run): void {
	const corpus = program
		.command("corpus")
		.summary("look after corpora: lint, balance, split, generate")
		.description("Tools for corpora: text files with one query|reply a line.");
	declareCorpusLint(corpus, run);
	declareCorpusBalance(corpus, run);
	declareCorpusSplit(corpus, run);
	declareCorpusGenerate(corpus, run);
	// Without an action of its own, commander answers a missing name with the help and an error without words.
	corpus.allowExcessArguments().action((_options, command: Command) => {
		const [tool] = command.args;
		const names = command.commands.map((candidate) => candidate.name()).join(", ");
		const what = tool === undefined ? "zulm corpus needs the name of a tool" : `zulm corpus has no tool "${tool}"`;
		throw new ZulmError("usage", `${what}: ${names}.`, { hint: "See: zulm corpus --help" });
	});
}
