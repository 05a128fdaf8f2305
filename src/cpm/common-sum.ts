/**
 * The sum that all logits have in common. Which logit is the highest does not change when all of them get the same, so
 * what an input adds to most of them can be left out, if those that get something else are put right:
 *
 *   weights of an input       -2 -2  0 -2 -2 +1 -2 -2
 *   to the common sum         -2
 *   to the logits besides      .  .  +2  .  .  +3  .  .      three steps instead of seven
 *
 * Where characters are many, a half to two thirds of the output weights that zulm trains are -2: the range of a weight is
 * not symmetrical, and a character is best told from the others by what they lose. To find the highest logit, argmax-common.asm looks at each
 * with the common sum added, so that it is exact where sums wrap, too. Where few neurons are active none can, and the
 * common sum hardly matters (argmax-few.asm).
 */
import type { Layer } from "../model/network.js";

/** What may be left to the common sum, nothing first. */
const COMMON_WEIGHTS = [0, -2, -1, 1] as const;

export interface RowsWithCommon {
	/** What is left of the weights to each logit, [class][input]. */
	readonly rows: Int8Array[];
	/** Weights to the common sum, [input]. */
	readonly common: Int8Array;
}

/**
 * For each input, what is best left to the common sum: nothing, or one of the weights there are.
 * @param rows weights to each logit, [class][input]
 * @param costOf what a column of weights costs the kernel
 */
export function withCommonSum(
	rows: readonly Int8Array[],
	costOf: (column: ArrayLike<number>) => number,
): RowsWithCommon {
	const inputs = rows[0]?.length ?? 0;
	const left = rows.map((row) => row.slice());
	const common = new Int8Array(inputs);
	for (let input = 0; input < inputs; input++) {
		const column = rows.map((row) => row[input] as number);
		let least = Number.POSITIVE_INFINITY;
		for (const weight of COMMON_WEIGHTS) {
			const cost = costOf([...column.map((w) => w - weight), weight]);
			if (cost >= least) continue;
			least = cost;
			common[input] = weight;
		}
		for (const row of left) row[input] = (row[input] as number) - (common[input] as number);
	}
	return { rows: left, common };
}

/** Outputs of layer 1 that are counted as active neurons, at most (first-layer.asm). */
const MOST_OUTPUT = 248;
/** How far a weight can be from what is left to the common sum. */
const WIDEST_WEIGHT = 3;
/** Somewhat less than what 16 bits hold. */
const MOST_SUM = 32_000;
/** The count of active neurons is a byte: what stands for many, and the most neurons with which it never passes 255. */
export const MANY_ACTIVE = 63;
const COUNTED_WIDTH = 255 - MANY_ACTIVE;

/**
 * With how many active neurons no sum of the output layer can wrap, whichever they are: 0 where that cannot be said.
 * @param layers of the model
 */
export function mostActiveNeurons(layers: readonly Layer[]): number {
	const [first, output, ...deeper] = layers;
	if (first === undefined || output === undefined || deeper.length > 0 || first.outputs > COUNTED_WIDTH) return 0;
	const bias = output.biases.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
	return Math.max(0, Math.min(MANY_ACTIVE - 1, Math.floor((MOST_SUM - bias) / (WIDEST_WEIGHT * MOST_OUTPUT))));
}
