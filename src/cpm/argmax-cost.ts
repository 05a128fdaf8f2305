/** What it costs to find the highest logit: most classes lose by their high byte. */
import type { MachineNetwork } from "./machine-network.js";
import type { CodeTimes } from "./z80-times.js";

/** The first lines of argmax-few.asm, where not few are active. */
const NOT_FEW_T = 32;

/** T-states from the label `argmax` to its RET. @param active neurons of the layer before */
export type ArgmaxCost = (logits: Int16Array, active: number) => number;

type LogitsCost = (logits: Int16Array) => number;

export function argmaxCost(times: CodeTimes, { layers, mostActive }: MachineNetwork): ArgmaxCost {
	if (!layers.at(-1)?.hasCommonSum) return alone(times);
	const any = withCommonSum(times);
	if (mostActive === 0) return any;
	const few = withFewActive(times);
	return (logits, active) => (active <= mostActive ? few(logits) : NOT_FEW_T + any(logits));
}

/** Ways through a loop that looks at high bytes first. */
interface Looks {
	readonly look: number;
	/** From the end of a look: to the loss by a high byte that is lower after all, and by a low byte; */
	readonly lower: number;
	readonly equal: number;
	/** to where the best is kept, with a higher high byte and with an equal one; from there on. */
	readonly higher: number;
	readonly equalLeads: number;
	readonly leads: number;
	/** Before the first class's sum is kept, and after the last class. */
	readonly start: number;
	readonly end: number;
	/** A round of eight looks begins anew. */
	readonly round: number;
	/** How much lower than the best's the high byte of a class that is looked at again may be. */
	readonly slack: number;
}
const LOOKS_IN_A_ROUND = 8;

/** argmax.asm, which keeps the best in two ways and has no rounds. */
function alone(times: CodeTimes): LogitsCost {
	const better = times.between("better", "not_better");
	return looksCost({
		look: 35,
		lower: 0,
		equal: 50,
		higher: 17 + times.between("higher", "not_better") - better,
		equalLeads: 64,
		leads: better,
		start: times.between("argmax", "logit") - better,
		end: 9,
		round: 0,
		slack: 0,
	});
}

/** argmax-few.asm */
function withFewActive(times: CodeTimes): LogitsCost {
	return looksCost({
		look: 22,
		lower: 0,
		equal: 43,
		higher: 17,
		equalLeads: 42,
		leads: times.between("few_best", "few_seen"),
		start: times.between("argmax", "next_logits"),
		end: 22 + 17 + 27 + times.block("few_seen"),
		round: 12,
		slack: 0,
	});
}

/** argmax-common.asm */
function withCommonSum(times: CodeTimes): LogitsCost {
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
		round: 12,
		slack: 1,
	});
}

function looksCost(looks: Looks): LogitsCost {
	const { look, lower, equal, higher, equalLeads, leads, start, end, round, slack } = looks;
	const secondLookT = (sum: number, highest: number) => {
		if (sum >> 8 < highest >> 8) return lower;
		if (sum <= highest) return equal;
		return (sum >> 8 > highest >> 8 ? higher : equalLeads) + leads;
	};
	return (logits) => {
		const [first = 0, ...others] = Array.from(logits, sortable);
		let highest = first;
		let tStates = start + leads + end;
		let inRound = 0;
		for (const sum of others) {
			tStates += look;
			inRound++;
			if (sum >> 8 >= (highest >> 8) - slack) {
				tStates += secondLookT(sum, highest);
				highest = Math.max(highest, sum);
				inRound = 0;
			} else if (inRound === LOOKS_IN_A_ROUND) {
				tStates += round;
				inRound = 0;
			}
		}
		return tStates;
	};
}

/** The accumulator with its top bit turned over and without its two lowest. */
function sortable(logit: number): number {
	return ((logit << 2) & 0xfffc) ^ 0x8000;
}
