/**
 * A layer behind the first as the Z80 program computes it: accumulators in 16 bits, of which the first are neurons.
 *
 *   hidden layer   neurons: biases less 4 (layers.asm)                 one that ends their scan
 *   output layer   logits: biases with their top bit turned over       what all of them have in common, where that pays
 *                  (argmax.asm)                                        (common-sum.ts)
 *
 * Shared sums are behind these (shared-sums.ts).
 */
import type { Layer } from "../model/network.js";
import { centreStarts } from "./centred-starts.js";
import { scatterT } from "./columns.js";
import { withCommonSum } from "./common-sum.js";
import { PACKED_BYTE_T, packColumn } from "./packed-lists.js";
import type { Kernel } from "./program.js";
import { SHARE_T, type Share, type SharedRows, shareSums } from "./shared-sums.js";

/** Neurons of a layer are numbered by the low byte of an address. */
export const MAX_WIDTH = 256;

/**
 * T-states that it takes longer to find the highest logit where they have a common sum (argmax-common.asm), or where besides
 * few neurons are active (argmax-few.asm, active.asm): for each class, each active neuron, and once, which stands for the
 * second looks too (as many as with our networks and those of the tests). character-cost.ts has the same for training.
 */
const COMMON_T = { perClass: 4, perActive: 0, once: 350 } as const;
const FEW_ACTIVE_T = { perClass: -11, perActive: 21, once: 200 } as const;

export interface MachineLayer {
	readonly width: number;
	/** Which neuron of the model each of the first accumulators is. */
	readonly neurons: readonly number[];
	/** Where each accumulator starts, 16 bits: neurons, the one behind them, shared sums. */
	readonly start: readonly number[];
	/** Weights that leave each input, [input][accumulator]; inputs in the order of the layer before. */
	readonly columns: readonly Int8Array[];
	readonly shares: readonly Share[];
	/** Whether the accumulator behind the neurons holds what all logits have in common. */
	readonly hasCommonSum: boolean;
}

/** Weights to each accumulator, [accumulator][input], and where it starts; shared sums are still to come. */
interface Draft {
	readonly rows: readonly Int8Array[];
	readonly start: readonly number[];
	readonly hasCommonSum: boolean;
}

type Column = ArrayLike<number>;

/** T-states of a column, about, by kernel. */
const COLUMN_T: Readonly<Record<Kernel, (column: Column) => number>> = {
	column: scatterT,
	packed: (column) => PACKED_BYTE_T * packColumn(column).length,
};

export interface LayerPlacement {
	readonly kernel: Kernel;
	readonly place: "hidden" | "output";
	/** Neurons of the layer before, in the order in which the program has them. */
	readonly inputs: readonly number[];
	/** Share of steps in which each of them is active. */
	readonly activity: readonly number[];
	/** Whether it is known for how few active ones no sum can wrap. */
	readonly fewActive: boolean;
}

export function machineLayer(layer: Layer, placement: LayerPlacement): MachineLayer {
	const { kernel, place, inputs, activity, fewActive } = placement;
	const commonT = fewActive ? FEW_ACTIVE_T : COMMON_T;
	const drafts = place === "hidden" ? [hiddenDraft(layer, inputs)] : outputDrafts(layer, inputs, COLUMN_T[kernel]);
	const candidates = drafts.map((draft) => {
		const rows = draft.rows.map((row) => row.slice());
		const shared = kernel === "column" ? shareSums(rows, activity, MAX_WIDTH) : { rows, shares: [] };
		return { draft, shared, tStates: characterT(draft, shared, activity, COLUMN_T[kernel], commonT) };
	});
	const { draft, shared } = candidates.reduce((best, each) => (each.tStates < best.tStates ? each : best));
	return kernel === "column" ? laidOut(layer, draft, shared, activity, place) : inModelOrder(layer, draft);
}

function hiddenDraft(layer: Layer, inputs: readonly number[]): Draft {
	const rows = rowsOf(layer, inputs);
	const start = [...layer.biases].map((bias) => (bias - 4) & 0xffff);
	if (layer.outputs === MAX_WIDTH) return { rows, start, hasCommonSum: false };
	return { rows: [...rows, new Int8Array(layer.inputs)], start: [...start, 0], hasCommonSum: false };
}

/** Without a common sum, and with one. */
function outputDrafts(layer: Layer, inputs: readonly number[], columnT: (column: Column) => number): Draft[] {
	const logits = rowsOf(layer, inputs);
	const start = [...layer.biases].map((bias) => (bias ^ 0x8000) & 0xffff);
	const { rows, common } = withCommonSum(logits, columnT);
	return [
		{ rows: logits, start, hasCommonSum: false },
		{ rows: [...rows, common], start: [...start, 0], hasCommonSum: true },
	];
}

/** T-states a character, about, as far as they depend on how the layer is laid out. */
function characterT(
	{ hasCommonSum, start }: Draft,
	{ rows, shares }: SharedRows,
	activity: readonly number[],
	columnT: (column: Column) => number,
	{ perClass, perActive, once }: typeof COMMON_T | typeof FEW_ACTIVE_T,
): number {
	const active = activity.reduce((sum, share) => sum + share, 0);
	const columns = columnsOf(rows, activity.length).map((column, i) => (activity[i] as number) * columnT(column));
	const common = hasCommonSum ? perClass * start.length + perActive * active + once : 0;
	return columns.reduce((sum, tStates) => sum + tStates, 0) + SHARE_T * shares.length + common;
}

/** For the packed kernel. */
function inModelOrder(layer: Layer, { rows, start, hasCommonSum }: Draft): MachineLayer {
	return {
		width: layer.outputs,
		neurons: identity(layer.outputs),
		start,
		columns: columnsOf(rows, layer.inputs),
		shares: [],
		hasCommonSum,
	};
}

/** For the column kernel: with shared sums, and accumulators that start alike side by side (start-code.ts). */
function laidOut(
	layer: Layer,
	{ start, hasCommonSum }: Draft,
	{ rows, shares }: SharedRows,
	activity: readonly number[],
	place: "hidden" | "output",
): MachineLayer {
	const centred = centreStarts([...start, ...shares.map(() => 0)], rows, shares, activity);
	const byStart = (a: number, b: number) => (centred[a] as number) - (centred[b] as number);
	const all = identity(rows.length);
	const neurons = all.slice(0, layer.outputs);
	const order = [
		// The order of the output layer's neurons is the charset's.
		...(place === "hidden" ? neurons.sort(byStart) : neurons),
		...all.slice(layer.outputs, start.length),
		...all.slice(start.length).sort(byStart),
	];
	const places = new Map(order.map((accumulator, at) => [accumulator, at]));
	const at = (accumulator: number) => places.get(accumulator) as number;
	return {
		width: layer.outputs,
		neurons: order.slice(0, layer.outputs),
		start: order.map((accumulator) => centred[accumulator] as number),
		columns: columnsOf(
			order.map((accumulator) => rows[accumulator] as Int8Array),
			layer.inputs,
		),
		shares: shares.map(({ sum, first, second, opposite }) => ({
			sum: at(sum),
			first: at(first),
			second: at(second),
			opposite,
		})),
		hasCommonSum,
	};
}

function identity(length: number): number[] {
	return Array.from({ length }, (_, i) => i);
}

function columnsOf(rows: readonly Int8Array[], inputs: number): Int8Array[] {
	return Array.from({ length: inputs }, (_, i) => Int8Array.from(rows, (row) => row[i] as number));
}

/** The weights of each neuron, [neuron][input], inputs in the order given. */
function rowsOf(layer: Layer, inputs: readonly number[]): Int8Array[] {
	return Array.from({ length: layer.outputs }, (_, j) =>
		Int8Array.from(inputs, (input) => layer.weights[j * layer.inputs + input] as number),
	);
}
