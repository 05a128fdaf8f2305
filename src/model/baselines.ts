/**
 * What a model's figures have to be compared with, on the same pairs:
 *
 *   ceiling   the best any model can do: pairs that ask the same thing and want different replies cannot all be right
 *   majority  always the most frequent reply
 *   keyword   the reply that the query's most telling word mostly had in training
 *   nearest   the reply of the most similar training query (cosine of the network's own query features): 1-NN
 */

import { fromMachineBytes } from "./charset.js";
import type { Pair } from "./corpus.js";
import { type ReplyAccuracy, replyAccuracy } from "./evaluate.js";
import { normaliseQuery, queryVector } from "./features.js";
import type { QueryFeatures } from "./network.js";

export interface Baselines {
	/** Share of the test pairs. */
	readonly ceiling: number;
	readonly majority: ReplyAccuracy;
	readonly keyword: ReplyAccuracy;
	readonly nearest: ReplyAccuracy;
}

/** @param train what the baselines may learn from @param test what they are measured on */
export function baselines(train: readonly Pair[], test: readonly Pair[], features: QueryFeatures): Baselines {
	const measure = (answer: (pair: Pair) => string | undefined): ReplyAccuracy =>
		replyAccuracy(
			test.map((pair) => pair.reply),
			test.map((pair) => answer(pair) === pair.reply),
		);
	const majority = mostFrequent(train.map((pair) => pair.reply));
	const nearest = new NearestQuery(train, features);
	const keyword = new Keywords(train, majority);
	return {
		ceiling: contradictionCeiling(test),
		majority: measure(() => majority),
		keyword: measure((pair) => keyword.answer(pair.query)),
		nearest: measure((pair) => nearest.answer(pair.query)),
	};
}

/** Share of pairs that are right when every distinct query gets its most frequent reply. */
export function contradictionCeiling(pairs: readonly Pair[]): number {
	const byQuery = groupBy(pairs, keyOf);
	let right = 0;
	for (const group of byQuery.values()) {
		const counts = countBy(group.map((pair) => pair.reply));
		right += Math.max(...counts.values());
	}
	return right / pairs.length;
}

/** The same for queries that differ only in case and in spaces around them. */
function keyOf(pair: Pair): string {
	return fromMachineBytes(normaliseQuery(pair.query));
}

function groupBy<T>(items: readonly T[], keyOfItem: (item: T) => string): Map<string, T[]> {
	const groups = new Map<string, T[]>();
	for (const item of items) {
		const key = keyOfItem(item);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [item]);
		else group.push(item);
	}
	return groups;
}

function countBy(items: readonly string[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
	return counts;
}

/** The first of the most frequent. */
function mostFrequent(items: readonly string[]): string {
	let best = "";
	let most = 0;
	for (const [item, count] of countBy(items)) {
		if (count > most) [best, most] = [item, count];
	}
	return best;
}

/** 1-NN by an index from bucket to the training queries that hit it. */
class NearestQuery {
	readonly #features: QueryFeatures;
	readonly #replies: readonly string[];
	readonly #norms: Float64Array;
	readonly #hits: { query: number; value: number }[][];

	constructor(train: readonly Pair[], features: QueryFeatures) {
		this.#features = features;
		this.#replies = train.map((pair) => pair.reply);
		this.#norms = new Float64Array(train.length);
		this.#hits = Array.from({ length: features.buckets }, () => []);
		for (const [query, pair] of train.entries()) {
			let squares = 0;
			for (const [bucket, value] of queryVector(pair.query, features).entries()) {
				if (value === 0) continue;
				squares += value * value;
				(this.#hits[bucket] as { query: number; value: number }[]).push({ query, value });
			}
			this.#norms[query] = Math.sqrt(squares);
		}
	}

	/** The reply of the nearest query; the first of equals. */
	answer(query: string): string | undefined {
		const products = new Float64Array(this.#replies.length);
		for (const [bucket, value] of queryVector(query, this.#features).entries()) {
			if (value === 0) continue;
			for (const hit of this.#hits[bucket] as { query: number; value: number }[]) {
				products[hit.query] = (products[hit.query] as number) + value * hit.value;
			}
		}
		let best = 0;
		let similarity = -1;
		for (const [i, product] of products.entries()) {
			const cosine = product / ((this.#norms[i] as number) || 1);
			if (cosine > similarity) [best, similarity] = [i, cosine];
		}
		return this.#replies[best];
	}
}

/** The word whose replies in training agree most decides. */
class Keywords {
	readonly #byWord = new Map<string, { reply: string; telling: number }>();
	readonly #otherwise: string;

	constructor(train: readonly Pair[], otherwise: string) {
		this.#otherwise = otherwise;
		const uses = train.flatMap((pair) => wordsOf(pair).map((word) => ({ word, reply: pair.reply })));
		for (const [word, group] of groupBy(uses, (use) => use.word)) {
			const replies = group.map((use) => use.reply);
			const reply = mostFrequent(replies);
			const agreeing = replies.filter((other) => other === reply).length;
			// One more dissenter than seen: a word met once is not as telling as one met ten times.
			this.#byWord.set(word, { reply, telling: agreeing / (replies.length + 1) });
		}
	}

	answer(query: string): string {
		let best = { reply: this.#otherwise, telling: 0 };
		for (const word of wordsOf({ query })) {
			const known = this.#byWord.get(word);
			if (known !== undefined && known.telling > best.telling) best = known;
		}
		return best.reply;
	}
}

function wordsOf({ query }: Pick<Pair, "query">): string[] {
	return [...new Set(query.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [])];
}
