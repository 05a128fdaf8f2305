/** Costs of the packed kernel's columns: reads the same lists (packed-lists.ts) that the program walks. */

import type { ColumnCosts } from "./column-costs.js";
import type { Accumulators } from "./column-walk.js";
import { copyT } from "./copy-cost.js";
import type { MachineLayer } from "./machine-layer.js";
import type { MachineNetwork } from "./machine-network.js";
import { AGAIN, END, PACKED_BYTE_T, packColumn } from "./packed-lists.js";

/** Counted by hand in packed.asm and packed-count.asm: a column, its two lists, and the kinds of bytes in them. */
const SCATTER = { column: 35, list: 7, byte: PACKED_BYTE_T, end: 59, last: 110, again: 105 };
const COUNT = { column: 94, list: 7, byte: 86, end: 59, last: 87, again: 94 };
/** Carries of the first neuron of a byte, of its second, and of a last one. */
const CARRY = { first: 24, second: 29, last: 14 };
/** uncount_spaces: around its columns, and a column. */
const SPACES = { around: 120, column: 72 };
/** PUSH to JP of enter_scatter (packed-entry.asm). */
const ENTER_SCATTER_T = 64;
/** RET Z of it instead of all that follows. */
const END_OF_SCAN_T = 6 - 51;
/** clear_context and start_layer without their copies. */
const CLEAR_CONTEXT_T = 50;
const START_LAYER_T = 77;

/** Whether adding sign * x to a neuron carries. */
type Hit = (neuron: number, sign: number) => boolean;

export class PackedCosts implements ColumnCosts {
	readonly enterScatter = ENTER_SCATTER_T;
	readonly endOfScan = END_OF_SCAN_T;
	readonly findNode = 0;
	readonly clearContext: number;
	readonly #network: MachineNetwork;
	readonly #columns = new Map<string, readonly number[]>();

	constructor(network: MachineNetwork) {
		this.#network = network;
		this.clearContext = CLEAR_CONTEXT_T + copyT(16 * Math.ceil((network.first.width + 1) / 16) - 1);
	}

	start(layer: number): number {
		return START_LAYER_T + 2 * copyT((this.#network.layers[layer - 2] as MachineLayer).start.length);
	}

	query(bucket: number): number {
		return columnT(this.#packed("query", this.#network.first.query, bucket), COUNT, () => false);
	}

	context(bucket: number): number {
		return columnT(this.#packed("context", this.#network.first.context, bucket), COUNT, () => false);
	}

	spaces(left: number): number {
		const buckets = this.#network.first.spaceBuckets[left] as readonly number[];
		return buckets.reduce((sum, bucket) => sum + SPACES.column + this.context(bucket), SPACES.around);
	}

	shares(): number {
		return 0;
	}

	scatter(layer: number, input: number, x: number, { low, high }: Accumulators): number {
		const { columns } = this.#network.layers[layer - 2] as MachineLayer;
		return columnT(this.#packed(`${layer}`, columns, input), SCATTER, (neuron, sign) => {
			const sum = (low[neuron] as number) + sign * x;
			low[neuron] = sum;
			if (sum >= 0 && sum <= 255) return false;
			high[neuron] = (high[neuron] as number) + sign;
			return true;
		});
	}

	/** The bytes of a column as the program has them. @param kind of column, to remember it by */
	#packed(kind: string, columns: readonly Int8Array[], input: number): readonly number[] {
		const key = `${kind} ${input}`;
		let column = this.#columns.get(key);
		if (column === undefined) {
			column = packColumn(columns[input] as Int8Array);
			this.#columns.set(key, column);
		}
		return column;
	}
}

function columnT(column: readonly number[], costs: typeof SCATTER, carries: Hit): number {
	let tStates = costs.column;
	let at = 0;
	for (const sign of [1, -1]) {
		tStates += costs.list;
		let neuron = -1;
		const hit = (distance: number, carryT: number) => {
			neuron += distance;
			if (carries(neuron, sign)) tStates += carryT;
		};
		for (let isEnd = false; !isEnd; ) {
			const byte = column[at++] as number;
			const first = byte & 15;
			const second = byte >> 4;
			if (first > 0) {
				tStates += costs.byte;
				hit(first, CARRY.first);
				hit(second, CARRY.second);
			} else if (byte === AGAIN) {
				tStates += costs.again;
				hit(0, CARRY.second);
			} else {
				isEnd = true;
				tStates += byte === END ? costs.end : costs.last;
				if (byte !== END) hit(second, CARRY.last);
			}
		}
	}
	return tStates;
}
