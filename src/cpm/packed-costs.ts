/** Costs of the packed kernel's columns: 2 bits a weight (packed.asm), so the network's own weights say all. */

import { contextHits } from "../model/features.js";
import type { Layer, Network } from "../model/network.js";
import { CONTEXT_LENGTH } from "../model/network.js";
import type { Accumulators } from "./column-walk.js";
import type { ColumnCosts } from "./cost-model.js";

/** Counted by hand in packed.asm. */
const SCATTER = { enter: 19, zeros: 137, four: 33, zero: 26, plus: 69, minus: 74, minusTwo: 99, carry: 24, leave: 23 };
const COUNT = { enter: 63, zeros: 52, four: 54, zero: 26, plus: 54, minus: 47, minusTwo: 65, leave: 33 };
/** uncount_spaces: around its columns, and a column. */
const SPACES = { around: 120, column: 60 };
/** PUSH to JP of enter_scatter (packed-entry.asm). */
const ENTER_SCATTER_T = 57;

export class PackedCosts implements ColumnCosts {
	readonly enterScatter = ENTER_SCATTER_T;
	readonly #network: Network;

	constructor(network: Network) {
		this.#network = network;
	}

	query(bucket: number): number {
		return countT(this.#column(0, bucket));
	}

	context(bucket: number): number {
		return countT(this.#column(0, this.#network.features.buckets + bucket));
	}

	spaces(left: number): number {
		const buckets = spaceBuckets(left);
		return buckets.reduce((sum, bucket) => sum + SPACES.column + this.context(bucket), SPACES.around);
	}

	shares(): number {
		return 0;
	}

	scatter(layer: number, input: number, x: number, { low, high }: Accumulators): number {
		let tStates = SCATTER.enter + SCATTER.leave;
		let carries = 0;
		const add = (neuron: number, amount: number) => {
			const sum = (low[neuron] as number) + amount;
			low[neuron] = sum;
			if (sum >= 0 && sum <= 255) return;
			high[neuron] = (high[neuron] as number) + (amount > 0 ? 1 : -1);
			carries++;
		};
		const column = this.#column(layer - 1, input);
		tStates += byFours(column, SCATTER);
		column.forEach((w, neuron) => {
			if (w === 0) return;
			add(neuron, w > 0 ? x : -x);
			if (w === -2) add(neuron, -x);
		});
		return tStates + carries * SCATTER.carry;
	}

	#column(layer: number, input: number): Int8Array {
		const { inputs, outputs, weights } = this.#network.layers[layer] as Layer;
		return Int8Array.from({ length: outputs }, (_, j) => weights[j * inputs + input] as number);
	}
}

function countT(column: Int8Array): number {
	return COUNT.enter + COUNT.leave + byFours(column, COUNT);
}

type Costs = Readonly<Record<"zeros" | "four" | "zero" | "plus" | "minus" | "minusTwo", number>>;

function byFours(column: Int8Array, costs: Costs): number {
	let tStates = 0;
	for (let first = 0; first < column.length; first += 4) {
		const four = column.subarray(first, first + 4);
		if (four.every((w) => w === 0)) {
			tStates += costs.zeros;
			continue;
		}
		tStates += costs.four + (4 - four.length) * costs.zero;
		for (const w of four)
			tStates += w === 0 ? costs.zero : w === 1 ? costs.plus : w === -1 ? costs.minus : costs.minusTwo;
	}
	return tStates;
}

/** Buckets of the windows of spaces that lie within the first left + 1 characters but not within the first `left`. */
function spaceBuckets(left: number): number[] {
	const hits = contextHits(new Uint8Array(0));
	const buckets: number[] = [];
	let next = 0;
	for (const length of [1, 2, 3])
		for (let start = 0; start + length <= CONTEXT_LENGTH; start++, next++)
			if (start + length === left + 1) buckets.push(hits[next] as number);
	return buckets;
}
