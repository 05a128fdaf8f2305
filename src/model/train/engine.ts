/**
 * Runs the phases of a training step over a workspace.
 *
 *   contexts  slots  → contextSums          examples  items → outputs, deltas          parameters  chunks → new weights
 */
import { differentiateItems } from "./backward.js";
import { createScratch, forwardExample, isRight, type Scratch, sumContexts, sumQuery } from "./forward.js";
import { type Chunk, chunksOf, createUpdateScratch, type UpdateScratch, updateChunk } from "./update.js";
import type { Workspace } from "./workspace.js";

export class Engine {
	readonly #space: Workspace;
	readonly #scratch: Scratch;
	readonly #updateScratch: UpdateScratch;
	readonly #chunks: readonly Chunk[];

	constructor(space: Workspace) {
		this.#space = space;
		this.#scratch = createScratch(space);
		this.#updateScratch = createUpdateScratch(space);
		this.#chunks = chunksOf(space);
	}

	/** One step on the plan in the workspace. */
	step(): void {
		const [items = 0, , slots = 0] = this.#space.plan.used;
		sumContexts(this.#space, 0, slots);
		differentiateItems(this.#space, this.#scratch, 0, items);
		for (const chunk of this.#chunks) updateChunk(this.#space, this.#updateScratch, chunk);
	}

	/** Forward only: for each item of the plan, how many of its examples are right, into space.itemRight. */
	measure(): void {
		const { plan, itemRight } = this.#space;
		const [items = 0, , slots = 0] = plan.used;
		sumContexts(this.#space, 0, slots);
		for (let item = 0; item < items; item++) {
			sumQuery(this.#space, this.#scratch, item);
			let right = 0;
			for (let e = plan.first[item] as number; e < (plan.first[item + 1] as number); e++) {
				forwardExample(this.#space, this.#scratch, e);
				if (isRight(this.#space, e)) right++;
			}
			itemRight[item] = right;
		}
	}
}
