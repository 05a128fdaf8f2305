/**
 * Everything the phases of a training step read and write, in memory that threads share. No logic.
 *
 *   B items in a mini-batch, E examples (item, prefix → next character), S distinct prefixes among them ("slots")
 *   L layers; layer l has width[l] outputs; layer 1 reads Q query and 128 context buckets
 */
import { type SparseRows, shared, type Trie } from "./dataset.js";
import { type Layout, layoutOf } from "./parameters.js";

/** Numbers that the main thread sets before a step. */
export const CONTROL = {
	learningRate: 0,
	/** Adam's bias corrections 1/(1-β^t). */
	firstCorrection: 1,
	secondCorrection: 2,
	/** Proximal L1 strength, per unit of column cost. */
	sparsity: 3,
	/** Strength of the activation penalty. */
	penalty: 4,
	/** Softmax sees logits · scale. */
	scale: 5,
} as const;
const CONTROLS = 6;

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
	/** [S] node of the trie. */
	readonly node: Int32Array;
}

export interface Workspace {
	readonly layout: Layout;
	readonly queryBuckets: number;
	/** Parameters and their Adam moments, [layout.size]. */
	readonly latent: Float32Array;
	readonly first: Float32Array;
	readonly second: Float32Array;
	readonly quantised: Int16Array;
	/** [layout.layers[l].inputs] per layer: what a non-zero weight of this input costs, relative to the mean. */
	readonly costs: readonly Float32Array[];
	readonly queries: SparseRows;
	readonly contexts: SparseRows;
	readonly plan: Plan;
	/** [S][width 1] context half of layer 1's sums. */
	readonly contextSums: Int32Array;
	/** Per layer [E][width]: outputs y, and loss gradients ∂/∂acc. */
	readonly outputs: readonly Int16Array[];
	readonly deltas: readonly Float32Array[];
	/** [B][width 1] sum of layer 1's deltas over the item's examples. */
	readonly itemDeltas: Float32Array;
	/** [B] loss, its gradient by the log of the scale, and examples (or whole items) predicted rightly. */
	readonly itemLoss: Float64Array;
	readonly itemScaleGradient: Float64Array;
	readonly itemRight: Int32Array;
	readonly control: Float64Array;
}

export interface WorkspaceSizes {
	readonly queryBuckets: number;
	/** Inputs, hidden widths, outputs. */
	readonly sizes: readonly number[];
	readonly items: number;
	readonly examples: number;
}

export function createWorkspace(
	{ queryBuckets, sizes, items, examples }: WorkspaceSizes,
	queries: SparseRows,
	trie: Trie,
): Workspace {
	const layout = layoutOf(sizes);
	const width = (layout.layers[0] as { outputs: number }).outputs;
	const slots = Math.min(examples, trie.contexts.start.length - 1);
	return {
		layout,
		queryBuckets,
		latent: shared(Float32Array, layout.size),
		first: shared(Float32Array, layout.size),
		second: shared(Float32Array, layout.size),
		quantised: shared(Int16Array, layout.size),
		costs: layout.layers.map((layer) => shared(Float32Array, layer.inputs).fill(1)),
		queries,
		contexts: trie.contexts,
		plan: {
			used: shared(Int32Array, 3),
			query: shared(Int32Array, items),
			first: shared(Int32Array, items + 1),
			slot: shared(Int32Array, examples),
			target: shared(Int32Array, examples),
			weight: shared(Float32Array, examples),
			node: shared(Int32Array, slots),
		},
		contextSums: shared(Int32Array, slots * width),
		outputs: layout.layers.map((layer) => shared(Int16Array, examples * layer.outputs)),
		deltas: layout.layers.map((layer) => shared(Float32Array, examples * layer.outputs)),
		itemDeltas: shared(Float32Array, items * width),
		itemLoss: shared(Float64Array, items),
		itemScaleGradient: shared(Float64Array, items),
		itemRight: shared(Int32Array, items),
		control: shared(Float64Array, CONTROLS),
	};
}
