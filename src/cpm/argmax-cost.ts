/** What it costs to find the highest logit: most classes lose by their high byte. */
import type { CodeTimes } from "./z80-times.js";

/** T-states from the label `argmax` to its RET. */
export type ArgmaxCost = (logits: Int16Array) => number;

/** @param hasCommonSum whether the logits have one */
export function argmaxCost(times: CodeTimes, hasCommonSum: boolean): ArgmaxCost {
	return hasCommonSum ? withCommonSum(times) : alone(times);
}

/** `jr` taken instead of not. */
const BRANCH_T = 5;

/** argmax.asm: a class that loses, one that may win (to maybe_better), and a class more; equal high bytes. */
const ALONE = { loses: 35, mayWin: 27, next: 13, equal: 33 } as const;

function alone(times: CodeTimes): ArgmaxCost {
	const aroundT = times.between("argmax", "logit") + 14 - BRANCH_T;
	const higherT = 12 + times.between("higher", "not_better");
	const betterT = 12 + times.between("better", "not_better");
	return (logits) => {
		const [first = 0, ...others] = Array.from(logits, sortable);
		let highest = first;
		let tStates = aroundT;
		for (const sum of others) {
			const [high, best] = [sum >> 8, highest >> 8];
			if (high < best) tStates += ALONE.loses;
			else if (high > best) tStates += ALONE.mayWin + higherT + ALONE.next;
			else {
				const lowT = sum > highest ? 7 + 7 + betterT : 7 + BRANCH_T;
				tStates += ALONE.mayWin + ALONE.equal + lowT + ALONE.next;
			}
			highest = Math.max(highest, sum);
		}
		return tStates;
	};
}

/**
 * argmax-common.asm: a look at a class; from its end to the loss by a high byte that is lower after all, to the loss by a
 * low byte, to `leads` with a higher high byte, and with an equal one; a round of looks begins anew; `leads` to its end.
 */
const COMMON = { look: 26, lower: 60, equal: 129, higher: 67, equalLeads: 117, round: 12, ends: 27 } as const;
const LOOKS_IN_A_ROUND = 8;

function withCommonSum(times: CodeTimes): ArgmaxCost {
	const leadsT = times.between("leads", "all_seen");
	const aroundT =
		times.between("argmax", "next_logits") +
		COMMON.higher +
		leadsT +
		COMMON.look +
		COMMON.higher +
		COMMON.ends +
		times.block("all_seen");
	const secondLookT = (sum: number, highest: number) => {
		// Which of these is looked at depends on whether the low bytes carry: half of them do.
		if (sum >> 8 < highest >> 8) return COMMON.lower / 2;
		if (sum <= highest) return COMMON.equal;
		return (sum >> 8 > highest >> 8 ? COMMON.higher : COMMON.equalLeads) + leadsT;
	};
	return (logits) => {
		const [first = 0, ...others] = Array.from(logits, sortable);
		let highest = first;
		let tStates = aroundT;
		let looks = 0;
		for (const sum of others) {
			tStates += COMMON.look;
			looks++;
			if (sum >> 8 >= (highest >> 8) - 1) {
				tStates += secondLookT(sum, highest);
				highest = Math.max(highest, sum);
				looks = 0;
			} else if (looks === LOOKS_IN_A_ROUND) {
				tStates += COMMON.round;
				looks = 0;
			}
		}
		return tStates;
	};
}

/** The accumulator with its top bit turned over and without its two lowest. */
function sortable(logit: number): number {
	return ((logit << 2) & 0xfffc) ^ 0x8000;
}
