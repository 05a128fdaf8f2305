/**
 * The network as data: 2-bit weights, 16-bit biases, the features it reads and the characters it writes.
 *
 *   x = [ Q query buckets | 128 context buckets ]  →  layer 1 … layer N  →  one logit per charset entry
 *
 * Shapes: a layer's weights are row-major [outputs, inputs], each in {-2,-1,0,+1}; biases are signed 16-bit.
 * The arithmetic itself is in reference.ts.
 */

/** Context buckets are part of the format, the same for every model. */
export const CONTEXT_BUCKETS = 128;
export const CONTEXT_LENGTH = 8;
/** A reply stops after this many characters even without EOS. */
export const MAX_REPLY_LENGTH = 50;
/** Characters of a query that are used, after trimming. */
export const MAX_QUERY_LENGTH = 62;
/** What one n-gram hit adds to its bucket. */
export const HIT = 32;
/** The last charset entry: stop. */
export const EOS = "\0";

/** How many buckets there may be, and how long the windows that are hashed into them. */
export const QUERY_BUCKETS = [128, 256, 512, 1024, 2048] as const;
export const QUERY_NGRAMS = [2, 3, 4] as const;

export interface QueryFeatures {
	readonly buckets: (typeof QUERY_BUCKETS)[number];
	/** Window lengths, ascending, a non-empty subset of QUERY_NGRAMS. */
	readonly ngrams: readonly (typeof QUERY_NGRAMS)[number][];
}

/** What a model file without a statement means. */
export const Z80AI_FEATURES: QueryFeatures = { buckets: 128, ngrams: [3] };
/** What we train by default, unless replies are many (train/recipe.ts). */
export const DEFAULT_FEATURES: QueryFeatures = { buckets: 1024, ngrams: [2, 3] };

export interface Layer {
	readonly inputs: number;
	readonly outputs: number;
	/** [outputs * inputs], row-major. */
	readonly weights: Int8Array;
	/** [outputs] */
	readonly biases: Int16Array;
}

export interface Network {
	readonly features: QueryFeatures;
	readonly layers: readonly Layer[];
	/** One character each, in logit order; the last is EOS. */
	readonly charset: readonly string[];
}

/** What our model files say about themselves (`_zulm.npy`); absent in files of other makers. */
export interface ModelMetadata {
	/** Distinct replies, most frequent first. */
	readonly replies?: readonly string[];
	readonly seed?: number;
	readonly corpusSha256?: string;
	readonly holdout?: number;
	/** What training last multiplied logits by in its softmax: to go on from. */
	readonly softmaxScale?: number;
	readonly metrics?: Readonly<Record<string, unknown>>;
}

export interface Model {
	readonly network: Network;
	readonly metadata: ModelMetadata;
}

export function nonzeroWeights(network: Network): number {
	let count = 0;
	for (const layer of network.layers) for (const w of layer.weights) if (w !== 0) count++;
	return count;
}
