import { expect, test } from "vitest";
import { parseCorpus } from "../corpus.js";
import { type BalanceOptions, balanceCorpus } from "./balance.js";

const TEXT = "n1|NO\nn2|NO\ny1|YES\nn3|NO\nn4|NO\nN4|NO\ny2|YES\nm|MAYBE\n";
const { pairs } = parseCorpus(Buffer.from(TEXT), "c.txt");

function balance(options: Partial<BalanceOptions> = {}) {
	return balanceCorpus(pairs, { target: "median", oversample: true, undersample: true, seed: 1, ...options });
}

const asked = (options?: Partial<BalanceOptions>) => balance(options).pairs.map(({ query }) => query);

test("every reply ends with the target, the median by default; pairs keep their order, repeats follow theirs", () => {
	const { target, replies, pairs: balanced } = balance();
	expect(target).toBe(2);
	expect(replies).toEqual([
		{ reply: "NO", before: 5, after: 2 },
		{ reply: "YES", before: 2, after: 2 },
		{ reply: "MAYBE", before: 1, after: 2 },
	]);
	expect(balanced.map(({ reply }) => reply)).toEqual(
		expect.arrayContaining(["NO", "NO", "YES", "YES", "MAYBE", "MAYBE"]),
	);
	expect(balanced).toHaveLength(6);
	expect(balanced.map(({ line }) => line)).toEqual(balanced.map(({ line }) => line).sort((a, b) => a - b));
});

test("a query goes twice only when every other has gone once", () => {
	for (let seed = 0; seed < 20; seed++) {
		const four = asked({ target: 4, seed }).filter((query) => /n/i.test(query));
		expect(four.map((query) => query.toLowerCase()).sort()).toEqual(["n1", "n2", "n3", "n4"]);
	}
	const counts = new Map<string, number>();
	for (const query of asked({ target: 7 })) counts.set(query, (counts.get(query) ?? 0) + 1);
	expect([counts.get("y1"), counts.get("y2")].sort()).toEqual([3, 4]);
	expect(counts.get("m")).toBe(7);
});

test("one direction only", () => {
	expect(balance({ target: 3, oversample: false }).replies.map(({ after }) => after)).toEqual([3, 2, 1]);
	expect(balance({ target: 3, undersample: false }).replies.map(({ after }) => after)).toEqual([5, 3, 3]);
});

test("the seed decides, and only the seed", () => {
	expect(asked({ seed: 3 })).toEqual(asked({ seed: 3 }));
	const choices = new Set(Array.from({ length: 20 }, (_, seed) => asked({ seed }).join()));
	expect(choices.size).toBeGreaterThan(3);
});

test("the median of an even number of replies is between the middle two", () => {
	const four = parseCorpus(Buffer.from("a|A\nb|B\nb2|B\nb3|B\nc|C\nc2|C\nc3|C\nc4|C\nc5|C\nd|D"), "c.txt");
	expect(balanceCorpus(four.pairs, { target: "median", oversample: true, undersample: true, seed: 1 }).target).toBe(2);
});
