/**
 * What the teacher sees of a query: more than the network can, since it never runs on the Z80.
 *
 *   " is it red "   pairs, triples and quadruples of letters   words   words with their neighbour, and with the one after
 *
 * Each is hashed into one of many buckets; a bucket is hit or not, however often. Takes normalised bytes.
 */
import { hashBytes } from "../features.js";
import { MAX_QUERY_LENGTH } from "../network.js";

/** Wide enough that few of some thousand queries' features collide; 2,048 cost a point or two. */
export const TEACHER_BUCKETS = 8192;
const LETTERS = [2, 3, 4];
/** No query hits more: each place of it and its two spaces starts one feature of each length, half of them three of words. */
export const MOST_TEACHER_BUCKETS = (LETTERS.length + 2) * (MAX_QUERY_LENGTH + 2);
const SPACE = 0x20;
/** Spreads the 16 bits of a hash and its kind over the buckets (a prime near 2^32 / golden ratio). */
const SPREAD = 2654435761;
const BUCKET_BITS = 19;

/** Which query hit each bucket last, and what the one at hand hits: used anew by every call, hundreds of thousands. */
const hitBy = new Uint32Array(TEACHER_BUCKETS);
const buckets = new Int32Array(MOST_TEACHER_BUCKETS);
let calls = 0;
let found = 0;

function hit(kind: number, hash: number): void {
	const bucket = Math.imul(hash + (kind << 16), SPREAD) >>> BUCKET_BITS;
	if (hitBy[bucket] === calls) return;
	hitBy[bucket] = calls;
	buckets[found++] = bucket;
}

/** The buckets that `query` hits, each once, in order of first hit. */
export function teacherFeatures(query: Uint8Array): Int32Array {
	const bytes = new Uint8Array(query.length + 2).fill(SPACE);
	bytes.set(query, 1);
	calls++;
	found = 0;
	for (const n of LETTERS) {
		for (let start = 0; start + n <= bytes.length; start++) hit(n, hashBytes(bytes, start, n, 0));
	}
	// Nothing stands before the first word and after the last, and that is telling too.
	const words = [0, ...wordHashes(bytes), 0];
	for (let w = 1; w < words.length; w++) {
		const word = words[w] as number;
		if (w < words.length - 1) hit(5, word);
		hit(6, mixed(words[w - 1] as number, word));
		if (w < words.length - 1) hit(7, mixed(words[w - 1] as number, words[w + 1] as number));
	}
	return buckets.slice(0, found);
}

function wordHashes(bytes: Uint8Array): number[] {
	const hashes: number[] = [];
	let start = 0;
	for (let end = 1; end < bytes.length; end++) {
		if (bytes[end] !== SPACE) continue;
		if (end > start + 1) hashes.push(hashBytes(bytes, start + 1, end - start - 1, 1));
		start = end;
	}
	return hashes;
}

/** Both hashes in 16 bits; order counts. */
function mixed(a: number, b: number): number {
	return (Math.imul(a, 40503) + b) & 0xffff;
}
