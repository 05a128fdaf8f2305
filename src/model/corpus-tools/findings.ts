/**
 * What the linter finds: a rule, a place, what is wrong there, and the one thing to do about it.
 *
 *   guess.txt:12  contradiction  "is it a place" wants NO here and YES on line 940
 *                 → Keep YES, which 2 of the 3 lines say.
 */
import type { Pair } from "../corpus.js";

/** Every rule, gravest first, with what it stands for in a list of findings. */
export const RULES = {
	"malformed": "lines that cannot be used",
	"unsayable-reply": "replies that no network of this kind can write",
	"contradiction": "the same query with different replies",
	"collision": "different queries that the network cannot tell apart, with different replies",
	"near-duplicate": "nearly the same query with different replies",
	"reply-variant": "replies that differ only in case, spaces or punctuation",
	"rare-reply": "replies with too few phrasings to learn from",
	"dominant-reply": "a reply that outweighs all others",
	"rare-character": "characters seen in too few pairs",
	"long-reply": "replies that are slow and hard to get right",
	"long-query": "queries that are cut",
	"untypable-query": "queries with characters the machine does not have",
	"leaked": "test queries that are trained on as well",
	"unknown-reply": "replies of the test that training never says",
	"repeated": "pairs that stand more than once",
	"redundant": "replies whose phrasings hardly differ",
} as const;

export type Rule = keyof typeof RULES;

export interface Place {
	readonly source: string;
	/** From 1. */
	readonly line: number;
}

export interface Finding extends Place {
	readonly rule: Rule;
	/** What is wrong, one sentence. */
	readonly message: string;
	/** What to do about it, one sentence. */
	readonly remedy: string;
	/** The other lines that are part of it. */
	readonly also: readonly Place[];
}

export function placeOf({ source, line }: Place): Place {
	return { source, line };
}

/** "line 12", "lines 12, 15 and 2 more", with the file where it is another one. */
export function nameLines(places: readonly Place[], from: Place): string {
	const shown = places
		.slice(0, 3)
		.map(({ source, line }) => (source === from.source ? `${line}` : `${line} of ${source}`));
	const rest = places.length - shown.length;
	return `line${places.length > 1 ? "s" : ""} ${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** Items by key, in order of first appearance. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const item of items) {
		const key = keyOf(item);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [item]);
		else group.push(item);
	}
	return groups;
}

/** The reply most of the pairs have; the first of equals. */
export function majorityReply(pairs: readonly Pair[]): string {
	let best: readonly Pair[] = [];
	for (const group of groupBy(pairs, (pair) => pair.reply).values()) if (group.length > best.length) best = group;
	return best[0]?.reply ?? "";
}
