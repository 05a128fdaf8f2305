/**
 * How good a network is on pairs: whole replies and characters by the integer reference, and what a character costs.
 *
 *   reply.overall  share of pairs whose reply comes out exactly        reply.macro  the same, mean over distinct replies
 *   char           share of characters (and EOS) predicted rightly when everything before them is right
 *   macsPerChar    non-zero weights of non-zero inputs per emitted character; the query half of layer 1 not counted
 */
import { machineByte } from "./charset.js";
import type { Pair } from "./corpus.js";
import { contextVector, normaliseQuery } from "./features.js";
import { type Layer, MAX_REPLY_LENGTH, type Network } from "./network.js";
import { argmax, forwardStep, querySums } from "./reference.js";

/** Fractions 0–1. */
export interface ReplyAccuracy {
	readonly overall: number;
	readonly macro: number;
}

export interface Evaluation {
	readonly pairs: number;
	readonly char: number;
	readonly reply: ReplyAccuracy;
	readonly macsPerChar: number;
}

/**
 * A reply comes out exactly when every character of it does, given those before: so one walk along the wanted reply
 * measures both.
 */
export function evaluate(network: Network, pairs: readonly Pair[]): Evaluation {
	const walker = new Walker(network);
	let characters = 0;
	let charactersRight = 0;
	let macs = 0;
	const outcomes: boolean[] = [];
	for (const { query, reply } of pairs) {
		const walk = walker.walk(query, reply);
		characters += walk.characters;
		charactersRight += walk.right;
		macs += walk.macs;
		outcomes.push(walk.right === walk.characters);
	}
	return {
		pairs: pairs.length,
		char: charactersRight / characters,
		reply: replyAccuracy(
			pairs.map((pair) => pair.reply),
			outcomes,
		),
		macsPerChar: macs / characters,
	};
}

/** Overall and macro accuracy of `outcomes[i]` for a pair whose reply is `replies[i]`. */
export function replyAccuracy(replies: readonly string[], outcomes: readonly boolean[]): ReplyAccuracy {
	const byReply = new Map<string, { right: number; all: number }>();
	for (const [i, reply] of replies.entries()) {
		const tally = byReply.get(reply) ?? { right: 0, all: 0 };
		tally.all++;
		if (outcomes[i]) tally.right++;
		byReply.set(reply, tally);
	}
	const shares = [...byReply.values()].map(({ right, all }) => right / all);
	return {
		overall: outcomes.filter(Boolean).length / outcomes.length,
		macro: shares.reduce((sum, share) => sum + share, 0) / shares.length,
	};
}

interface Walk {
	readonly characters: number;
	readonly right: number;
	readonly macs: number;
}

/** Walks wanted replies; remembers what does not depend on the query. */
class Walker {
	readonly #network: Network;
	readonly #contexts = new Map<string, Int16Array>();
	readonly #columnWeights: readonly Uint16Array[];

	constructor(network: Network) {
		this.#network = network;
		this.#columnWeights = network.layers.map(nonzerosPerColumn);
	}

	walk(query: string, reply: string): Walk {
		const { charset, features } = this.#network;
		const sums = querySums(this.#network, normaliseQuery(query));
		const wanted = Array.from(reply);
		// A reply of 50 characters stops by itself; a shorter one has to say EOS.
		const characters = Math.min(wanted.length + 1, MAX_REPLY_LENGTH);
		let right = 0;
		let macs = 0;
		for (let step = 0; step < characters; step++) {
			const context = this.#context(wanted.slice(0, step).join(""));
			const outputs = forwardStep(this.#network, sums, context);
			const k = argmax(outputs.at(-1) as Int16Array);
			if (step === wanted.length ? k === charset.length - 1 : charset[k] === wanted[step]) right++;
			macs += this.#count(0, context, features.buckets);
			for (let l = 1; l < this.#columnWeights.length; l++) macs += this.#count(l, outputs[l - 1] as Int16Array, 0);
		}
		return { characters, right, macs };
	}

	#context(prefix: string): Int16Array {
		let context = this.#contexts.get(prefix);
		if (context === undefined) {
			context = contextVector(Uint8Array.from(Array.from(prefix), (character) => machineByte(character) ?? 0));
			this.#contexts.set(prefix, context);
		}
		return context;
	}

	#count(l: number, x: Int16Array, firstInput: number): number {
		const nonzeros = this.#columnWeights[l] as Uint16Array;
		let count = 0;
		for (let i = 0; i < x.length; i++) if (x[i] !== 0) count += nonzeros[firstInput + i] as number;
		return count;
	}
}

/** [inputs]: how many neurons each input reaches. */
function nonzerosPerColumn({ inputs, weights }: Layer): Uint16Array {
	const counts = new Uint16Array(inputs);
	for (const [i, w] of weights.entries()) {
		const column = i % inputs;
		if (w !== 0) counts[column] = (counts[column] as number) + 1;
	}
	return counts;
}
