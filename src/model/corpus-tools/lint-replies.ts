/**
 * Findings about replies: how often each is asked for, how many characters they need between them, and whether the
 * network can write them at all. It sees the last eight characters it wrote, nothing before.
 */
import { nameCharacter, toMachineBytes } from "../charset.js";
import type { Pair } from "../corpus.js";
import { contextVector } from "../features.js";
import { CONTEXT_LENGTH, MAX_REPLY_LENGTH } from "../network.js";
import { type Finding, groupBy, placeOf, type Rule } from "./findings.js";
import { redundantQuestions } from "./lint-questions.js";
import type { Question } from "./question.js";
import type { SimilarPair } from "./similar.js";

/** Queries a reply or a character should be seen with. Below ten, held-out accuracy is mostly luck. */
export const FEW = 10;
/** A reply of more characters than this is a finding: all of them have to be right, and each costs a forward pass. */
export const LONG_REPLY = 32;

/** @param twins pairs of questions that hardly differ */
export function lintReplies(
	pairs: readonly Pair[],
	questions: readonly Question[],
	twins: readonly SimilarPair[],
): Finding[] {
	const byReply = groupBy(pairs, (pair) => pair.reply);
	return [
		...[...byReply.values()].flatMap(([first]) => (first === undefined ? [] : writing(first))),
		...variants(byReply),
		...balance(questions, byReply),
		...rareCharacters(byReply),
		...redundantReplies(questions, twins, byReply),
	];
}

function finding(rule: Rule, pair: Pair, message: string, remedy: string): Finding {
	return { rule, ...placeOf(pair), message, remedy, also: [] };
}

/** What makes one reply hard or impossible to write. */
function writing(pair: Pair): Finding[] {
	const findings: Finding[] = [];
	const repeated = ambiguousContext(pair.reply);
	if (repeated !== undefined) {
		findings.push(
			finding(
				"unsayable-reply",
				pair,
				`"${pair.reply}" goes on differently after "${repeated}", and the network sees only the last ` +
					`${CONTEXT_LENGTH} characters it wrote.`,
				"Reword the reply so that it does not repeat itself.",
			),
		);
	}
	const length = Array.from(pair.reply).length;
	if (length > LONG_REPLY) {
		findings.push(
			finding(
				"long-reply",
				pair,
				`"${pair.reply}" has ${length} characters; every one of them has to be right and takes a pass of the network.`,
				`Say it in ${LONG_REPLY} characters or fewer.`,
			),
		);
	}
	return findings;
}

/** The last characters written where a reply has two ways on from the same context; undefined when it has none. */
function ambiguousContext(reply: string): string | undefined {
	const characters = Array.from(reply);
	const bytes = toMachineBytes(reply);
	const nextAfter = new Map<string, string>();
	// After 50 characters the machine stops by itself, so a reply that long needs no end.
	for (let step = 0; step < Math.min(bytes.length + 1, MAX_REPLY_LENGTH); step++) {
		const context = contextVector(bytes.subarray(0, step)).join();
		const next = characters[step] ?? "";
		const known = nextAfter.get(context);
		if (known !== undefined && known !== next)
			return characters.slice(Math.max(0, step - CONTEXT_LENGTH), step).join("");
		nextAfter.set(context, next);
	}
	return undefined;
}

function variants(byReply: ReadonlyMap<string, readonly Pair[]>): Finding[] {
	const bare = (reply: string): string => reply.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
	return [...groupBy(byReply.keys(), bare)].flatMap(([letters, replies]) => {
		if (letters === "" || replies.length < 2) return [];
		const usesOf = (reply: string): readonly Pair[] => byReply.get(reply) ?? [];
		const kept = replies.reduce((best, reply) => (usesOf(reply).length > usesOf(best).length ? reply : best));
		return replies
			.filter((reply) => reply !== kept)
			.map((reply): Finding => {
				const [first, ...rest] = usesOf(reply);
				const message = `"${reply}" and "${kept}" say the same; the network would have to learn when to write which.`;
				return {
					...finding("reply-variant", first as Pair, message, `Write ${kept} everywhere.`),
					also: rest.map(placeOf),
				};
			});
	});
}

function balance(questions: readonly Question[], byReply: ReadonlyMap<string, readonly Pair[]>): Finding[] {
	const findings: Finding[] = [];
	const phrasings = groupBy(questions, (question) => question.reply);
	for (const [reply, pairs] of byReply) {
		const count = phrasings.get(reply)?.length ?? 0;
		const here = pairs[0] as Pair;
		if (count < FEW) {
			const message = `"${reply}" has ${count === 1 ? "one phrasing" : `${count} phrasings`}.`;
			const remedy = `Write at least ${FEW}, better 60, or give its queries another reply.`;
			findings.push(finding("rare-reply", here, message, remedy));
		}
		if (byReply.size > 2 && count * 2 > questions.length) {
			const share = Math.round((100 * count) / questions.length);
			const message = `"${reply}" answers ${share}% of all queries: a model that always says it looks good and is not.`;
			const remedy = "Write more phrasings of the others, or even them out with zulm corpus balance.";
			findings.push(finding("dominant-reply", here, message, remedy));
		}
	}
	return findings;
}

function rareCharacters(byReply: ReadonlyMap<string, readonly Pair[]>): Finding[] {
	const uses = new Map<string, { first: Pair; pairs: number; replies: string[] }>();
	for (const [reply, pairs] of byReply) {
		for (const character of new Set(reply)) {
			const use = uses.get(character) ?? { first: pairs[0] as Pair, pairs: 0, replies: [] };
			use.pairs += pairs.length;
			use.replies.push(reply);
			uses.set(character, use);
		}
	}
	return [...uses]
		.filter(([, { pairs }]) => pairs < FEW)
		.map(([character, { first, pairs, replies }]) => {
			const where = replies.length === 1 ? `only in "${replies[0]}"` : `in ${replies.length} replies`;
			const message = `${nameCharacter(character)} occurs ${where}, ${pairs === 1 ? "one pair" : `${pairs} pairs`} in all.`;
			return finding("rare-character", first, message, "Write the reply without it, or add pairs that need it.");
		});
}

function redundantReplies(
	questions: readonly Question[],
	twins: readonly SimilarPair[],
	byReply: ReadonlyMap<string, readonly Pair[]>,
): Finding[] {
	const redundant = groupBy(redundantQuestions(questions, twins), (question) => question.reply);
	const phrasings = groupBy(questions, (question) => question.reply);
	return [...redundant].flatMap(([reply, alike]) => {
		const all = phrasings.get(reply)?.length ?? 0;
		if (all < FEW || alike.length * 2 <= all) return [];
		const share = Math.round((100 * alike.length) / all);
		const message = `${share}% of the ${all} phrasings of "${reply}" hardly differ from another one.`;
		return [
			finding("redundant", byReply.get(reply)?.[0] as Pair, message, "Write other ways of asking, in other words."),
		];
	});
}
