/**
 * A training step as three phases of independent pieces of work ("tasks"). Tasks of one phase may run in any order and on
 * any thread; the result is the same. A phase starts when the one before is complete.
 *
 *   contexts     slots → contextSums
 *   examples     items → outputs, deltas;  and the mini-batch by query bucket, and by context bucket
 *   parameters   chunks → new weights
 *   measurement  items → how many examples are right (instead of examples and parameters)
 */
import { CONTEXT_BUCKETS } from "../network.js";
import { differentiateItems } from "./backward.js";
import type { SparseRows } from "./dataset.js";
import { forwardItems, isRight, sumContexts } from "./forward.js";
import { compileKernels, type Kernels } from "./kernels.js";
import { type Chunk, chunksOf, updateChunk } from "./update.js";
import { address, DROP, ITEMS_PER_TASK, type Scratch, type SparseColumns, type Workspace } from "./workspace.js";

export const PHASE = { contexts: 0, examples: 1, parameters: 2, measurement: 3 } as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

const SLOTS_PER_TASK = 16;
/** Tasks of the phase `examples` that are not about items: the two inversions. */
const INVERSIONS = 2;

/** The phases as one thread runs them. */
export class Phases {
	readonly #space: Workspace;
	readonly #kernels: Kernels;
	readonly #scratch: Scratch;
	readonly #chunks: readonly Chunk[];
	readonly #drops: boolean;

	/** @param thread which of the workspace's scratch memories is this thread's */
	constructor(space: Workspace, thread: number) {
		this.#space = space;
		this.#kernels = compileKernels(space.memory);
		this.#scratch = space.scratch[thread] as Scratch;
		this.#chunks = chunksOf(space);
		this.#drops = space.masks.includes(DROP);
	}

	/** How many tasks a phase has for the plan in the workspace. */
	tasks(phase: Phase): number {
		const [items = 0, , slots = 0] = this.#space.plan.used;
		if (phase === PHASE.contexts) return Math.ceil(slots / SLOTS_PER_TASK);
		if (phase === PHASE.parameters) return this.#chunks.length;
		return Math.ceil(items / ITEMS_PER_TASK) + (phase === PHASE.examples ? INVERSIONS : 0);
	}

	run(phase: Phase, task: number): void {
		if (phase === PHASE.contexts) this.#sumContexts(task);
		else if (phase === PHASE.examples) this.#differentiate(task);
		else if (phase === PHASE.measurement) this.#measure(task);
		else updateChunk(this.#space, this.#kernels, this.#scratch, this.#chunks[task] as Chunk);
	}

	#sumContexts(task: number): void {
		const slots = this.#space.plan.used[2] as number;
		const from = task * SLOTS_PER_TASK;
		sumContexts(this.#space, this.#kernels, from, Math.min(from + SLOTS_PER_TASK, slots));
	}

	#differentiate(task: number): void {
		const { plan, queries, contexts, itemsByBucket, slotsByBucket, queryBuckets } = this.#space;
		const [items = 0, , slots = 0] = plan.used;
		if (task === 0) this.#invert(plan.query, items, queries, queryBuckets, itemsByBucket);
		else if (task === 1) this.#invert(plan.node, slots, contexts, CONTEXT_BUCKETS, slotsByBucket);
		else {
			const from = (task - INVERSIONS) * ITEMS_PER_TASK;
			const to = Math.min(from + ITEMS_PER_TASK, items);
			differentiateItems(this.#space, this.#kernels, this.#scratch, from, to, this.#drops);
		}
	}

	#invert(
		rows: Int32Array,
		n: number,
		{ start, bucket, count }: SparseRows,
		buckets: number,
		out: SparseColumns,
	): void {
		this.#kernels.invert(
			address(rows, 0),
			n,
			address(start, 0),
			address(bucket, 0),
			address(count, 0),
			buckets,
			address(out.start, 0),
			address(out.row, 0),
			address(out.count, 0),
		);
	}

	#measure(task: number): void {
		const { plan, itemRight } = this.#space;
		const from = task * ITEMS_PER_TASK;
		const to = Math.min(from + ITEMS_PER_TASK, plan.used[0] as number);
		forwardItems(this.#space, this.#kernels, this.#scratch, from, to, false);
		for (let item = from; item < to; item++) {
			let right = 0;
			for (let e = plan.first[item] as number; e < (plan.first[item + 1] as number); e++) {
				if (isRight(this.#space, e)) right++;
			}
			itemRight[item] = right;
		}
	}
}
