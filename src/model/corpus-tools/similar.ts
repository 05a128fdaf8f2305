/**
 * Which queries look alike to the network: cosine of their hashed n-gram counts, all pairs above a threshold.
 *
 *   query ──► sparse counts, rarest bucket first ──► its rarest buckets ──► queries that share one ──► exact cosine
 *
 * Prefix filtering (Bayardo, Ma, Srikant: "Scaling up all pairs similarity search", WWW 2007): of two unit vectors whose
 * product reaches t, the second has one of the first's leading buckets, as many as leave less than t² of its squared
 * length to the others. Rare buckets lead, so few candidates remain.
 */
import { queryVector } from "../features.js";
import type { QueryFeatures } from "../network.js";

export interface SimilarPair {
	/** Indexes into the queries given, a < b. */
	readonly a: number;
	readonly b: number;
	/** 0–1; at 1 the network sees no difference, or only in how often everything occurs. */
	readonly cosine: number;
}

interface Sparse {
	/** Rarest first. */
	readonly buckets: Uint16Array;
	/** Counts divided by their Euclidean length, beside `buckets`. */
	readonly values: Float64Array;
}

/** Of a query with more partners than this, some are left out: thousands of lines from one template would be millions. */
export const MOST_PARTNERS = 16;

/**
 * All pairs of `queries` with a cosine of at least `threshold` (above 0), ordered by a, then b; of each a at most
 * MOST_PARTNERS.
 */
export function similarQueries(
	queries: readonly string[],
	features: QueryFeatures,
	threshold: number,
): readonly SimilarPair[] {
	const vectors = sparseVectors(queries, features);
	const index: number[][] = Array.from({ length: features.buckets }, () => []);
	const pairs: SimilarPair[] = [];
	const weights = new Float64Array(features.buckets);
	const lastSeenFor = new Int32Array(queries.length).fill(-1);
	// Backwards, so that the index holds only later queries.
	for (let a = vectors.length - 1; a >= 0; a--) {
		const { buckets, values } = vectors[a] as Sparse;
		for (const [i, bucket] of buckets.entries()) weights[bucket] = values[i] as number;
		let rest = 1;
		let room = MOST_PARTNERS;
		for (let i = 0; i < buckets.length && rest >= threshold * threshold - ROUNDING && room > 0; i++) {
			for (const b of index[buckets[i] as number] as number[]) {
				if (lastSeenFor[b] === a) continue;
				lastSeenFor[b] = a;
				const cosine = product(vectors[b] as Sparse, weights);
				if (cosine < threshold - ROUNDING) continue;
				pairs.push({ a, b, cosine: Math.min(1, cosine) });
				if (--room === 0) break;
			}
			rest -= (values[i] as number) ** 2;
		}
		for (const bucket of buckets) {
			weights[bucket] = 0;
			(index[bucket] as number[]).push(a);
		}
	}
	return pairs.sort((x, y) => x.a - y.a || x.b - y.b);
}

/** Sums of squares of a few dozen values between 0 and 1 are this exact. */
const ROUNDING = 1e-9;

function product({ buckets, values }: Sparse, weights: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < buckets.length; i++) sum += (values[i] as number) * (weights[buckets[i] as number] as number);
	return sum;
}

function sparseVectors(queries: readonly string[], features: QueryFeatures): Sparse[] {
	const uses = new Uint32Array(features.buckets);
	const hits = queries.map((query) => {
		const counts = queryVector(query, features);
		const found: [bucket: number, count: number][] = [];
		for (let bucket = 0; bucket < counts.length; bucket++) {
			const count = counts[bucket] as number;
			if (count === 0) continue;
			found.push([bucket, count]);
			uses[bucket] = (uses[bucket] as number) + 1;
		}
		return found;
	});
	return hits.map((found) => {
		found.sort(([x], [y]) => (uses[x] as number) - (uses[y] as number) || x - y);
		const length = Math.sqrt(found.reduce((sum, [, count]) => sum + count * count, 0));
		return {
			buckets: Uint16Array.from(found, ([bucket]) => bucket),
			values: Float64Array.from(found, ([, count]) => count / length),
		};
	});
}
