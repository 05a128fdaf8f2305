/**
 * The beginnings of known replies, each with what its context adds to layer 1 (trie.asm walks them):
 *
 *        ""  ─N─►  "N"  ─O─►  "NO"
 *         └──Y─►  "Y"  ─E─►  "YE"  ─S─►  "YES"
 *
 * A node stands for what has been said so far; its vector is the change of every neuron's v against 8 spaces.
 */

import { machineByte } from "../model/charset.js";
import { contextVector } from "../model/features.js";
import { CONTEXT_BUCKETS, HIT, type Network } from "../model/network.js";
import { generate } from "../model/reference.js";
import { PROBE_QUERIES } from "./activity.js";
import type { MachineNetwork } from "./machine-network.js";

export interface TrieNode {
	/** Change of v, [neuron], −63 to 63. */
	readonly vector: readonly number[];
	/** Class → node. */
	readonly children: ReadonlyMap<number, TrieNode>;
}

interface GrowingNode {
	readonly vector: readonly number[];
	readonly children: Map<number, GrowingNode>;
}

/**
 * Builds the trie of the first replies, at most `mostNodes` nodes, each reply cut where they run out. A reply with a
 * character that the network does not write is left out.
 * @param replies most used first
 */
export function replyTrie(
	network: MachineNetwork,
	replies: readonly string[],
	mostNodes: number,
): TrieNode | undefined {
	if (mostNodes < 1) return undefined;
	const blank = contextSums(network, []);
	const node = (said: readonly number[]): GrowingNode => {
		const sums = contextSums(network, said);
		return { vector: sums.map((sum, j) => sum - (blank[j] as number)), children: new Map() };
	};
	const root = node([]);
	let nodes = 1;
	for (const reply of replies) {
		const characters = [...reply];
		const classes = characters.map((character) => network.charset.indexOf(character));
		if (classes.includes(-1)) continue;
		let at = root;
		for (const [i, k] of classes.entries()) {
			let next = at.children.get(k);
			if (next === undefined) {
				if (nodes === mostNodes) break;
				next = node(characters.slice(0, i + 1).map((character) => machineByte(character) as number));
				at.children.set(k, next);
				nodes++;
			}
			at = next;
		}
	}
	return root;
}

/** What a network says to ordinary questions, most often said first: for models that come without their replies. */
export function usualReplies(network: Network): string[] {
	const counts = new Map<string, number>();
	for (const query of PROBE_QUERIES) {
		const reply = generate(network, query);
		counts.set(reply, (counts.get(reply) ?? 0) + 1);
	}
	return [...counts.keys()].sort((a, b) => (counts.get(b) as number) - (counts.get(a) as number));
}

/** How many nodes the whole trie of these replies has. */
export function countBeginnings(replies: readonly string[]): number {
	const beginnings = new Set([""]);
	for (const reply of replies) for (let end = 1; end <= reply.length; end++) beginnings.add(reply.slice(0, end));
	return beginnings.size;
}

/** Every node, the root first. */
export function allNodes(root: TrieNode): TrieNode[] {
	return [root, ...[...root.children.values()].flatMap(allNodes)];
}

function contextSums({ first }: MachineNetwork, said: readonly number[]): number[] {
	const sums = new Array<number>(first.width).fill(0);
	const hits = contextVector(Uint8Array.from(said));
	for (let bucket = 0; bucket < CONTEXT_BUCKETS; bucket++) {
		const count = (hits[bucket] as number) / HIT;
		if (count === 0) continue;
		(first.context[bucket] as Int8Array).forEach((w, j) => {
			sums[j] = (sums[j] as number) + w * count;
		});
	}
	return sums;
}
