/**
 * Sums that two neurons share. Where the rows of two neurons have equal (or opposite) weights for many inputs, those
 * weights move to an accumulator of their own, which is added to both at the end: one step per active input instead of
 * two. Addition modulo 65536 may be regrouped freely, so nothing changes but the time.
 *
 *   rows  a  + + . - . -         v  . + . - . -      a += v
 *         b  . + . - + -   →     a  + . . . . .      b += v
 *                                b  . . . . + .
 */
/**
 * T-states of one step of a column with its average carry; of adding a shared sum to its two neurons, with its part
 * of the way to the next few, and its start.
 */
const STEP_T = 34 + 4 + 1;
export const SHARE_T = 134 + 5 + 11;
/** Steps that a weight takes, by its size: x is doubled for those of 2 (columns.ts). */
const STEPS = [0, 1, 1, 2];

export interface Share {
	/** Accumulator that holds the shared sum. */
	readonly sum: number;
	readonly first: number;
	readonly second: number;
	/** Whether the second neuron gets the sum subtracted. */
	readonly opposite: boolean;
}

export interface SharedRows {
	/** Weights to each accumulator, neurons first, shared sums behind them: [accumulator][input]. */
	readonly rows: readonly Int8Array[];
	/** In the order in which the sums must be handed on. */
	readonly shares: readonly Share[];
}

/**
 * Finds sums worth sharing, best first.
 * @param rows weights of each neuron, [neuron][input]; changed and lengthened
 * @param activity share of steps in which each input is active
 * @param mostAccumulators neurons and shared sums together (a page: 256)
 */
export function shareSums(rows: Int8Array[], activity: ArrayLike<number>, mostAccumulators: number): SharedRows {
	const gains = new GainTable(rows, activity);
	const shares: Share[] = [];
	while (rows.length < mostAccumulators) {
		const best = gains.best();
		if (best === undefined) break;
		const { first, second, opposite } = best;
		const sum = rows.length;
		rows.push(moveCommonWeights(rows[first] as Int8Array, rows[second] as Int8Array, opposite));
		shares.push({ sum, first, second, opposite });
		gains.update([first, second, sum]);
	}
	return { rows, shares: inOrder(shares) };
}

/**
 * In an order in which they can be handed on, those of a kind together where that is possible: share.asm does up to four
 * in a row. A sum may feed a sum made before it, which then has to wait.
 */
function inOrder(shares: readonly Share[]): Share[] {
	const waitsFor = new Map(shares.map(({ sum }) => [sum, 0]));
	const feed = ({ first, second }: Share, amount: number) => {
		for (const target of [first, second])
			if (waitsFor.has(target)) waitsFor.set(target, (waitsFor.get(target) as number) + amount);
	};
	for (const share of shares) feed(share, 1);
	const ordered: Share[] = [];
	let left = [...shares];
	for (let opposite = false; left.length > 0; ) {
		const ready = left.find((share) => share.opposite === opposite && waitsFor.get(share.sum) === 0);
		if (ready === undefined) {
			opposite = !opposite;
			continue;
		}
		ordered.push(ready);
		feed(ready, -1);
		left = left.filter((share) => share !== ready);
	}
	return ordered;
}

function moveCommonWeights(a: Int8Array, b: Int8Array, opposite: boolean): Int8Array {
	const common = new Int8Array(a.length);
	for (let i = 0; i < a.length; i++) {
		const w = a[i] as number;
		if (w === 0 || (opposite ? -w : w) !== b[i]) continue;
		common[i] = w;
		a[i] = 0;
		b[i] = 0;
	}
	return common;
}

/**
 * What sharing between each pair of rows gains, kept up to date as rows change: the steps saved per character less what
 * a share costs, in proportion to the steps of the two rows. That is better than the most steps by 0.3% (public models):
 * it leaves rich rows for the others that they have something in common with.
 */
class GainTable {
	readonly #rows: readonly Int8Array[];
	readonly #activity: ArrayLike<number>;
	/** Steps per character of each row. */
	readonly #steps: number[] = [];
	/** Best partner of each row among the rows before it. */
	readonly #best: { partner: number; gain: number; opposite: boolean }[] = [];

	constructor(rows: readonly Int8Array[], activity: ArrayLike<number>) {
		this.#rows = rows;
		this.#activity = activity;
		for (let j = 0; j < rows.length; j++) this.#count(j);
		for (let j = 0; j < rows.length; j++) this.#best.push(this.#bestPartner(j));
	}

	/** The pair that gains most, if any gains anything. */
	best(): { first: number; second: number; opposite: boolean } | undefined {
		let second = -1;
		for (let j = 0; j < this.#best.length; j++) if (second < 0 || this.#gainOf(j) > this.#gainOf(second)) second = j;
		const found = this.#best[second];
		if (found === undefined || found.partner < 0) return undefined;
		return { first: found.partner, second, opposite: found.opposite };
	}

	update(changed: readonly number[]): void {
		for (const j of changed) this.#count(j);
		for (let j = 0; j < this.#rows.length; j++) {
			const known = this.#best[j];
			if (known === undefined || changed.includes(j) || changed.includes(known.partner))
				this.#best[j] = this.#bestPartner(j);
			else for (const other of changed) if (other < j) this.#consider(known, j, other);
		}
	}

	#count(row: number): void {
		this.#steps[row] = (this.#rows[row] as Int8Array).reduce((steps, w, i) => steps + this.#stepsAt(i, w), 0);
	}

	/** Steps per character for a weight of input i. */
	#stepsAt(i: number, weight: number): number {
		return (STEPS[Math.abs(weight)] as number) * (this.#activity[i] as number);
	}

	#gainOf(row: number): number {
		return (this.#best[row] as { gain: number }).gain;
	}

	#bestPartner(row: number): { partner: number; gain: number; opposite: boolean } {
		const best = { partner: -1, gain: 0, opposite: false };
		for (let other = 0; other < row; other++) this.#consider(best, row, other);
		return best;
	}

	#consider(best: { partner: number; gain: number; opposite: boolean }, row: number, other: number): void {
		const a = this.#rows[row] as Int8Array;
		const b = this.#rows[other] as Int8Array;
		let same = 0;
		let opposite = 0;
		for (let i = 0; i < a.length; i++) {
			const w = a[i] as number;
			if (w === 0) continue;
			if (w === b[i]) same += this.#stepsAt(i, w);
			else if (w === -(b[i] as number)) opposite += this.#stepsAt(i, w);
		}
		const gain =
			(Math.max(same, opposite) - SHARE_T / STEP_T) / ((this.#steps[row] as number) + (this.#steps[other] as number));
		if (gain > best.gain) Object.assign(best, { partner: other, gain, opposite: opposite > same });
	}
}
