/**
 * The sum that all logits have in common. Which logit is the highest does not change when all of them get the same, so
 * what an input adds to most of them can be left out, if those that get something else are put right:
 *
 *   weights of an input       -2 -2  0 -2 -2 +1 -2 -2
 *   to the common sum         -2
 *   to the logits besides      .  .  +2  .  .  +3  .  .      three steps instead of seven
 *
 * Two thirds of the output weights of networks trained by zulm are -2: the range of a weight is not symmetrical, and a
 * character is best told from the others by what they lose. To find the highest logit, argmax.asm looks at each with the
 * common sum added, so that it is exact where sums wrap, too.
 */
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
