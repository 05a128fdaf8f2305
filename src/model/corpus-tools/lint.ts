/**
 * The linter: figures that say how learnable a corpus is, and findings that say which lines to change.
 *
 *   lines ──► lines that cannot be used          pairs ──► questions ──► contradictions, collisions, near duplicates
 *                                                      └─► replies ────► balance, rare characters, length, variants
 *
 * Judges nothing that needs understanding: whether a reply fits its query is the author's business.
 */
import { contradictionCeiling } from "../baselines.js";
import { buildCharset } from "../charset.js";
import { type Pair, type Problem, type ScannedCorpus, usable } from "../corpus.js";
import type { QueryFeatures } from "../network.js";
import { corpusSize, defaultFeatures } from "../train/recipe.js";
import { type Finding, RULES } from "./findings.js";
import { featureCeiling, lintQuestions, redundancy } from "./lint-questions.js";
import { lintReplies } from "./lint-replies.js";
import { type Question, questionsOf } from "./question.js";
import { similarQueries } from "./similar.js";

export interface LintOptions {
	/** What the network will see of a query; default: what `zulm train` gives it. */
	readonly features?: QueryFeatures;
	/** What a model of the corpus will be measured on: agreement and overlap are judged, the rest is not. */
	readonly test?: ScannedCorpus;
	/** Cosine from which two queries with different replies are a finding, 0.9–1. */
	readonly similarity?: number;
}

export interface ReplyCount {
	readonly reply: string;
	readonly pairs: number;
	/** Distinct queries that have it, the first reply of each counting. */
	readonly queries: number;
}

export interface LintReport {
	readonly pairs: number;
	/** Distinct as the machine reads them. */
	readonly queries: number;
	/** Most pairs first. */
	readonly replies: readonly ReplyCount[];
	/** Distinct characters of the replies. */
	readonly characters: number;
	/** Characters of the longest reply. */
	readonly longestReply: number;
	/** Share of pairs that a model which knows every query by heart gets right. */
	readonly ceiling: number;
	/** What a model sees of a query, and the ceiling for one that sees no more than these hashed n-grams. */
	readonly features: QueryFeatures;
	readonly featureCeiling: number;
	/** Share of distinct queries that hardly differ from another one with the same reply. */
	readonly redundancy: number;
	/** Of the test file, where one was given; `leaked`: distinct queries of it that are trained on as well. */
	readonly test: {
		readonly pairs: number;
		readonly queries: number;
		readonly leaked: number;
		readonly ceiling: number;
	} | null;
	/** Gravest first, then by file and line. */
	readonly findings: readonly Finding[];
}

/** Word order and one letter of ten leave about this much of a query; see docs/training.md. */
export const DEFAULT_SIMILARITY = 0.95;
/** From here a phrasing says hardly anything new. */
export const REDUNDANT = 0.9;

/** @throws ZulmError `corpus-empty`, or what is wrong with the lines when not one of them can be used */
export function lintCorpus(corpus: ScannedCorpus, options: LintOptions = {}): LintReport {
	const { test } = options;
	for (const part of [corpus, test ?? corpus]) if (part.pairs.length === 0) usable(part);
	const features = options.features ?? defaultFeatures(corpusSize(corpus.pairs));
	const similarity = options.similarity ?? DEFAULT_SIMILARITY;
	const tested = new Set(test?.pairs);
	const all: ScannedCorpus =
		test === undefined
			? corpus
			: { ...corpus, pairs: [...corpus.pairs, ...test.pairs], problems: [...corpus.problems, ...test.problems] };
	// Those of training come first in both.
	const questions = questionsOf(corpus.pairs);
	const allQuestions = questionsOf(all.pairs);
	const similar = similarQueries(
		allQuestions.map((question) => question.key),
		features,
		Math.min(similarity, REDUNDANT),
	);
	const twins = similar.filter(({ b, cosine }) => cosine >= REDUNDANT && b < questions.length);
	const confusable = similar.filter(({ cosine }) => cosine >= similarity);
	const findings = [
		...all.problems.map(malformed),
		...lintReplies(corpus.pairs, questions, twins),
		...lintQuestions(allQuestions, features, confusable, tested),
	];
	return {
		pairs: corpus.pairs.length,
		queries: questions.length,
		replies: countReplies(questions),
		characters: buildCharset(corpus.pairs.map((pair) => pair.reply)).length - 1,
		longestReply: corpus.pairs.reduce((longest, { reply }) => Math.max(longest, Array.from(reply).length), 0),
		ceiling: contradictionCeiling(corpus.pairs),
		features,
		featureCeiling: featureCeiling(questions, features),
		redundancy: redundancy(questions, twins),
		test: test === undefined ? null : testFigures(test.pairs, allQuestions, tested),
		findings: inOrder(findings, all),
	};
}

function malformed({ code, source, line, what }: Problem): Finding {
	const message =
		code === "corpus-malformed" ? `The line ${what}.` : `${what.charAt(0).toUpperCase()}${what.slice(1)}.`;
	return {
		rule: "malformed",
		source,
		line,
		message,
		remedy: "Write one query|reply in characters the machine has, or delete the line.",
		also: [],
	};
}

function testFigures(
	pairs: readonly Pair[],
	questions: readonly Question[],
	tested: ReadonlySet<Pair>,
): NonNullable<LintReport["test"]> {
	const asked = questions.filter((question) => question.pairs.some((pair) => tested.has(pair)));
	const leaked = asked.filter((question) => !question.pairs.every((pair) => tested.has(pair)));
	return { pairs: pairs.length, queries: asked.length, leaked: leaked.length, ceiling: contradictionCeiling(pairs) };
}

function countReplies(questions: readonly Question[]): ReplyCount[] {
	const counts = new Map<string, { pairs: number; queries: number }>();
	const countOf = (reply: string) => {
		const count = counts.get(reply) ?? { pairs: 0, queries: 0 };
		counts.set(reply, count);
		return count;
	};
	for (const { pairs, reply } of questions) {
		countOf(reply).queries++;
		for (const pair of pairs) countOf(pair.reply).pairs++;
	}
	return [...counts].map(([reply, count]) => ({ reply, ...count })).sort((a, b) => b.pairs - a.pairs);
}

/** By rule, then by file, then by line. */
function inOrder(findings: readonly Finding[], { pairs, problems }: ScannedCorpus): Finding[] {
	const rules = Object.keys(RULES);
	const sources = [...new Set([...pairs, ...problems].map(({ source }) => source))];
	const rank = ({ rule, source }: Finding): number => rules.indexOf(rule) * sources.length + sources.indexOf(source);
	return [...findings].sort((a, b) => rank(a) - rank(b) || a.line - b.line);
}
