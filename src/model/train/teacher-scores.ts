/**
 * What the teacher thinks of hundreds of thousands of queries: sums of rows of weights, by the kernel that training
 * gathers gradients with. In plain TypeScript they took three times as long as all of training on the public tinychat.
 *
 *   scores(query)[c] = weights[ALWAYS][c] + Σ weights[bucket][c] / √buckets      over the buckets that the query hits
 *
 * weights is [TEACHER_BUCKETS + 1][stride], stride: replies rounded up to whole vectors.
 */
import { HIT } from "../network.js";
import { Arena } from "./arena.js";
import { compileKernels, type Kernels } from "./kernels.js";
import { MOST_TEACHER_BUCKETS, TEACHER_BUCKETS, teacherFeatures } from "./teacher-features.js";
import { address } from "./workspace.js";

/** The row of what holds for any query. */
export const ALWAYS = TEACHER_BUCKETS;
/** Floats of a vector. */
const LANES = 4;
/** Queries for each call of the kernel: their scores stay in the cache. */
const BATCH = 32;

export class TeacherScores {
	readonly stride: number;
	/** For the teacher to fill. */
	readonly weights: Float32Array;
	readonly #replies: number;
	readonly #kernels: Kernels;
	/** A batch: query q hits bucket[k], k in [start[q], start[q + 1]), once each; sums [BATCH][stride]. */
	readonly #start: Int32Array;
	readonly #bucket: Uint16Array;
	readonly #count: Uint8Array;
	readonly #sums: Float32Array;

	/** @param replies how many there are */
	constructor(replies: number) {
		const arena = new Arena();
		this.stride = Math.ceil(replies / LANES) * LANES;
		this.weights = arena.take(Float32Array, (TEACHER_BUCKETS + 1) * this.stride);
		this.#start = arena.take(Int32Array, BATCH + 1);
		this.#bucket = arena.take(Uint16Array, BATCH * MOST_TEACHER_BUCKETS);
		this.#count = arena.take(Uint8Array, BATCH * MOST_TEACHER_BUCKETS).fill(1);
		this.#sums = arena.take(Float32Array, BATCH * this.stride);
		this.#replies = replies;
		this.#kernels = compileKernels(arena.memory);
	}

	/** Gives `use` the scores of each query in turn, [replies]: they are gone when it returns. */
	score(queries: readonly Uint8Array[], use: (scores: Float32Array) => void): void {
		const always = this.weights.subarray(ALWAYS * this.stride);
		for (let from = 0; from < queries.length; from += BATCH) {
			const batch = queries.slice(from, from + BATCH);
			this.#sum(batch);
			for (const q of batch.keys()) {
				const buckets = (this.#start[q + 1] as number) - (this.#start[q] as number);
				// The kernel counts each hit as the network does.
				const share = 1 / (HIT * (Math.sqrt(buckets) || 1));
				const scores = this.#sums.subarray(q * this.stride, q * this.stride + this.#replies);
				for (let c = 0; c < scores.length; c++) scores[c] = (scores[c] as number) * share + (always[c] as number);
				use(scores);
			}
		}
	}

	/** HIT · Σ weights[bucket] of each query of a batch, into sums. */
	#sum(batch: readonly Uint8Array[]): void {
		let used = 0;
		for (const [q, query] of batch.entries()) {
			const buckets = teacherFeatures(query);
			this.#bucket.set(buckets, used);
			used += buckets.length;
			this.#start[q + 1] = used;
		}
		this.#kernels.gather(
			address(this.#sums, 0),
			0,
			batch.length,
			address(this.#start, 0),
			address(this.#bucket, 0),
			address(this.#count, 0),
			address(this.weights, 0),
			this.stride,
		);
	}
}
