import { describe, expect, it } from "vitest";
import { contextVector } from "../model/features.js";
import { HIT, type Layer } from "../model/network.js";
import { machineNetwork } from "./machine-network.js";
import { allNodes, countBeginnings, replyTrie, type TrieNode } from "./reply-trie.js";
import { chatterbox } from "./testing/random-model.js";

const { network } = chatterbox();
const machine = machineNetwork(network, "column");
const [a, b, c] = network.charset as [string, string, string];
const classOf = (character: string) => network.charset.indexOf(character);

function at(root: TrieNode | undefined, text: string): TrieNode | undefined {
	return [...text].reduce<TrieNode | undefined>((node, character) => node?.children.get(classOf(character)), root);
}

describe("replyTrie", () => {
	it("has a node for every beginning, shared where replies begin alike", () => {
		const replies = [a + b, a + c, b];
		const root = replyTrie(machine, replies, 100);
		expect(allNodes(root as TrieNode).length).toBe(5);
		expect(countBeginnings(replies)).toBe(5);
		for (const text of ["", a, b, a + b, a + c]) expect(at(root, text)).toBeDefined();
		expect(at(root, c)).toBeUndefined();
	});

	it("holds what the context adds to each neuron, against eight spaces", () => {
		const root = replyTrie(machine, ["yyaa"], 100);
		const { weights, inputs, outputs } = network.layers[0] as Layer;
		const hits = (text: string) => contextVector(Uint8Array.from(text, (character) => character.charCodeAt(0)));
		for (const text of ["", "y", "yyaa"]) {
			const changes = hits(text).map((hit, i) => (hit - (hits("")[i] as number)) / HIT);
			const expected = Array.from({ length: outputs }, (_, j) =>
				changes.reduce((sum, n, i) => sum + n * (weights[j * inputs + network.features.buckets + i] as number), 0),
			);
			expect(at(root, text)?.vector, text).toEqual(expected);
		}
	});

	it("stops at the number of nodes that fit, most used replies first", () => {
		const root = replyTrie(machine, [a + b + c, c], 3);
		expect(at(root, a + b)).toBeDefined();
		expect(at(root, a + b + c)).toBeUndefined();
		expect(at(root, c)).toBeUndefined();
		expect(replyTrie(machine, [a], 0)).toBeUndefined();
	});

	it("leaves out what the network cannot write", () => {
		const root = replyTrie(machine, [`${a}~~~€`, b], 100);
		expect(allNodes(root as TrieNode).length).toBe(2);
	});
});
