/**
 * A network as the Z80 program computes it: the same function as the model's, in the form the assembly sources want.
 *
 *   layer 1      small counts with a threshold per neuron (first-layer.asm)
 *   layer 2 … N  accumulators (machine-layer.ts)
 */
import { ZulmError } from "../base/errors.js";
import { hashBytes } from "../model/features.js";
import { CONTEXT_BUCKETS, CONTEXT_LENGTH, type Layer, type Network, type QueryFeatures } from "../model/network.js";
import { hiddenActivity } from "./activity.js";
import { mostActiveNeurons } from "./common-sum.js";
import { MAX_WIDTH, type MachineLayer, machineLayer } from "./machine-layer.js";
import type { Kernel } from "./program.js";

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

export interface MachineNetwork {
	readonly features: QueryFeatures;
	readonly charset: readonly string[];
	readonly first: FirstLayer;
	/** Layer 2 to the output layer. */
	readonly layers: readonly MachineLayer[];
	/** Active neurons up to which the highest logit is found the quick way (argmax-few.asm); 0 where there is none. */
	readonly mostActive: number;
}

/** @throws ZulmError `model-unsupported` for a shape that the program cannot hold */
export function machineNetwork(network: Network, kernel: Kernel): MachineNetwork {
	checkShape(network);
	const { features, charset } = network;
	const [first, ...others] = network.layers as [Layer, ...Layer[]];
	const activity = hiddenActivity(network);
	const mostActive = mostActiveNeurons(network.layers);
	const layers: MachineLayer[] = [];
	// The neurons of the layer before in the order in which they are scanned.
	let inputs: readonly number[] = Array.from({ length: first.outputs }, (_, j) => j);
	others.forEach((layer, i) => {
		const active = activity[i] as Float64Array;
		const machine = machineLayer(layer, {
			kernel,
			place: i < others.length - 1 ? "hidden" : "output",
			inputs,
			activity: inputs.map((input) => active[input] as number),
			fewActive: mostActive > 0,
		});
		layers.push(machine);
		inputs = machine.neurons;
	});
	return {
		features,
		charset,
		first: firstLayer(first, features),
		layers,
		mostActive: layers.at(-1)?.hasCommonSum ? mostActive : 0,
	};
}

function checkShape(network: Network): void {
	const unsupported = (message: string) =>
		new ZulmError("model-unsupported", message, { hint: "The Z80 program takes hidden layers of up to 256 neurons." });
	if (network.layers.length < 2) throw unsupported("The network has no hidden layer.");
	network.layers.forEach((layer, i) => {
		// The output layer has an accumulator more; a charset of all that CP/M machines print has 159.
		const most = i === network.layers.length - 1 ? MAX_WIDTH - 1 : MAX_WIDTH;
		if (layer.outputs > most) throw unsupported(`Layer ${i + 1} has ${layer.outputs} neurons; the most is ${most}.`);
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
