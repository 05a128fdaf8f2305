/**
 * Columns of the packed kernel: half a byte a weight that is not zero (packed.asm draws the bytes).
 *
 *   weights  0 +1 0 0 -1 +1 …   ─►   +1: neurons 1, 5, …   -1: neurons 4, …   ─►   distances, two in a byte
 *
 * A neuron too far from the one before is reached by a stop on the way, which both lists have: its +x and -x cancel out.
 */

/** T-states of a byte of a list, of two neurons (packed.asm). */
export const PACKED_BYTE_T = 115;
/** How far a nibble reaches. */
export const FARTHEST = 15;
/** A single neuron that ends a list: 0 and 15 say something else there. */
const FARTHEST_LAST = 14;
export const END = 0x00;
export const AGAIN = 0xf0;

/** The bytes of a column: the list of its additions, then that of its subtractions. */
export function packColumn(weights: ArrayLike<number>): number[] {
	return signedLists(weights).flatMap(packList);
}

/** Neurons of weight +1, and of -1 (those of -2 twice), in order, with stops where they lie too far apart. */
function signedLists(weights: ArrayLike<number>): [number[], number[]] {
	const plus: number[] = [];
	const minus: number[] = [];
	for (let neuron = 0; neuron < weights.length; neuron++) {
		const weight = weights[neuron] as number;
		for (let n = 0; n < weight; n++) plus.push(neuron);
		for (let n = 0; n > weight; n--) minus.push(neuron);
	}
	// A stop in one list may make the other's last neuron too far, or near enough.
	for (let stop = nextStop(plus, minus); stop !== undefined; stop = nextStop(plus, minus)) {
		insert(plus, stop);
		insert(minus, stop);
	}
	return [plus, minus];
}

/** Where to stop next: before the first neuron that is too far from the one before it, as far on as helps most. */
function nextStop(plus: readonly number[], minus: readonly number[]): number | undefined {
	const gap = farGap(plus) ?? farGap(minus);
	if (gap === undefined) return undefined;
	const lacking = (stop: number) => stopsLacking(plus, stop) + stopsLacking(minus, stop);
	let best = Math.min(gap.from + FARTHEST, gap.to - 1);
	for (let stop = best - 1; stop > gap.from; stop--) if (lacking(stop) < lacking(best)) best = stop;
	return best;
}

/** The first two neurons (-1: the list's start) between which the list needs a stop. */
function farGap(list: readonly number[]): { from: number; to: number } | undefined {
	const i = list.findIndex((_, i) => distanceTo(list, i) > (i === list.length - 1 ? FARTHEST_LAST : FARTHEST));
	return i < 0 ? undefined : { from: list[i - 1] ?? -1, to: list[i] as number };
}

function distanceTo(list: readonly number[], i: number): number {
	return (list[i] as number) - (list[i - 1] ?? -1);
}

/** Stops that a list lacks once it has this one; a neuron twice costs about as much as a stop. */
function stopsLacking(list: readonly number[], stop: number): number {
	const stopped = [...list];
	insert(stopped, stop);
	let lacking = 0;
	for (let i = 0; i < stopped.length; i++) {
		const distance = distanceTo(stopped, i) + (i === stopped.length - 1 ? FARTHEST - FARTHEST_LAST : 0);
		lacking += distance === 0 ? 1 : Math.ceil(distance / FARTHEST) - 1;
	}
	return lacking;
}

function insert(list: number[], neuron: number): void {
	const at = list.findIndex((each) => each > neuron);
	list.splice(at < 0 ? list.length : at, 0, neuron);
}

function packList(neurons: readonly number[]): number[] {
	const bytes: number[] = [];
	let at = -1;
	for (let i = 0; i < neurons.length; ) {
		const [first, second] = [neurons[i++] as number, neurons[i]];
		const distance = first - at;
		at = first;
		if (distance === 0) bytes.push(AGAIN);
		else if (second === undefined) return [...bytes, distance << 4];
		else {
			bytes.push(((second - first) << 4) | distance);
			at = second;
			i++;
		}
	}
	return [...bytes, END];
}
