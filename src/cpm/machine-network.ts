/**
 * A network as the Z80 program computes it: the same function as the model's, in the form the assembly sources want.
 *
 *   layer 1      small counts with a threshold per neuron (first-layer.asm)
 *   layer 2 … N  accumulators: neurons first, in a hidden layer one that ends its scan (layers.asm), shared sums behind
 *                them (shared-sums.ts); hidden biases less 4 (layers.asm), output biases with their top bit turned over
 *                (argmax.asm)
 */
import { ZulmError } from "../base/errors.js";
import { hashBytes } from "../model/features.js";
import { CONTEXT_BUCKETS, CONTEXT_LENGTH, type Layer, type Network, type QueryFeatures } from "../model/network.js";
import { hiddenActivity } from "./activity.js";
import { centreStarts } from "./centred-starts.js";
import type { Kernel } from "./program.js";
import { type Share, shareSums } from "./shared-sums.js";

/** Neurons of a layer are numbered by the low byte of an address. */
export const MAX_WIDTH = 256;

export interface FirstLayer {
	readonly width: number;
	/** 1..8: x = 8*v + offset. */
	readonly offsets: readonly number[];
	/** v of a reply's first character without any query: 21 windows of spaces less the threshold. */
	readonly start: readonly number[];
	/** What each hit of a query bucket adds, [bucket][neuron]. */
	readonly query: readonly Int8Array[];
	/** What each hit of a context bucket adds, [bucket][neuron]. */
	readonly context: readonly Int8Array[];
	/** Buckets of the windows of spaces that the character ends which leaves s spaces: [s], up to three. */
	readonly spaceBuckets: readonly (readonly number[])[];
	/** What those windows add together: [s][neuron]. */
	readonly spaces: readonly (readonly number[])[];
}

export interface MachineLayer {
	readonly width: number;
	/** Which neuron of the model each of the first accumulators is. */
	readonly neurons: readonly number[];
	/** Where each accumulator starts, 16 bits: neurons, the one that ends the scan, shared sums. */
	readonly start: readonly number[];
	/** Weights that leave each input, [input][accumulator]; inputs in the order of the layer before. */
	readonly columns: readonly Int8Array[];
	readonly shares: readonly Share[];
}

export interface MachineNetwork {
	readonly features: QueryFeatures;
	readonly charset: readonly string[];
	readonly first: FirstLayer;
	/** Layer 2 to the output layer. */
	readonly layers: readonly MachineLayer[];
}

/**
 * @param kernel the packed kernel has no shared sums
 * @throws ZulmError `model-unsupported` for a shape that the program cannot hold
 */
export function machineNetwork(network: Network, kernel: Kernel): MachineNetwork {
	checkShape(network);
	const { features, charset } = network;
	const [first, ...others] = network.layers as [Layer, ...Layer[]];
	// The packed kernel has no use for it.
	const activity = kernel === "column" ? hiddenActivity(network) : undefined;
	const layers: MachineLayer[] = [];
	// The neurons of the layer before in the order in which they are scanned.
	let inputs: readonly number[] = identity(first.outputs);
	others.forEach((layer, i) => {
		const isHidden = i < others.length - 1;
		const active = activity?.[i];
		const machine =
			active === undefined
				? inModelOrder(layer, inputs, isHidden)
				: laidOut(
						layer,
						inputs,
						inputs.map((input) => active[input] as number),
						isHidden,
					);
		layers.push(machine);
		inputs = machine.neurons;
	});
	return { features, charset, first: firstLayer(first, features), layers };
}

/** For the packed kernel: no shared sums. */
function inModelOrder(layer: Layer, inputs: readonly number[], isHidden: boolean): MachineLayer {
	const { rows, start } = accumulators(layer, inputs, isHidden);
	return {
		width: layer.outputs,
		neurons: identity(layer.outputs),
		start,
		columns: columnsOf(rows, inputs.length),
		shares: [],
	};
}

/** For the column kernel: with shared sums, and accumulators that start alike side by side (start-code.ts). */
function laidOut(
	layer: Layer,
	inputs: readonly number[],
	activity: readonly number[],
	isHidden: boolean,
): MachineLayer {
	const { rows: neurons, start } = accumulators(layer, inputs, isHidden);
	const { rows, shares } = shareSums(neurons, activity, MAX_WIDTH);
	const centred = centreStarts([...start, ...shares.map(() => 0)], rows, shares, activity);
	const byStart = (a: number, b: number) => (centred[a] as number) - (centred[b] as number);
	const all = identity(rows.length);
	// The order of the output layer's neurons is the charset's.
	const order = [
		...(isHidden ? all.slice(0, layer.outputs).sort(byStart) : all.slice(0, layer.outputs)),
		...all.slice(layer.outputs, start.length),
		...all.slice(start.length).sort(byStart),
	];
	const place = new Map(order.map((accumulator, at) => [accumulator, at]));
	const at = (accumulator: number) => place.get(accumulator) as number;
	return {
		width: layer.outputs,
		neurons: order.slice(0, layer.outputs),
		start: order.map((accumulator) => centred[accumulator] as number),
		columns: columnsOf(
			order.map((accumulator) => rows[accumulator] as Int8Array),
			inputs.length,
		),
		shares: shares.map(({ sum, first, second, opposite }) => ({
			sum: at(sum),
			first: at(first),
			second: at(second),
			opposite,
		})),
	};
}

/** Weights to and starts of a layer's accumulators: its neurons and, in a hidden layer, the one that ends its scan. */
function accumulators(
	layer: Layer,
	inputs: readonly number[],
	isHidden: boolean,
): { rows: Int8Array[]; start: number[] } {
	const rows = rowsOf(layer, inputs);
	const start = [...layer.biases].map((bias) => (isHidden ? bias - 4 : bias ^ 0x8000) & 0xffff);
	if (isHidden && layer.outputs < MAX_WIDTH) {
		rows.push(new Int8Array(layer.inputs));
		start.push(0);
	}
	return { rows, start };
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

function checkShape(network: Network): void {
	const unsupported = (message: string) =>
		new ZulmError("model-unsupported", message, { hint: "The Z80 program takes hidden layers of up to 256 neurons." });
	if (network.layers.length < 2) throw unsupported("The network has no hidden layer.");
	network.layers.forEach((layer, i) => {
		if (layer.outputs > MAX_WIDTH)
			throw unsupported(`Layer ${i + 1} has ${layer.outputs} neurons; the most is ${MAX_WIDTH}.`);
	});
}

function firstLayer(layer: Layer, { buckets }: QueryFeatures): FirstLayer {
	const column = (input: number) =>
		Int8Array.from({ length: layer.outputs }, (_, j) => layer.weights[j * layer.inputs + input] as number);
	const context = Array.from({ length: CONTEXT_BUCKETS }, (_, bucket) => column(buckets + bucket));
	const spaceBuckets = Array.from({ length: CONTEXT_LENGTH }, (_, left) => spaceWindows(left));
	const spaces = spaceBuckets.map((buckets) => sumOfColumns(context, buckets, layer.outputs));
	// (32*S + bias) >> 2 = 8*S + (bias >> 2) is at least 1 from S = threshold on.
	const thresholds = [...layer.biases].map((bias) => Math.ceil((1 - (bias >> 2)) / 8));
	return {
		width: layer.outputs,
		offsets: thresholds.map((threshold, j) => 8 * threshold + ((layer.biases[j] as number) >> 2)),
		start: thresholds.map((threshold, j) => spaces.reduce((sum, windows) => sum + (windows[j] as number), -threshold)),
		query: Array.from({ length: buckets }, (_, bucket) => column(bucket)),
		context,
		spaceBuckets,
		spaces,
	};
}

/** Buckets of the windows that lie within the first s + 1 characters of the context but not within the first s, all spaces. */
function spaceWindows(s: number): number[] {
	const blank = new Uint8Array(CONTEXT_LENGTH).fill(0x20);
	return [1, 2, 3]
		.filter((n) => n <= s + 1)
		.map((n) => hashBytes(blank, s + 1 - n, n, 7 * (s + 1 - n)) % CONTEXT_BUCKETS);
}

function sumOfColumns(columns: readonly Int8Array[], indices: readonly number[], width: number): number[] {
	const sums = new Array<number>(width).fill(0);
	for (const index of indices)
		(columns[index] as Int8Array).forEach((w, j) => {
			sums[j] = (sums[j] as number) + w;
		});
	return sums;
}
