/**
 * A training step as three phases of independent pieces of work ("tasks"). Tasks of one phase may run in any order and on
 * any thread; the result is the same. A phase starts when the one before is complete.
 *
 *   contexts    slots  → contextSums        examples    items → outputs, deltas        parameters  chunks → new weights
 *   measurement items  → how many examples are right (instead of examples and parameters)
 */
import { differentiateItems } from "./backward.js";
import { forwardExample, isRight, sumContexts, sumQuery } from "./forward.js";
import { compileKernels, type Kernels } from "./kernels.js";
import { type Chunk, chunksOf, updateChunk } from "./update.js";
import type { Scratch, Workspace } from "./workspace.js";

export const PHASE = { contexts: 0, examples: 1, parameters: 2, measurement: 3 } as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

const SLOTS_PER_TASK = 16;
const ITEMS_PER_TASK = 8;

/** The phases as one thread runs them. */
export class Phases {
	readonly #space: Workspace;
	readonly #kernels: Kernels;
	readonly #scratch: Scratch;
	readonly #chunks: readonly Chunk[];

	/** @param thread which of the workspace's scratch memories is this thread's */
	constructor(space: Workspace, thread: number) {
		this.#space = space;
		this.#kernels = compileKernels(space.memory);
		this.#scratch = space.scratch[thread] as Scratch;
		this.#chunks = chunksOf(space);
	}

	/** How many tasks a phase has for the plan in the workspace. */
	tasks(phase: Phase): number {
		const [items = 0, , slots = 0] = this.#space.plan.used;
		if (phase === PHASE.contexts) return Math.ceil(slots / SLOTS_PER_TASK);
		if (phase === PHASE.parameters) return this.#chunks.length;
		return Math.ceil(items / ITEMS_PER_TASK);
	}

	run(phase: Phase, task: number): void {
		const [items = 0, , slots = 0] = this.#space.plan.used;
		const from = task * ITEMS_PER_TASK;
		const to = Math.min(from + ITEMS_PER_TASK, items);
		if (phase === PHASE.contexts) {
			const first = task * SLOTS_PER_TASK;
			sumContexts(this.#space, this.#kernels, first, Math.min(first + SLOTS_PER_TASK, slots));
		} else if (phase === PHASE.examples) differentiateItems(this.#space, this.#kernels, this.#scratch, from, to);
		else if (phase === PHASE.measurement) this.#measure(from, to);
		else updateChunk(this.#space, this.#kernels, this.#scratch, this.#chunks[task] as Chunk);
	}

	#measure(from: number, to: number): void {
		const { plan, itemRight } = this.#space;
		for (let item = from; item < to; item++) {
			sumQuery(this.#space, this.#kernels, this.#scratch, item);
			let right = 0;
			for (let e = plan.first[item] as number; e < (plan.first[item + 1] as number); e++) {
				forwardExample(this.#space, this.#kernels, this.#scratch, e);
				if (isRight(this.#space, e)) right++;
			}
			itemRight[item] = right;
		}
	}
}
