/**
 * Everything the phases of a training step read and write, in memory that threads share. No logic.
 *
 *   B items in a mini-batch, E examples (item, prefix → next character), S distinct prefixes among them ("slots")
 *   layer l has outputs[l] neurons in rows of stride[l]; layer 1 reads Q query and 128 context buckets
 */

import { CONTEXT_BUCKETS } from "../network.js";
import type { Arena, SharedMemory } from "./arena.js";
import type { SparseRows, Trie } from "./dataset.js";
import { type LayerPlace, type Layout, layoutOf } from "./parameters.js";

/** Numbers that the main thread sets before a step. */
export const CONTROL = {
	learningRate: 0,
	/** Adam's bias corrections 1/(1-β^t). */
	firstCorrection: 1,
	secondCorrection: 2,
	/** Proximal L1 strength for a weight of layer 1's query half, and of its context half. */
	querySparsity: 3,
	contextSparsity: 4,
	/** Softmax sees logits · scale. */
	scale: 5,
	/** q of the loss (backward.ts), 0 for cross-entropy. */
	robustness: 6,
} as const;
const CONTROLS = 7;

/** One mini-batch. */
export interface Plan {
	/** [3] items, examples, slots in use. */
	readonly used: Int32Array;
	/** [B] row in queries, [B+1] first example. */
	readonly query: Int32Array;
	readonly first: Int32Array;
	/** [E] */
	readonly slot: Int32Array;
	readonly target: Int32Array;
	readonly weight: Float32Array;
	/** [E] weight of its activation penalty. */
	readonly toll: Float32Array;
	/** [E] where in the workspace's masks its dropout starts. */
	readonly mask: Int32Array;
	/** [S] node of the trie. */
	readonly node: Int32Array;
	/** [tasks + 1] first example of each piece of ITEMS_PER_TASK items; the phases fill it in. */
	readonly task: Int32Array;
}

/** Of one hidden layer with I neurons: which are active where; kernels.ts has the layout. */
export interface Activity {
	/** [E][I], [E] */
	readonly list: Uint16Array;
	readonly count: Int32Array;
	/** [E · I], [tasks][I] */
	readonly users: Uint16Array;
	readonly userCount: Int32Array;
}

/** A sparse matrix by columns, as the kernel `invert` makes it. */
export interface SparseColumns {
	readonly start: Int32Array;
	readonly row: Uint16Array;
	readonly count: Uint8Array;
}

export interface Workspace {
	readonly memory: SharedMemory;
	readonly layout: Layout;
	readonly queryBuckets: number;
	/** Parameters and their Adam moments, [layout.size]. */
	readonly latent: Float32Array;
	readonly first: Float32Array;
	readonly second: Float32Array;
	readonly quantised: Int16Array;
	readonly queries: SparseRows;
	readonly contexts: SparseRows;
	readonly plan: Plan;
	/** The mini-batch's items by query bucket, its slots by context bucket. */
	readonly itemsByBucket: SparseColumns;
	readonly slotsByBucket: SparseColumns;
	/** [S][stride 1] context half of layer 1's sums, with its biases. */
	readonly contextSums: Int16Array;
	/** [max stride] nothing but zeros. */
	readonly zeros: Int16Array;
	/** Random all-ones (keep) and all-zeros (drop), a long row of which each example uses some stretch. */
	readonly masks: Int16Array;
	/** Per layer [E][stride]: outputs y, and loss gradients ∂/∂acc. */
	readonly outputs: readonly Int16Array[];
	readonly deltas: readonly Float32Array[];
	/** Per hidden layer. */
	readonly activity: readonly Activity[];
	/** Per hidden layer [stride]: penalty on being active, proximal L1 strength for the weights that leave, its centre. */
	readonly penalties: readonly Float32Array[];
	readonly shrinkage: readonly Float32Array[];
	readonly centres: readonly Float32Array[];
	/** [B][stride 1] sum of layer 1's deltas over the item's examples. */
	readonly itemDeltas: Float32Array;
	/** [B] loss, its gradient by the log of the scale; and, when measured, examples predicted rightly. */
	readonly itemLoss: Float64Array;
	readonly itemScaleGradient: Float64Array;
	readonly itemRight: Int32Array;
	readonly control: Float64Array;
	/** One per thread. */
	readonly scratch: readonly Scratch[];
}

/** What a thread needs for itself. */
export interface Scratch {
	/** [max stride] the query half of layer 1. */
	readonly querySums: Int16Array;
	/** [max outputs] */
	readonly probabilities: Float64Array;
	/** exp(-scale · n) at n, for `scale`. */
	readonly exponentials: Float64Array;
	readonly scale: Float64Array;
	/** Gradient of one chunk of parameters; [S][CHUNK_COLUMNS] deltas per slot; strength of shrinking. */
	readonly gradient: Float32Array;
	readonly slotDeltas: Float32Array;
	readonly strength: Float32Array;
}

export interface WorkspaceSizes {
	readonly queryBuckets: number;
	/** Inputs, hidden widths, outputs. */
	readonly sizes: readonly number[];
	/** B and E. */
	readonly items: number;
	readonly examples: number;
	readonly threads: number;
}

/** Items that one thread works on at a time. */
export const ITEMS_PER_TASK = 8;
/** Inputs whose weights one thread updates at a time: few enough that gradient and moments stay in its cache. */
export const CHUNK_INPUTS = 32;
/** Neurons whose context weights one thread updates at a time. */
export const CHUNK_COLUMNS = 32;
/** Differences of logits whose exponential is kept: with the usual scales all that are not negligible. */
const EXPONENTIALS = 4096;

/** Places in the row of masks where an example's stretch may start. */
export const MASKS = 1 << 15;
export const KEEP = -1;
export const DROP = 0;

export function createWorkspace(arena: Arena, given: WorkspaceSizes, queries: SparseRows, trie: Trie): Workspace {
	const { items, examples } = given;
	const layout = layoutOf(given.sizes);
	const { stride } = layout.layers[0] as LayerPlace;
	const slots = Math.min(examples, trie.contexts.start.length - 1);
	const widest = Math.max(...layout.layers.map((layer) => layer.stride));
	const hidden = layout.layers.slice(0, -1);
	const tasks = Math.ceil(items / ITEMS_PER_TASK);
	return {
		memory: arena.memory,
		layout,
		queryBuckets: given.queryBuckets,
		latent: arena.take(Float32Array, layout.size),
		first: arena.take(Float32Array, layout.size),
		second: arena.take(Float32Array, layout.size),
		quantised: arena.take(Int16Array, layout.size),
		queries,
		contexts: trie.contexts,
		plan: {
			used: arena.take(Int32Array, 3),
			query: arena.take(Int32Array, items),
			first: arena.take(Int32Array, items + 1),
			slot: arena.take(Int32Array, examples),
			target: arena.take(Int32Array, examples),
			weight: arena.take(Float32Array, examples),
			toll: arena.take(Float32Array, examples),
			mask: arena.take(Int32Array, examples),
			node: arena.take(Int32Array, slots),
			task: arena.take(Int32Array, tasks + 1),
		},
		itemsByBucket: columnsFor(arena, items, queries, given.queryBuckets),
		slotsByBucket: columnsFor(arena, slots, trie.contexts, CONTEXT_BUCKETS),
		contextSums: arena.take(Int16Array, slots * stride),
		zeros: arena.take(Int16Array, widest),
		masks: arena.take(Int16Array, MASKS + widest).fill(KEEP),
		outputs: layout.layers.map((layer) => arena.take(Int16Array, examples * layer.stride)),
		deltas: layout.layers.map((layer) => arena.take(Float32Array, examples * layer.stride)),
		activity: hidden.map(({ stride: width }) => ({
			list: arena.take(Uint16Array, examples * width),
			count: arena.take(Int32Array, examples),
			users: arena.take(Uint16Array, examples * width),
			userCount: arena.take(Int32Array, tasks * width),
		})),
		penalties: hidden.map((layer) => arena.take(Float32Array, layer.stride)),
		shrinkage: hidden.map((layer) => arena.take(Float32Array, layer.stride)),
		centres: hidden.map((layer) => arena.take(Float32Array, layer.stride)),
		itemDeltas: arena.take(Float32Array, items * stride),
		itemLoss: arena.take(Float64Array, items),
		itemScaleGradient: arena.take(Float64Array, items),
		itemRight: arena.take(Int32Array, items),
		control: arena.take(Float64Array, CONTROLS),
		scratch: Array.from({ length: given.threads }, () => ({
			querySums: arena.take(Int16Array, widest),
			probabilities: arena.take(Float64Array, widest),
			exponentials: arena.take(Float64Array, EXPONENTIALS),
			scale: arena.take(Float64Array, 1),
			gradient: arena.take(Float32Array, Math.max(CHUNK_INPUTS * widest, CHUNK_COLUMNS * CONTEXT_BUCKETS)),
			slotDeltas: arena.take(Float32Array, slots * CHUNK_COLUMNS),
			strength: arena.take(Float32Array, 1),
		})),
	};
}

/** Room for any `rows` rows of a sparse matrix, by columns. */
function columnsFor(arena: Arena, rows: number, { start }: SparseRows, buckets: number): SparseColumns {
	let longest = 0;
	for (let r = 1; r < start.length; r++) longest = Math.max(longest, (start[r] as number) - (start[r - 1] as number));
	return {
		start: arena.take(Int32Array, buckets + 2),
		row: arena.take(Uint16Array, rows * longest),
		count: arena.take(Uint8Array, rows * longest),
	};
}

/** The address of array[index] for a kernel. */
export function address(
	array: Int16Array | Uint16Array | Uint8Array | Int32Array | Float32Array | Float64Array,
	index: number,
): number {
	return array.byteOffset + index * array.BYTES_PER_ELEMENT;
}
