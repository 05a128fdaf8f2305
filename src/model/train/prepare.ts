/**
 * From a corpus to what a training run works on: split, copies, sparse rows, trie, and a workspace with its first
 * weights.
 *
 *   query rows   [ training pairs | their changed copies … | queries nobody wrote | held-out pairs ]
 *   learnt as      its reply        its reply                the teacher's answer   (never)
 */
import { ZulmError } from "../../base/errors.js";
import type { Random } from "../../base/random.js";
import { buildCharset } from "../charset.js";
import type { Corpus, Pair } from "../corpus.js";
import { normaliseQuery } from "../features.js";
import { CONTEXT_BUCKETS, type Network, type QueryFeatures } from "../network.js";
import { Arena } from "./arena.js";
import { augment, recombine } from "./augment.js";
import { buildTrie, distinctReplies, normalised, queryRows, type Trie } from "./dataset.js";
import { fromNetwork, initialise, quantiseAll } from "./parameters.js";
import type { Recipe } from "./recipe.js";
import type { Items, SoftItems } from "./sampler.js";
import { certain, type Distribution, softTargets } from "./soft-targets.js";
import type { Split } from "./split.js";
import { type Teacher, teach } from "./teacher.js";
import { createWorkspace, DROP, KEEP, type Workspace } from "./workspace.js";

/** Widest layer the Z80 program indexes with one byte. */
export const MAX_WIDTH = 256;
/** A rare reply gets at most this many times the usual copies. */
const MAX_RARITY = 8;

export interface Prepared {
	readonly space: Workspace;
	readonly charset: readonly string[];
	readonly trie: Trie;
	/** All rows to learn from, copies included; of them the pairs as written; and the held-out pairs. */
	readonly items: SoftItems;
	readonly trainItems: Items;
	readonly holdoutItems: Items;
	/** Who labelled the queries nobody wrote; undefined when there are none. */
	readonly teacher: Teacher | undefined;
}

export interface Preparation {
	readonly features: QueryFeatures;
	readonly hidden: readonly number[];
	readonly recipe: Recipe;
	readonly threads: number;
	/** Network whose weights to start from. */
	readonly resume: Network | undefined;
}

/** @throws ZulmError `usage` when the replies use more characters than a network can have outputs */
export function prepare(corpus: Corpus, split: Split, given: Preparation, random: Random): Prepared {
	const { features, hidden, recipe } = given;
	const texts = distinctReplies(corpus.pairs);
	const charset = buildCharset(texts);
	if (charset.length > MAX_WIDTH) {
		throw new ZulmError("usage", `The replies use ${charset.length} different characters; ${MAX_WIDTH - 1} fit.`);
	}
	const arena = new Arena();
	const trie = buildTrie(arena, texts, charset);
	const queries = normalised(split.train);
	const replies = split.train.map((pair) => trie.indexOf.get(pair.reply) as number);
	const copies = copiesPerReply(replies, recipe);
	for (let i = 0; i < split.train.length; i++) {
		const reply = replies[i] as number;
		for (let copy = 1; copy < (copies.get(reply) as number); copy++) {
			queries.push(augment(queries[i] as Uint8Array, random));
			replies.push(reply);
		}
	}
	const targets: Distribution[] = replies.map(certain);
	const teacher =
		recipe.invented === 0
			? undefined
			: teach(queries.slice(0, split.train.length), replies.slice(0, split.train.length), texts.length);
	if (teacher !== undefined) {
		const invented = Array.from({ length: Math.round(recipe.invented * split.train.length) }, () => {
			const [query, ...others] = Array.from({ length: 3 }, () => queries[random.int(split.train.length)]);
			return recombine(query as Uint8Array, others as [Uint8Array, Uint8Array], recipe.coined, random);
		});
		for (const query of invented) queries.push(query);
		for (const answer of teacher.answers(invented, recipe.sharpness)) targets.push(answer);
	}
	const rows = queries.length;
	for (const pair of split.holdout) {
		queries.push(normaliseQuery(pair.query));
	}

	const longestReply = Math.max(...texts.map((text) => text.length)) + 1;
	const space = createWorkspace(
		arena,
		{
			queryBuckets: features.buckets,
			sizes: [features.buckets + CONTEXT_BUCKETS, ...hidden, charset.length],
			items: recipe.batch,
			examples: recipe.batch * longestReply,
			threads: given.threads,
		},
		queryRows(arena, queries, features),
		trie,
	);
	initialise(space.layout, space.latent, random);
	if (given.resume !== undefined) fromNetwork(space.layout, space.latent, given.resume, charset);
	for (let i = 0; i < space.masks.length; i++) space.masks[i] = random.next() < recipe.dropout ? DROP : KEEP;
	quantiseAll(space.layout, space.latent, space.quantised);
	return {
		space,
		charset,
		trie,
		items: { query: Int32Array.from({ length: rows }, (_, i) => i), targets: softTargets(targets) },
		trainItems: itemsOf(split.train, 0, trie),
		holdoutItems: itemsOf(split.holdout, rows, trie),
		teacher,
	};
}

/**
 * How many rows each query becomes, by reply: recipe.copies, and more for replies rarer than the median, which would
 * otherwise be drowned.
 */
function copiesPerReply(replies: readonly number[], { copies, balance }: Recipe): Map<number, number> {
	const frequency = new Map<number, number>();
	for (const reply of replies) frequency.set(reply, (frequency.get(reply) ?? 0) + 1);
	const sorted = [...frequency.values()].sort((a, b) => a - b);
	const median = sorted[sorted.length >> 1] as number;
	const rows = (count: number) => Math.round(copies * Math.min(MAX_RARITY, Math.max(1, (median / count) ** balance)));
	return new Map([...frequency].map(([reply, count]) => [reply, rows(count)]));
}

/** Items for `pairs`, whose rows begin at `from`. */
function itemsOf(pairs: readonly Pair[], from: number, { indexOf }: Trie): Items {
	return {
		query: Int32Array.from(pairs, (_, i) => from + i),
		reply: Int32Array.from(pairs, ({ reply }) => indexOf.get(reply) as number),
	};
}
