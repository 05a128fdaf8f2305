/** What it costs to find the highest logit (argmax.asm): most classes lose by their high byte. */
import type { CodeTimes } from "./z80-times.js";

/** A class that loses, one that may win (to maybe_better), and a class more. `jr` taken instead of not: 5. */
const LOSES_T = 35;
const MAY_WIN_T = 27;
const NEXT_T = 13;
const BRANCH_T = 5;
/** maybe_better with equal high bytes, to the comparison of low ones. */
const EQUAL_T = 33;

export class ArgmaxCost {
	readonly #aroundT: number;
	readonly #higherT: number;
	readonly #betterT: number;

	constructor(times: CodeTimes) {
		this.#aroundT = times.between("argmax", "logit") + 14 - BRANCH_T;
		this.#higherT = 12 + times.between("higher", "not_better");
		this.#betterT = 12 + times.between("better", "not_better");
	}

	of(logits: Int16Array): number {
		let best = sortable(logits[0] as number);
		let tStates = this.#aroundT;
		for (const logit of logits.subarray(1)) {
			const sum = sortable(logit);
			const high = sum >> 8;
			const bestHigh = best >> 8;
			if (high < bestHigh) tStates += LOSES_T;
			else if (high > bestHigh) tStates += MAY_WIN_T + this.#higherT + NEXT_T;
			else tStates += MAY_WIN_T + EQUAL_T + (sum > best ? 7 + 7 + this.#betterT : 7 + BRANCH_T) + NEXT_T;
			best = Math.max(best, sum);
		}
		return tStates;
	}
}

/** The accumulator with its top bit turned over and without its two lowest. */
function sortable(logit: number): number {
	return ((logit << 2) & 0xfffc) ^ 0x8000;
}
