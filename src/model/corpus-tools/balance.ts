/**
 * Evens out how many pairs each reply has. Large ones lose pairs, repeated queries first; small ones have theirs repeated
 * evenly. Repeats weigh more in training and say nothing new: more phrasings are better (`zulm corpus generate`).
 *
 *   NO ×5, YES ×2, to 3:   NO NO NO NO NO → NO NO NO      YES YES → YES YES YES
 */
import { Random } from "../../base/random.js";
import type { Pair } from "../corpus.js";
import { groupBy } from "./findings.js";
import { queryKey } from "./question.js";

export interface BalanceOptions {
	/** Pairs for each reply, or the median of what the replies have. */
	readonly target: number | "median";
	/** Repeat pairs of replies that have fewer. */
	readonly oversample: boolean;
	/** Leave out pairs of replies that have more. */
	readonly undersample: boolean;
	readonly seed: number;
}

export interface Balanced {
	/** In their old order; a repeat follows the pair it repeats. */
	readonly pairs: readonly Pair[];
	readonly target: number;
	/** Replies in order of first appearance. */
	readonly replies: readonly { readonly reply: string; readonly before: number; readonly after: number }[];
}

/** The same for the same pairs, options and seed. */
export function balanceCorpus(pairs: readonly Pair[], options: BalanceOptions): Balanced {
	const groups = groupBy(pairs, (pair) => pair.reply);
	const target =
		options.target === "median" ? median([...groups.values()].map(({ length }) => length)) : options.target;
	const random = new Random(options.seed);
	const uses = new Map<Pair, number>();
	const replies = [...groups].map(([reply, group]) => {
		const few = group.length < target;
		const after = (few ? options.oversample : options.undersample) ? target : group.length;
		const order = preferred(group, random);
		for (let i = 0; i < after; i++) {
			const pair = order[i % order.length] as Pair;
			uses.set(pair, (uses.get(pair) ?? 0) + 1);
		}
		return { reply, before: group.length, after };
	});
	const balanced = pairs.flatMap((pair) => Array.from({ length: uses.get(pair) ?? 0 }, () => pair));
	return { pairs: balanced, target, replies };
}

/** In random order, but every query once before any a second time. */
function preferred(group: readonly Pair[], random: Random): Pair[] {
	const asked = new Map<string, number>();
	const ranked = random.shuffle([...group]).map((pair) => {
		const key = queryKey(pair.query);
		const rank = asked.get(key) ?? 0;
		asked.set(key, rank + 1);
		return { pair, rank };
	});
	return ranked.sort((a, b) => a.rank - b.rank).map(({ pair }) => pair);
}

/** The middle one, or the mean of the two in the middle, rounded. */
function median(counts: readonly number[]): number {
	const sorted = [...counts].sort((a, b) => a - b);
	const middle = sorted.length / 2;
	return Math.round(((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2);
}
