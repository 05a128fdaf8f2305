/**
 * How fast a packed program will be, without running it: the integer reference says which neurons are active with what,
 * and every instruction on the way is counted, from the machine code itself where it has labels and from the comments of
 * the sources where it has none. Within a few per cent of what the emulator measures; predict.test.ts holds it to 5%.
 *
 *   Enter ─ line, query, layer 1 ─ step ─► 1st character ─ said, step ─► 2nd ─ said, step ─► …      BDOS costs nothing
 *
 * Paths that hardly matter are counted roughly: capitals, queries that leave the range of a byte, keys of correction.
 */

import { machineByte } from "../model/charset.js";
import { contextHits, contextVector, normaliseQuery, queryHits } from "../model/features.js";
import { CONTEXT_LENGTH, MAX_REPLY_LENGTH, type Network } from "../model/network.js";
import { argmax, forwardStep, querySums } from "../model/reference.js";
import { type ContextHit, CostModel } from "./cost-model.js";
import { orderNeurons } from "./neuron-order.js";
import { PackedCosts } from "./packed-costs.js";
import type { Program } from "./program.js";
import { StreamCosts } from "./stream-costs.js";

export interface Prediction {
	/** T-states between two characters of a reply, the mean over all of them. */
	readonly perChar: number;
	/** T-states from Enter to the reply's first character, the whole query there at once. */
	readonly firstChar: number;
}

/** Means over `queries`; a reply without characters counts for neither, and one of a single character not for perChar. */
export function predict(program: Program, model: Network, queries: readonly string[]): Prediction {
	const network = orderNeurons(model, program.kernel);
	const columns = program.kernel === "packed" ? new PackedCosts(program.network) : new StreamCosts(program);
	const costs = new CostModel(program, network, columns);
	const first: number[] = [];
	const between: number[] = [];
	for (const query of queries) {
		const sums = querySums(network, query);
		const steps = replySteps(costs, network, sums);
		if (steps.length === 0) continue;
		const hits = queryHits(query, network.features);
		first.push(costs.queryT(normaliseQuery(query), hits, sums) + (steps[0] as number));
		between.push(...steps.slice(1));
	}
	return { perChar: mean(between), firstChar: mean(first) };
}

/** T-states up to each character of a reply: of its step, and of what follows the character before. */
function replySteps(costs: CostModel, network: Network, sums: Int32Array): number[] {
	const said: number[] = [];
	const steps: number[] = [];
	let afterwards = costs.startReplyT(sums);
	while (said.length < MAX_REPLY_LENGTH) {
		const emitted = Uint8Array.from(said);
		const outputs = forwardStep(network, sums, contextVector(emitted));
		const stepT = costs.stepT(outputs, said.length === 0 ? [] : reachedHits(emitted));
		const k = argmax(outputs.at(-1) as Int16Array);
		const byte = machineByte(network.charset[k] as string);
		if (byte === undefined) break;
		steps.push(afterwards + stepT);
		said.push(byte);
		afterwards = costs.saidT(k, said);
	}
	return steps;
}

/** Hits of the context's windows that reach a character. */
function reachedHits(emitted: Uint8Array): ContextHit[] {
	const blanks = Math.max(0, CONTEXT_LENGTH - emitted.length);
	const buckets = contextHits(emitted);
	const hits: ContextHit[] = [];
	let next = 0;
	for (const length of [1, 2, 3]) {
		for (let start = 0; start + length <= CONTEXT_LENGTH; start++) {
			const bucket = buckets[next++] as number;
			if (start + length > blanks) hits.push({ start, length, bucket });
		}
	}
	return hits;
}

function mean(values: readonly number[]): number {
	return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length;
}
