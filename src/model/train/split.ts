/**
 * The held-out split: by query, so that the same question never stands on both sides, however it is typed.
 */
import type { Random } from "../../base/random.js";
import { fromMachineBytes } from "../charset.js";
import type { Pair } from "../corpus.js";
import { normaliseQuery } from "../features.js";

export interface Split {
	readonly train: readonly Pair[];
	readonly holdout: readonly Pair[];
}

/**
 * Holds out `share` of the distinct queries, chosen by `random`. At least one query stays on the training side; a share
 * above zero of two or more queries holds out at least one.
 * @param share 0–1
 */
export function splitByQuery(pairs: readonly Pair[], share: number, random: Random): Split {
	const keys = pairs.map((pair) => fromMachineBytes(normaliseQuery(pair.query)));
	const queries = random.shuffle([...new Set(keys)]);
	const wanted = share > 0 ? Math.max(1, Math.round(queries.length * share)) : 0;
	const heldOut = new Set(queries.slice(0, Math.min(wanted, queries.length - 1)));
	return {
		train: pairs.filter((_, i) => !heldOut.has(keys[i] as string)),
		holdout: pairs.filter((_, i) => heldOut.has(keys[i] as string)),
	};
}
