/**
 * Soft targets: for each row of a mini-batch a distribution over whole replies instead of one reply.
 *
 *   row i: reply[k] with probability `share`, k in [start[i], start[i+1]);  cumulative[k] = the shares up to and with k
 *
 * Each time a row is drawn its reply is drawn too, and the network learns that reply's prefixes. On average that is the
 * soft target at every node of the reply trie: a prefix is met as often as the row reaches it, and there the next
 * character is what the replies that begin so go on with, each by its share. One reply with share 1 is a hard label.
 */
import type { Random } from "../../base/random.js";

export interface SoftTargets {
	readonly start: Int32Array;
	readonly reply: Int32Array;
	readonly cumulative: Float64Array;
}

export interface Distribution {
	readonly replies: readonly number[];
	/** Sum to 1. */
	readonly shares: readonly number[];
}

export function certain(reply: number): Distribution {
	return { replies: [reply], shares: [1] };
}

/** More of them are as good as none, and with thousands of replies they would fill the memory. */
const MOST_REPLIES = 128;

/** softmax(scale · scores), without the replies below `leastShare` of the most probable one; MOST_REPLIES at most. */
export function distributionOf(scores: Float32Array, scale: number, leastShare: number): Distribution {
	let best = Number.NEGATIVE_INFINITY;
	for (const score of scores) if (score > best) best = score;
	const lowest = best + Math.log(leastShare) / scale;
	const candidates = scores.filter((score) => score >= lowest);
	const isCrowded = candidates.length > MOST_REPLIES;
	const floor = isCrowded ? (candidates.sort().at(-MOST_REPLIES) as number) : lowest;
	const replies: number[] = [];
	const shares: number[] = [];
	let total = 0;
	for (let reply = 0; reply < scores.length; reply++) {
		const score = scores[reply] as number;
		// Among many that are equally the least, none is kept rather than some: the best must not be crowded out by them.
		if (score < floor || (isCrowded && score === floor && floor < best)) continue;
		if (replies.length === MOST_REPLIES) break;
		const share = Math.exp(scale * (score - best));
		replies.push(reply);
		shares.push(share);
		total += share;
	}
	return { replies, shares: shares.map((share) => share / total) };
}

/** One row for each distribution. */
export function softTargets(rows: readonly Distribution[]): SoftTargets {
	const start = new Int32Array(rows.length + 1);
	for (const [i, { replies }] of rows.entries()) start[i + 1] = (start[i] as number) + replies.length;
	const reply = new Int32Array(start[rows.length] as number);
	const cumulative = new Float64Array(reply.length);
	for (const [i, { replies, shares }] of rows.entries()) {
		let sum = 0;
		for (const [k, share] of shares.entries()) {
			sum += share;
			reply[(start[i] as number) + k] = replies[k] as number;
			cumulative[(start[i] as number) + k] = sum;
		}
	}
	return { start, reply, cumulative };
}

/** A reply for row i. Takes nothing from `random` where there is only one. */
export function drawReply({ start, reply, cumulative }: SoftTargets, i: number, random: Random): number {
	const last = (start[i + 1] as number) - 1;
	let k = start[i] as number;
	if (k < last) {
		const at = random.next();
		while (k < last && at >= (cumulative[k] as number)) k++;
	}
	return reply[k] as number;
}
