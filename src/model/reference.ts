/**
 * The integer reference: what every other implementation (trainer, Z80 program) must equal bit for bit. Written to be
 * read; its one shortcut is that zero inputs and the query half of layer 1 are not summed again at every character.
 *
 *   x [Q + 128]   inputs: query buckets, then context buckets
 *   w [out, in]   weights in {-2,-1,0,+1}, row-major; b [out] biases
 *   acc = wrap16( Σ w·x + b )      y = acc >> 2      hidden layers: y = max(0, y)      last layer: y are the logits
 *
 * Addition modulo 65536 may be grouped in any way, so a partial sum needs no wrap; the shift may not move.
 */
import { machineByte } from "./charset.js";
import { contextVector, queryVector } from "./features.js";
import { type Layer, MAX_REPLY_LENGTH, type Network } from "./network.js";

/** What the low 16 bits of `value` are worth as a signed number. */
export function wrap16(value: number): number {
	return (value << 16) >> 16;
}

/** Adds w[:, firstInput + i] · x[i] to `acc` [out] for each non-zero x[i]. Sums stay below 2^31: 2,176 · 2 · 32,767. */
function addColumns(acc: Int32Array, layer: Layer, x: Int16Array, firstInput: number): void {
	for (let i = 0; i < x.length; i++) {
		const value = x[i] as number;
		if (value === 0) continue;
		let w = firstInput + i;
		for (let j = 0; j < layer.outputs; j++) {
			acc[j] = (acc[j] as number) + (layer.weights[w] as number) * value;
			w += layer.inputs;
		}
	}
}

/** The part of layer 1 that is the same for every character of a reply: biases and query half, [outputs of layer 1]. */
export function querySums(network: Network, query: string | Uint8Array): Int32Array {
	const first = network.layers[0] as Layer;
	const sums = Int32Array.from(first.biases);
	addColumns(sums, first, queryVector(query, network.features), 0);
	return sums;
}

/**
 * One character's worth of arithmetic: the outputs of every layer, the logits last.
 * @param sums from `querySums`
 * @param context from `contextVector` of the bytes emitted so far
 */
export function forwardStep(network: Network, sums: Int32Array, context: Int16Array): Int16Array[] {
	const outputs: Int16Array[] = [];
	for (const [l, layer] of network.layers.entries()) {
		const acc = l === 0 ? sums.slice() : Int32Array.from(layer.biases);
		if (l === 0) addColumns(acc, layer, context, network.features.buckets);
		else addColumns(acc, layer, outputs[l - 1] as Int16Array, 0);
		const isLast = l === network.layers.length - 1;
		outputs.push(
			Int16Array.from(acc, (sum) => {
				const y = wrap16(sum) >> 2;
				return isLast ? y : Math.max(0, y);
			}),
		);
	}
	return outputs;
}

/** Index of the largest logit; the lowest index wins a tie. */
export function argmax(logits: Int16Array): number {
	let best = 0;
	for (let k = 1; k < logits.length; k++) if ((logits[k] as number) > (logits[best] as number)) best = k;
	return best;
}

/**
 * The reply to a query: characters until EOS, at most 50.
 * @param onStep called with the logits of every step, EOS included, `step` from 0
 */
export function generate(
	network: Network,
	query: string | Uint8Array,
	onStep?: (logits: Int16Array, step: number) => void,
): string {
	const sums = querySums(network, query);
	const emitted = new Uint8Array(MAX_REPLY_LENGTH);
	let reply = "";
	for (let step = 0; step < MAX_REPLY_LENGTH; step++) {
		const logits = forwardStep(network, sums, contextVector(emitted.subarray(0, step))).at(-1) as Int16Array;
		onStep?.(logits, step);
		const k = argmax(logits);
		if (k === network.charset.length - 1) break;
		const character = network.charset[k] as string;
		reply += character;
		emitted[step] = machineByte(character) as number;
	}
	return reply;
}
