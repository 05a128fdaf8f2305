/**
 * Training data as flat arrays: sparse input vectors of queries, and the trie of all replies.
 *
 *   queries   row q has buckets bucket[start[q] … start[q+1]) with count[…] hits each; copies are rows of their own
 *   items     item = (query row, reply): what one sample of a mini-batch is
 *   trie      ""─H─HI─"HI "…   node n = a prefix; its context vector is a sparse row too
 *   replies   reply r says target[k] at node[k], k in [start[r], start[r+1]); the last target is EOS (unless 50 long)
 */
import { machineByte } from "../charset.js";
import type { Pair } from "../corpus.js";
import { contextHits, normaliseQuery, queryHits } from "../features.js";
import { MAX_REPLY_LENGTH, type QueryFeatures } from "../network.js";
import type { Arena } from "./arena.js";

/** Rows of a sparse matrix of hit counts. */
export interface SparseRows {
	readonly start: Int32Array;
	readonly bucket: Uint16Array;
	readonly count: Uint8Array;
}

export interface Replies {
	readonly start: Int32Array;
	readonly node: Int32Array;
	readonly target: Int32Array;
	/** [nodes] distinct next characters. */
	readonly branches: Int32Array;
}

export interface Trie {
	readonly contexts: SparseRows;
	readonly replies: Replies;
	/** Distinct replies, most frequent first (ties in order of appearance), and where each stands. */
	readonly texts: readonly string[];
	readonly indexOf: ReadonlyMap<string, number>;
}

/** Sparse rows from the buckets that were hit, repeats included; each row is asked for once, in order. */
export function sparseRows(arena: Arena, rows: number, hitsOf: (row: number) => readonly number[]): SparseRows {
	const start = arena.take(Int32Array, rows + 1);
	let buckets = new Uint16Array(INITIAL_HITS);
	let counts = new Uint8Array(INITIAL_HITS);
	let used = 0;
	/** Where a bucket of the current row stands in `buckets`, plus 1: stale when not after the row's start. */
	const place = new Int32Array(1 << 16);
	for (let row = 0; row < rows; row++) {
		const first = used;
		const hits = hitsOf(row);
		if (used + hits.length > buckets.length) {
			buckets = larger(buckets, new Uint16Array(2 * (used + hits.length)));
			counts = larger(counts, new Uint8Array(2 * (used + hits.length)));
		}
		for (const bucket of hits) {
			const at = (place[bucket] as number) - 1;
			if (at >= first) counts[at] = (counts[at] as number) + 1;
			else {
				buckets[used] = bucket;
				counts[used] = 1;
				place[bucket] = ++used;
			}
		}
		start[row + 1] = used;
	}
	const bucket = arena.take(Uint16Array, used);
	const count = arena.take(Uint8Array, used);
	bucket.set(buckets.subarray(0, used));
	count.set(counts.subarray(0, used));
	return { start, bucket, count };
}

/** Hits there is room for at first. */
const INITIAL_HITS = 1 << 16;

function larger<T extends Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>(small: T, large: T): T {
	large.set(small);
	return large;
}

/** Distinct replies of `pairs`, most frequent first. */
export function distinctReplies(pairs: readonly Pair[]): string[] {
	const frequency = new Map<string, number>();
	for (const { reply } of pairs) frequency.set(reply, (frequency.get(reply) ?? 0) + 1);
	return [...frequency.entries()].sort((a, b) => b[1] - a[1]).map(([reply]) => reply);
}

/** The node of the empty prefix, from which every reply starts. */
export const ROOT = 0;

/** @param charset must hold every character of `texts` */
export function buildTrie(arena: Arena, texts: readonly string[], charset: readonly string[]): Trie {
	const nodes = new Map<string, number>([["", ROOT]]);
	const next = new Map<number, Set<number>>([[ROOT, new Set()]]);
	const start = arena.take(Int32Array, texts.length + 1);
	const nodeList: number[] = [];
	const targetList: number[] = [];
	for (const [r, text] of texts.entries()) {
		let prefix = "";
		const characters = [...Array.from(text), charset.at(-1) as string].slice(0, MAX_REPLY_LENGTH);
		for (const character of characters) {
			let node = nodes.get(prefix);
			if (node === undefined) {
				node = nodes.size;
				nodes.set(prefix, node);
				next.set(node, new Set());
			}
			const target = charset.indexOf(character);
			(next.get(node) as Set<number>).add(target);
			nodeList.push(node);
			targetList.push(target);
			prefix += character;
		}
		start[r + 1] = nodeList.length;
	}
	const prefixes = [...nodes.keys()];
	const contexts = sparseRows(arena, prefixes.length, (n) =>
		contextHits(Uint8Array.from(Array.from(prefixes[n] as string), (c) => machineByte(c) as number)),
	);
	const node = arena.take(Int32Array, nodeList.length);
	const target = arena.take(Int32Array, targetList.length);
	const branches = arena.take(Int32Array, prefixes.length);
	node.set(nodeList);
	target.set(targetList);
	for (const [n, targets] of next) branches[n] = targets.size;
	return {
		contexts,
		replies: { start, node, target, branches },
		texts,
		indexOf: new Map(texts.map((text, r) => [text, r])),
	};
}

/** One sparse row per query. */
export function queryRows(arena: Arena, queries: readonly Uint8Array[], features: QueryFeatures): SparseRows {
	return sparseRows(arena, queries.length, (q) => queryHits(queries[q] as Uint8Array, features));
}

export function normalised(pairs: readonly Pair[]): Uint8Array[] {
	return pairs.map((pair) => normaliseQuery(pair.query));
}
