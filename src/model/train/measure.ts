/**
 * What evaluate.ts measures, by the training engine: the same figures, in milliseconds, so that they can be looked at
 * often. Whole replies are walked in order, every prefix once.
 */
import { type ReplyAccuracy, replyAccuracy } from "../evaluate.js";
import type { Trie } from "./dataset.js";
import type { Engine } from "./engine.js";
import { type Items, planInOrder, type SlotTable } from "./sampler.js";
import type { Workspace } from "./workspace.js";

/** Fractions 0–1; NaN when there is nothing to measure on. */
export interface Measured {
	readonly char: number;
	readonly reply: ReplyAccuracy;
}

export class Measurer {
	readonly #space: Workspace;
	readonly #engine: Engine;
	readonly #slots: SlotTable;
	readonly #trie: Trie;

	constructor(space: Workspace, engine: Engine, slots: SlotTable, trie: Trie) {
		this.#space = space;
		this.#engine = engine;
		this.#slots = slots;
		this.#trie = trie;
	}

	/** The network as it is, on `items`. Uses up the mini-batch in the workspace. */
	measure(items: Items): Measured {
		const { plan, itemRight } = this.#space;
		const outcomes: boolean[] = [];
		let characters = 0;
		let right = 0;
		for (let item = 0; item < items.query.length; ) {
			const next = planInOrder(plan, this.#slots, items, this.#trie.replies, item);
			this.#engine.measure();
			for (let i = 0; i < next - item; i++) {
				const length = (plan.first[i + 1] as number) - (plan.first[i] as number);
				characters += length;
				right += itemRight[i] as number;
				outcomes.push(itemRight[i] === length);
			}
			item = next;
		}
		const replies = Array.from(items.reply, (reply) => this.#trie.texts[reply] as string);
		return { char: right / characters, reply: replyAccuracy(replies, outcomes) };
	}
}
