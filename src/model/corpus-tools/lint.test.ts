import { expect, test } from "vitest";
import { Random } from "../../base/random.js";
import { type ScannedCorpus, scanCorpora } from "../corpus.js";
import { Z80AI_FEATURES } from "../network.js";
import type { Rule } from "./findings.js";
import { type LintOptions, lintCorpus } from "./lint.js";

async function scan(text: string): Promise<ScannedCorpus> {
	return scanCorpora(
		["-"],
		(async function* () {
			yield Buffer.from(text);
		})(),
	);
}

async function lint(text: string, options?: LintOptions) {
	return lintCorpus(await scan(text), options);
}

/** The findings of one rule as "line: message". */
async function found(rule: Rule, text: string, options?: LintOptions): Promise<string[]> {
	const { findings } = await lint(text, options);
	return findings.filter((finding) => finding.rule === rule).map(({ line, message }) => `${line}: ${message}`);
}

/** As many unlike phrasings of each reply as it says. */
function phrasings(counts: Readonly<Record<string, number>>): string {
	const random = new Random(1);
	const word = () => Array.from({ length: 6 }, () => random.pick([..."abcdefghijklmnopqrstuvwxyz"])).join("");
	const lines = Object.entries(counts).flatMap(([reply, count]) =>
		Array.from({ length: count }, () => `${word()} ${word()}|${reply}\n`),
	);
	return lines.join("");
}

test("a corpus with many unlike phrasings of each reply has no findings, and its figures are right", async () => {
	expect(await lint(phrasings({ YES: 12, NO: 24 }))).toEqual({
		pairs: 36,
		queries: 36,
		replies: [
			{ reply: "NO", pairs: 24, queries: 24 },
			{ reply: "YES", pairs: 12, queries: 12 },
		],
		characters: 5,
		longestReply: 3,
		ceiling: 1,
		features: { buckets: 1024, ngrams: [2, 3] },
		featureCeiling: 1,
		redundancy: 0,
		test: null,
		findings: [],
	});
});

test("contradictions: after case, spaces and the cut at 62 characters; with the lines and the reply to keep", async () => {
	const { findings, ceiling } = await lint("is it big|NO\n Is It Big |YES\nIS IT BIG|YES\nhello|HI");
	expect(findings.filter(({ rule }) => rule === "contradiction")).toEqual([
		{
			rule: "contradiction",
			source: "standard input",
			line: 1,
			message: '"is it big" wants NO here and YES on lines 2, 3.',
			remedy: "Keep YES, which 2 of the 3 lines say.",
			also: [
				{ source: "standard input", line: 2 },
				{ source: "standard input", line: 3 },
			],
		},
	]);
	expect(ceiling).toBe(3 / 4);
	const long = "a".repeat(62);
	expect(await found("contradiction", `${long}b|X\n${long}c|Y`)).toEqual([
		`2: "${long}" wants Y here and X on line 1.`,
	]);
	const tie = (await lint("a|X\na|Y\na|Z")).findings[0];
	expect(tie?.message).toBe('"a" wants Y here and X on line 1, 3 different replies in all.');
	expect(tie?.remedy).toContain("Decide for one");
});

test("collisions: different queries with the same n-grams", async () => {
	// " aba", "abab", "baba"… hold the same pairs and triples as often, in another order.
	const text = "aabaaab|X\naaabaab|Y\n";
	expect(await found("collision", text)).toEqual([
		'2: "aaabaab" (Y) and "aabaaab" (X, line 1) have the same letter pairs and triples: the network sees one query.',
	]);
	expect(await found("near-duplicate", text)).toEqual([]);
	expect(await lint(text)).toMatchObject({ ceiling: 1, featureCeiling: 1 / 2 });
	expect(await found("collision", "aabaaab|X\naaabaab|X\n")).toEqual([]);
});

test("near duplicates: the same words, or nearly the same n-grams, with different replies", async () => {
	expect(await found("near-duplicate", "can it cut you|NO\ncan it, cut you?|YES\ncan't it cut you|X")).toEqual([
		'1: "can it cut you" (NO) is nearly "can it, cut you?" (YES, line 2).',
	]);
	const words = "you are a genius|NO\nare you a genius|YES\nwhat is the time|X";
	expect(await found("near-duplicate", words)).toEqual([
		'1: "you are a genius" (NO) is nearly "are you a genius" (YES, line 2).',
	]);
	expect(await found("near-duplicate", words, { similarity: 1 })).toEqual([]);
	expect(await found("near-duplicate", words.replace("YES", "NO"))).toEqual([]);
	expect(await found("near-duplicate", "?|X\n!|Y")).toEqual([]);
});

test("replies: too few phrasings, one that outweighs all, variants of one", async () => {
	const text = `${phrasings({ NO: 30, YES: 12 })}one|Yes!\n`;
	expect(await found("rare-reply", text)).toEqual(['43: "Yes!" has one phrasing.']);
	expect(await found("dominant-reply", text)).toEqual([
		'1: "NO" answers 70% of all queries: a model that always says it looks good and is not.',
	]);
	expect(await found("reply-variant", text)).toEqual([
		'43: "Yes!" and "YES" say the same; the network would have to learn when to write which.',
	]);
	expect(await found("rare-character", text)).toEqual([
		'43: "e" (U+0065) occurs only in "Yes!", one pair in all.',
		'43: "s" (U+0073) occurs only in "Yes!", one pair in all.',
		'43: "!" (U+0021) occurs only in "Yes!", one pair in all.',
	]);
});

test("replies that the network cannot write, or hardly", async () => {
	const text = "laugh|HA HA HA HA HA HA HA\nsing|HA HA HA\ntell|ONCE UPON A TIME THERE WAS A COMPUTER\nx|HI";
	expect(await found("unsayable-reply", text)).toEqual([
		'1: "HA HA HA HA HA HA HA" goes on differently after "HA HA HA", and the network sees only the last 8 characters it wrote.',
	]);
	expect((await found("long-reply", text)).map((finding) => finding.slice(0, 2))).toEqual(["3:"]);
	// Fifty characters end by themselves: no end has to be told from the middle.
	expect(await found("unsayable-reply", `x|${"A".repeat(50)}`)).toEqual([]);
	expect(await found("unsayable-reply", `x|${"A".repeat(49)}`)).toHaveLength(1);
});

test("queries that are cut or cannot be typed, repeated pairs, redundant phrasings", async () => {
	expect(await found("long-query", `${"ab ".repeat(25)}|X`)).toEqual([
		"1: The query has 74 characters; the machine reads the first 62.",
	]);
	expect(await found("untypable-query", "caf\u00e9|X")).toEqual([
		'1: Nobody can type "\u00e9" (U+00E9) there; the network reads "?".',
	]);
	expect(await found("repeated", "a|X\nb|Y\nA|X\na |X")).toEqual(['3: "a" (X) is also on lines 1, 4.']);
	const alike = Array.from({ length: 12 }, (_, i) => `is it possible to see it from afar ${i}|YES\n`).join("");
	expect(await found("redundant", alike)).toEqual([
		'1: 100% of the 12 phrasings of "YES" hardly differ from another one.',
	]);
	expect(await lint(alike)).toMatchObject({ redundancy: 1 });
});

test("lines that cannot be used are findings beside the others; a corpus of nothing else is refused", async () => {
	const { findings, pairs } = await lint(`no bar\nhello|HI\nx|\u00e9\ny|${"A".repeat(51)}\n\0|X`);
	expect(pairs).toBe(1);
	expect(findings.filter(({ rule }) => rule === "malformed").map(({ line, message }) => [line, message])).toEqual([
		[1, 'The line has no "|".'],
		[3, 'The machine cannot print "\u00e9" (U+00E9).'],
		[4, "The line has a reply of 51 characters; 50 fit."],
		[5, "The line holds a NUL character."],
	]);
	await expect(lint("no bar")).rejects.toMatchObject({ code: "corpus-malformed" });
	await expect(lint("# nothing")).rejects.toMatchObject({ code: "corpus-empty" });
});

test("a test file: what it repeats, contradicts and expects that was never said", async () => {
	const test = await scan("Hello|HI\nbye|HI\nthanks|NO PROB\nhey there you|HI\nhey there you|HI");
	const { findings, test: figures, pairs } = await lint("hello|HI\nbye|SEE YA", { test });
	expect(pairs).toBe(2);
	expect(figures).toEqual({ pairs: 5, queries: 4, leaked: 2, ceiling: 1 });
	const about = findings.filter(({ rule }) => !["rare-reply", "rare-character"].includes(rule));
	expect(about.map(({ rule, line, message }) => `${rule} ${line}: ${message}`)).toEqual([
		'contradiction 2: "bye" wants HI here and SEE YA on line 2.',
		'leaked 1: "hello" (HI) is trained on too, on line 1.',
		'unknown-reply 3: No pair that is trained on has the reply "NO PROB".',
		'repeated 5: "hey there you" (HI) is also on line 4.',
	]);
});

test("fewer features confuse more queries", async () => {
	// h = 961·a + 31·b + c: both letters up by four moves every trigram by a multiple of 128.
	const text = "ae|X\nei|Y\n";
	expect(await lint(text)).toMatchObject({ ceiling: 1, featureCeiling: 1 });
	expect(await lint(text, { features: Z80AI_FEATURES })).toMatchObject({ ceiling: 1, featureCeiling: 1 / 2 });
	expect(await found("collision", text, { features: Z80AI_FEATURES })).toHaveLength(1);
});

test("queries are seen as a model trained on the corpus would see them", async () => {
	const replies = (count: number) => Array.from({ length: count }, (_, n) => `query ${n}|REPLY ${n}\n`).join("");
	expect((await lint(replies(99))).features).toEqual({ buckets: 1024, ngrams: [2, 3] });
	expect((await lint(replies(100))).features).toEqual({ buckets: 2048, ngrams: [2, 4] });
	expect((await lint(replies(100), { features: Z80AI_FEATURES })).features).toEqual(Z80AI_FEATURES);
});
