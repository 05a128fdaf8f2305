import { expect, test } from "vitest";
import { parseCorpus } from "../corpus.js";
import { queryKey } from "./question.js";
import { splitCorpus } from "./split.js";

const lines = Array.from(
	{ length: 200 },
	(_, i) => `query ${i}|${i % 10 === 0 ? "RARE" : "COMMON"}\nQUERY ${i} |OTHER\n`,
);
const { pairs } = parseCorpus(Buffer.from(lines.join("")), "c.txt");

test("no query on both sides however it is typed, nothing lost, the order kept", () => {
	const { train, test: held } = splitCorpus(pairs, 0.2, 1);
	const trained = new Set(train.map(({ query }) => queryKey(query)));
	expect(held.filter(({ query }) => trained.has(queryKey(query)))).toEqual([]);
	expect([...train, ...held].sort((a, b) => a.line - b.line)).toEqual(pairs);
	expect(held.map(({ line }) => line)).toEqual(held.map(({ line }) => line).sort((a, b) => a - b));
	expect(held).toHaveLength(80);
});

test("every reply gives its share, whatever the seed", () => {
	for (let seed = 0; seed < 10; seed++) {
		const { test: held } = splitCorpus(pairs, 0.2, seed);
		expect(held.filter(({ reply }) => reply === "RARE")).toHaveLength(4);
	}
});

test("the seed decides, and only the seed", () => {
	expect(splitCorpus(pairs, 0.1, 7)).toEqual(splitCorpus(pairs, 0.1, 7));
	expect(splitCorpus(pairs, 0.1, 7)).not.toEqual(splitCorpus(pairs, 0.1, 8));
});

test("neither side is ever empty, and one query is refused", () => {
	const two = parseCorpus(Buffer.from("a|X\nb|Y"), "c.txt").pairs;
	for (const share of [0.001, 0.999]) {
		const { train, test: held } = splitCorpus(two, share, 1);
		expect([train.length, held.length]).toEqual([1, 1]);
	}
	const one = parseCorpus(Buffer.from("a|X\nA|Y"), "c.txt").pairs;
	expect(() => splitCorpus(one, 0.5, 1)).toThrow(/cannot be split/);
});
