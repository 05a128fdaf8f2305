/**
 * Mini-batches: which items, and which of their examples, go into the next step.
 *
 *   item  = (query row, replies)     order: all items shuffled, then again, …
 *   reply   H─I─.   every prefix where replies branch is an example; where only one character can follow, a share is
 */
import type { Random } from "../../base/random.js";
import { type Replies, ROOT } from "./dataset.js";
import type { Recipe } from "./recipe.js";
import { drawReply, type SoftTargets } from "./soft-targets.js";
import { MASKS, type Plan } from "./workspace.js";

export interface Items {
	/** [items] row in queries; reply index. */
	readonly query: Int32Array;
	readonly reply: Int32Array;
}

/** Items to learn from: each has a distribution over replies instead of one. */
export interface SoftItems {
	readonly query: Int32Array;
	readonly targets: SoftTargets;
}

/** Fills plans with whole replies, in order, no randomness: for evaluation. Returns the item after the last taken. */
export function planInOrder(plan: Plan, slots: SlotTable, items: Items, replies: Replies, from: number): number {
	const builder = new PlanBuilder(plan, slots);
	let item = from;
	while (item < items.query.length && builder.hasRoom(replies, items.reply[item] as number)) {
		builder.addItem(items.query[item] as number);
		const reply = items.reply[item] as number;
		for (let k = replies.start[reply] as number; k < (replies.start[reply + 1] as number); k++) {
			builder.addExample(replies.node[k] as number, replies.target[k] as number, 1, 1);
		}
		item++;
	}
	builder.finish();
	return item;
}

/** Endless shuffled mini-batches. */
export class Sampler {
	readonly #items: SoftItems;
	readonly #replies: Replies;
	readonly #random: Random;
	readonly #firstWeight: number;
	readonly #unbranchedShare: number;
	readonly #branchedToll: number;
	readonly #order: Int32Array;
	#next: number;

	/**
	 * @param firstWeight how much a reply's first character counts, any other 1
	 * @param unbranchedShare share of the prefixes with a single continuation to train on
	 * @param branchedToll share of the T-states of active neurons that is charged where there are several
	 */
	constructor(
		items: SoftItems,
		replies: Replies,
		{ firstWeight, unbranchedShare, branchedToll }: Pick<Recipe, "firstWeight" | "unbranchedShare" | "branchedToll">,
		random: Random,
	) {
		this.#firstWeight = firstWeight;
		this.#unbranchedShare = unbranchedShare;
		this.#branchedToll = branchedToll;
		this.#items = items;
		this.#replies = replies;
		this.#random = random;
		this.#order = Int32Array.from(items.query.keys());
		this.#next = this.#order.length;
	}

	fill(plan: Plan, slots: SlotTable): void {
		const builder = new PlanBuilder(plan, slots);
		const { start, node, target, branches } = this.#replies;
		let example = 0;
		for (let b = 0; b < plan.query.length; b++) {
			const item = this.#draw();
			const reply = drawReply(this.#items.targets, item, this.#random);
			if (!builder.hasRoom(this.#replies, reply)) break;
			builder.addItem(this.#items.query[item] as number);
			for (let k = start[reply] as number; k < (start[reply + 1] as number); k++) {
				const n = node[k] as number;
				const isBranched = (branches[n] as number) > 1;
				if (isBranched || this.#random.next() < this.#unbranchedShare) {
					// The first character is ready when Enter comes, whatever it costs: nothing is charged for it.
					if (n === ROOT) builder.addExample(n, target[k] as number, 0, this.#firstWeight);
					else builder.addExample(n, target[k] as number, isBranched ? this.#branchedToll : 1, 1);
					plan.mask[example++] = this.#random.int(MASKS);
				}
			}
		}
		builder.finish();
	}

	#draw(): number {
		if (this.#next === this.#order.length) {
			this.#random.shuffle(this.#order);
			this.#next = 0;
		}
		return this.#order[this.#next++] as number;
	}
}

/** Which slot a node of the trie has in the current plan: [nodes], valid where stamp matches. */
export class SlotTable {
	readonly slot: Int32Array;
	readonly stamp: Int32Array;
	round = 0;

	constructor(nodes: number) {
		this.slot = new Int32Array(nodes);
		this.stamp = new Int32Array(nodes);
	}
}

class PlanBuilder {
	readonly #plan: Plan;
	readonly #slots: SlotTable;
	#items = 0;
	#examples = 0;
	#used = 0;
	/** Of all examples together. */
	#weights = 0;

	constructor(plan: Plan, slots: SlotTable) {
		this.#plan = plan;
		this.#slots = slots;
		slots.round++;
	}

	hasRoom(replies: Replies, reply: number): boolean {
		const length = (replies.start[reply + 1] as number) - (replies.start[reply] as number);
		return this.#items < this.#plan.query.length && this.#examples + length <= this.#plan.slot.length;
	}

	addItem(query: number): void {
		this.#plan.query[this.#items] = query;
		this.#plan.first[this.#items] = this.#examples;
		this.#items++;
	}

	addExample(node: number, target: number, toll: number, weight: number): void {
		const { slot, stamp, round } = this.#slots;
		if (stamp[node] !== round) {
			stamp[node] = round;
			slot[node] = this.#used;
			this.#plan.node[this.#used++] = node;
		}
		this.#plan.slot[this.#examples] = slot[node] as number;
		this.#plan.target[this.#examples] = target;
		this.#plan.toll[this.#examples] = toll;
		this.#plan.weight[this.#examples] = weight;
		this.#weights += weight;
		this.#examples++;
	}

	finish(): void {
		const plan = this.#plan;
		plan.first[this.#items] = this.#examples;
		plan.used[0] = this.#items;
		plan.used[1] = this.#examples;
		plan.used[2] = this.#used;
		for (let e = 0; e < this.#examples; e++) {
			plan.weight[e] = (plan.weight[e] as number) / this.#weights;
			plan.toll[e] = (plan.toll[e] as number) / this.#examples;
		}
	}
}
