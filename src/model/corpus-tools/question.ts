/** A corpus by what is asked: pairs whose queries are the same bytes to the machine are one question. */
import { fromMachineBytes } from "../charset.js";
import type { Pair } from "../corpus.js";
import { normaliseQuery } from "../features.js";
import { groupBy, majorityReply } from "./findings.js";

export interface Question {
	/** The query as the machine reads it: folded, trimmed, cut to 62 characters. */
	readonly key: string;
	readonly pairs: readonly Pair[];
	/** The reply most of its pairs have. */
	readonly reply: string;
}

/** The query as the machine reads it, as text. */
export function queryKey(query: string): string {
	return fromMachineBytes(normaliseQuery(query));
}

/** Distinct questions in order of first appearance. */
export function questionsOf(pairs: readonly Pair[]): Question[] {
	return [...groupBy(pairs, (pair) => queryKey(pair.query))].map(([key, group]) => ({
		key,
		pairs: group,
		reply: majorityReply(group),
	}));
}

/** The words alone: without the punctuation of sentences, apostrophes and doubled spaces. May be empty. */
export function wording(key: string): string {
	return key
		.replace(/['`"]/g, "")
		.replace(/[.,!?;:]+/g, " ")
		.replace(/ +/g, " ")
		.trim();
}
