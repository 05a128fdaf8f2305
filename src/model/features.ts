/**
 * Text to numbers: n-grams hashed into buckets, each hit adding 32 to its bucket. No learning, no vocabulary.
 *
 *   query    " what now "  → 2-, 3- or 4-byte windows, seed 0         → Q buckets   (both the model's property)
 *   context  "   so far"   → 1-, 2- and 3-byte windows of the last 8  → 128 buckets (seed 7·position)
 *
 * The hash is h = h·31 + byte (mod 65536); only the low bits that pick a bucket matter, so a Z80 may keep fewer.
 */
import { machineByte } from "./charset.js";
import { CONTEXT_BUCKETS, CONTEXT_LENGTH, HIT, MAX_QUERY_LENGTH, type QueryFeatures } from "./network.js";

const SPACE = 0x20;
const QUESTION_MARK = 0x3f;

/** A–Z to a–z; every other byte as it is. */
export function foldCase(byte: number): number {
	return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Hash of `bytes[start … start+length)`, 16 bits, from `seed`. */
export function hashBytes(bytes: Uint8Array, start: number, length: number, seed: number): number {
	let h = seed;
	for (let i = start; i < start + length; i++) h = (h * 31 + (bytes[i] as number)) & 0xffff;
	return h;
}

/**
 * The query as the network reads it: characters up to 20h trimmed off both ends, the first 62 kept, A–Z folded, and
 * "?" for each character the machine cannot type. Without the space that `queryVector` puts before and after.
 */
export function normaliseQuery(text: string): Uint8Array {
	const characters = Array.from(text);
	let start = 0;
	let end = characters.length;
	while (start < end && (characters[start] as string) <= " ") start++;
	while (end > start && (characters[end - 1] as string) <= " ") end--;
	const kept = characters.slice(start, Math.min(end, start + MAX_QUERY_LENGTH));
	return Uint8Array.from(kept, (character) => foldCase(machineByte(character) ?? QUESTION_MARK));
}

/** The query bucket of every hit, in order. Takes text, or what `normaliseQuery` made of it. */
export function queryHits(query: string | Uint8Array, features: QueryFeatures): number[] {
	const words = typeof query === "string" ? normaliseQuery(query) : query;
	const bytes = new Uint8Array(words.length + 2).fill(SPACE);
	bytes.set(words, 1);
	return windowHits(bytes, features);
}

/** The query bucket of every window of `bytes` as they are. */
export function windowHits(bytes: Uint8Array, { ngrams, buckets }: QueryFeatures): number[] {
	const hits: number[] = [];
	for (const n of ngrams) {
		for (let start = 0; start + n <= bytes.length; start++) hits.push(hashBytes(bytes, start, n, 0) % buckets);
	}
	return hits;
}

/** The context bucket of each of the 21 hits of the last 8 bytes emitted (spaces stand in for what is not there yet). */
export function contextHits(emitted: Uint8Array): number[] {
	const recent = emitted.subarray(Math.max(0, emitted.length - CONTEXT_LENGTH));
	const bytes = new Uint8Array(CONTEXT_LENGTH).fill(SPACE);
	bytes.set(recent.map(foldCase), CONTEXT_LENGTH - recent.length);
	const hits: number[] = [];
	for (const n of [1, 2, 3]) {
		for (let start = 0; start + n <= CONTEXT_LENGTH; start++) {
			hits.push(hashBytes(bytes, start, n, 7 * start) % CONTEXT_BUCKETS);
		}
	}
	return hits;
}

/** Query buckets: [features.buckets], each 32 × hits. */
export function queryVector(query: string | Uint8Array, features: QueryFeatures): Int16Array {
	return vectorOf(queryHits(query, features), features.buckets);
}

/** Context buckets: [128], each 32 × hits. */
export function contextVector(emitted: Uint8Array): Int16Array {
	return vectorOf(contextHits(emitted), CONTEXT_BUCKETS);
}

function vectorOf(hits: readonly number[], buckets: number): Int16Array {
	const x = new Int16Array(buckets);
	for (const bucket of hits) x[bucket] = (x[bucket] as number) + HIT;
	return x;
}
