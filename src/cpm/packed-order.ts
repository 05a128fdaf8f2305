/**
 * The order of neurons in a packed program. The packed kernel's lists give distances of at most 15 (packed-lists.ts), and
 * need a stop where the next neuron is farther. So pairs of neurons change places, at random, where that saves stops.
 *
 *   + + . + . . . . . . . . . . . . . . . . +     ─►     + . . . . . + . . . . . . . + . . . . . +
 */
import { Random } from "../base/random.js";
import type { Layer } from "../model/network.js";
import { FARTHEST } from "./packed-lists.js";

/** More save hardly more: the stops that are left are those of lists with few neurons. */
const TRIES_PER_NEURON = 24;

/** Layers that were asked for before: packing and predicting ask for the same. */
const known = new WeakMap<Layer, readonly number[]>();

/** Which neuron of a layer comes first, second, …: the same each time. */
export function orderByStops(layer: Layer): readonly number[] {
	const order = known.get(layer) ?? findOrder(layer);
	known.set(layer, order);
	return order;
}

function findOrder({ inputs, outputs, weights }: Layer): number[] {
	const order = upTo(outputs);
	const columns = upTo(inputs).map((i) => Int8Array.from(order, (j) => weights[j * inputs + i] as number));
	const stops = Int32Array.from(columns, stopsOf);
	const stopsThen = new Int32Array(inputs);
	const random = new Random(1);
	for (let tries = TRIES_PER_NEURON * outputs; tries > 0; tries--) {
		const a = random.int(outputs);
		const b = random.int(outputs);
		let more = 0;
		for (let i = 0; i < inputs; i++) {
			stopsThen[i] = stops[i] as number;
			if (!exchange(columns[i] as Int8Array, a, b)) continue;
			stopsThen[i] = stopsOf(columns[i] as Int8Array);
			more += (stopsThen[i] as number) - (stops[i] as number);
		}
		if (more > 0) for (const column of columns) exchange(column, a, b);
		else {
			exchange(order, a, b);
			stops.set(stopsThen);
		}
	}
	return order;
}

/** Stops that the two lists of a column need, taken by themselves. */
function stopsOf(column: Int8Array): number {
	let stops = 0;
	let plus = -1;
	let minus = -1;
	for (let neuron = 0; neuron < column.length; neuron++) {
		const weight = column[neuron] as number;
		if (weight === 0) continue;
		const distance = neuron - (weight > 0 ? plus : minus);
		if (distance > FARTHEST) stops += Math.ceil(distance / FARTHEST) - 1;
		if (weight > 0) plus = neuron;
		else minus = neuron;
	}
	return stops;
}

/** Whether that changes anything. */
function exchange(list: number[] | Int8Array, a: number, b: number): boolean {
	const first = list[a] as number;
	const second = list[b] as number;
	list[a] = second;
	list[b] = first;
	return first !== second;
}

function upTo(count: number): number[] {
	return Array.from({ length: count }, (_, i) => i);
}
