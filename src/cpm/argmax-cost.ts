/** What it costs to find the highest logit: most classes lose by their high byte. */
import type { MachineNetwork } from "./machine-network.js";
import type { CodeTimes } from "./z80-times.js";

/** The first lines of argmax-few.asm, where not few are active. */
const NOT_FEW_T = 32;

/** T-states from the label `argmax` to its RET. @param active neurons of the layer before */
export type ArgmaxCost = (logits: Int16Array, active: number) => number;

export function argmaxCost(times: CodeTimes, { layers, mostActive }: MachineNetwork): ArgmaxCost {
	if (!layers.at(-1)?.hasCommonSum) return alone(times);
	const any = withCommonSum(times);
	if (mostActive === 0) return any;
	const few = withFewActive(times);
	return (logits, active) => (active <= mostActive ? few(logits) : NOT_FEW_T + any(logits));
}

/** `jr` taken instead of not. */
const BRANCH_T = 5;

/** argmax.asm: a class that loses, one that may win (to maybe_better), and a class more; equal high bytes. */
const ALONE = { loses: 35, mayWin: 27, next: 13, equal: 33 } as const;

function alone(times: CodeTimes): (logits: Int16Array) => number {
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

/** Ways through a loop that looks at high bytes first, in rounds of eight. */
interface Looks {
	readonly look: number;
	/** From the end of a look: to the loss by a high byte that is lower after all, and by a low byte; */
	readonly lower: number;
	readonly equal: number;
	/** to where the best is kept, with a higher high byte and with an equal one; from there on. */
	readonly higher: number;
	readonly equalLeads: number;
	readonly leads: number;
	/** Before the first class's sum is kept, and from the look at what stands behind the last. */
	readonly start: number;
	readonly end: number;
	/** How much lower than the best's the high byte of a class that is looked at again may be. */
	readonly slack: number;
}
const ROUND_T = 12;
const LOOKS_IN_A_ROUND = 8;

/** argmax-few.asm */
function withFewActive(times: CodeTimes): (logits: Int16Array) => number {
	return looksCost({
		look: 22,
		lower: 0,
		equal: 43,
		higher: 17,
		equalLeads: 42,
		leads: times.between("few_best", "few_seen"),
		start: times.between("argmax", "next_logits"),
		end: 22 + 17 + 27 + times.block("few_seen"),
		slack: 0,
	});
}
/** argmax-common.asm */
function withCommonSum(times: CodeTimes): (logits: Int16Array) => number {
	return looksCost({
		look: 26,
		// Which of these are looked at again depends on whether the low bytes carry: half of them are, at 60 T.
		lower: 30,
		equal: 129,
		higher: 67,
		equalLeads: 117,
		leads: times.between("leads", "all_seen"),
		start: times.between("argmax_any", "next_sums") + 67,
		end: 26 + 67 + 27 + times.block("all_seen"),
		slack: 1,
	});
}

function looksCost({ look, lower, equal, higher, equalLeads, leads, start, end, slack }: Looks) {
	const secondLookT = (sum: number, highest: number) => {
		if (sum >> 8 < highest >> 8) return lower;
		if (sum <= highest) return equal;
		return (sum >> 8 > highest >> 8 ? higher : equalLeads) + leads;
	};
	return (logits: Int16Array): number => {
		const [first = 0, ...others] = Array.from(logits, sortable);
		let highest = first;
		let tStates = start + leads + end;
		let looks = 0;
		for (const sum of others) {
			tStates += look;
			looks++;
			if (sum >> 8 >= (highest >> 8) - slack) {
				tStates += secondLookT(sum, highest);
				highest = Math.max(highest, sum);
				looks = 0;
			} else if (looks === LOOKS_IN_A_ROUND) {
				tStates += ROUND_T;
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
