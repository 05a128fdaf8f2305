/**
 * Where the accumulators of a layer start, so that few steps carry. A step carries when its low byte crosses 0, and a sum
 * that starts at its bias, near 0, crosses it again and again. A shared sum may start anywhere, if what it is too large
 * by is taken from the two neurons that get it; and so they start elsewhere too:
 *
 *   sum    v = 0 …                 v = 128 …              low bytes start in the middle of their range,
 *   neuron a = bias … ; a += v  →  a = bias - 128 … ; a += v    and what neurons become is the same modulo 65536
 *
 * On the public models half of all carries go, at no cost.
 */
import type { Share } from "./shared-sums.js";

/** What a sum may be too large by when it is handed on. */
const EXCESSES = [0, 64, 128, 192] as const;
/** Each sum is looked at again until none changes, or so often. */
const MOST_SWEEPS = 8;
const MIDDLE = 128;

/**
 * @param start of each accumulator, 16 bits: neurons and, at 0, shared sums
 * @param rows weights to each accumulator, [accumulator][input]
 * @param shares in the order in which they are handed on
 * @param activity share of steps in which each input is active
 * @returns starts with which every neuron ends as it would have
 */
export function centreStarts(
	start: readonly number[],
	rows: readonly Int8Array[],
	shares: readonly Share[],
	activity: ArrayLike<number>,
): number[] {
	const steps = rows.map((row) => row.reduce((sum, w, i) => sum + Math.abs(w) * (activity[i] as number), 0));
	const centred = [...start];
	const excess = new Map(shares.map((share) => [share, 0]));
	const raise = (share: Share, to: number) => {
		const by = to - (excess.get(share) as number);
		excess.set(share, to);
		add(centred, share.sum, by);
		add(centred, share.first, -by);
		add(centred, share.second, share.opposite ? by : -by);
	};
	const price = (k: number) => (steps[k] as number) * (((centred[k] as number) & 255) / MIDDLE - 1) ** 2;
	for (let sweep = 0, changed = true; changed && sweep < MOST_SWEEPS; sweep++) {
		changed = false;
		for (const share of shares) {
			const before = excess.get(share) as number;
			let best = { excess: before, price: Number.POSITIVE_INFINITY };
			for (const tried of EXCESSES) {
				raise(share, tried);
				const total = price(share.sum) + price(share.first) + price(share.second);
				if (total < best.price) best = { excess: tried, price: total };
			}
			raise(share, best.excess);
			changed ||= best.excess !== before;
		}
	}
	return centred;
}

function add(starts: number[], k: number, amount: number): void {
	starts[k] = ((starts[k] as number) + amount) & 0xffff;
}
