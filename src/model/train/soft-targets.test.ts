import { describe, expect, test } from "vitest";
import { Random } from "../../base/random.js";
import { buildCharset } from "../charset.js";
import { Arena } from "./arena.js";
import { buildTrie } from "./dataset.js";
import { certain, type Distribution, distributionOf, drawReply, softTargets } from "./soft-targets.js";

describe("distributionOf", () => {
	test("is the softmax of the scaled scores", () => {
		const { replies, shares } = distributionOf(Float32Array.from([1, 3, 2]), 0.5, 1e-9);
		expect(replies).toEqual([0, 1, 2]);
		const total = Math.exp(0.5) + Math.exp(1.5) + Math.exp(1);
		for (const [i, score] of [1, 3, 2].entries()) expect(shares[i]).toBeCloseTo(Math.exp(score / 2) / total, 6);
	});

	test("leaves out what is far less probable than the best, and still sums to 1", () => {
		const { replies, shares } = distributionOf(Float32Array.from([0, 10, 9.5, 0]), 1, 0.1);
		expect(replies).toEqual([1, 2]);
		expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
	});
});

describe("the distribution over thousands of replies", () => {
	const scores = (best: number) => new Float32Array(5000).fill(1).with(4000, best);

	test("has the best, and no crowd of those that are all equally unlikely", () => {
		expect(distributionOf(scores(1.5), 1, 0.01)).toEqual({ replies: [4000], shares: [1] });
	});

	test("has a hundred or so where all are as good", () => {
		const { replies, shares } = distributionOf(scores(1), 1, 0.01);
		expect(replies.length).toBe(128);
		expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
	});

	test("has the most probable ones", () => {
		const { replies } = distributionOf(
			Float32Array.from({ length: 5000 }, (_, i) => i / 5000),
			1,
			0.01,
		);
		expect([replies[0], replies.at(-1)]).toEqual([4873, 4999]);
	});
});

describe("drawing replies", () => {
	const DRAWS = 40_000;
	const rows: Distribution[] = [
		{ replies: [0, 1, 2], shares: [0.5, 0.3, 0.2] },
		certain(3),
		{ replies: [2, 3], shares: [0.25, 0.75] },
	];
	const targets = softTargets(rows);

	test("each comes up by its share", () => {
		const random = new Random(1);
		for (const [i, { replies, shares }] of rows.entries()) {
			const counts = new Map<number, number>();
			for (let n = 0; n < DRAWS; n++) {
				const reply = drawReply(targets, i, random);
				counts.set(reply, (counts.get(reply) ?? 0) + 1);
			}
			expect([...counts.keys()].sort()).toEqual([...replies]);
			for (const [k, reply] of replies.entries()) {
				expect((counts.get(reply) as number) / DRAWS).toBeCloseTo(shares[k] as number, 1);
			}
		}
	});

	test("at each node of the trie the next characters follow the replies that begin so", () => {
		const texts = ["HI YOU", "HI ME", "HO", "YES"];
		const { replies } = buildTrie(new Arena(), texts, buildCharset(texts));
		const reached = new Map<number, number>();
		const followed = new Map<string, number>();
		const add = <K>(counts: Map<K, number>, key: K) => counts.set(key, (counts.get(key) ?? 0) + 1);
		const random = new Random(2);
		for (let n = 0; n < DRAWS; n++) {
			const reply = drawReply(targets, 0, random);
			for (let k = replies.start[reply] as number; k < (replies.start[reply + 1] as number); k++) {
				add(reached, replies.node[k] as number);
				add(followed, `${replies.node[k]} ${replies.target[k]}`);
			}
		}
		const share = (reply: number, step: number): number => {
			const k = (replies.start[reply] as number) + step;
			const node = replies.node[k] as number;
			return (followed.get(`${node} ${replies.target[k]}`) as number) / (reached.get(node) as number);
		};
		// "" → H always; "H" → I by 0.5 + 0.3, O by 0.2; "HI " → Y by 0.5 of 0.8.
		expect(share(0, 0)).toBe(1);
		expect(share(0, 1)).toBeCloseTo(0.8, 1);
		expect(share(2, 1)).toBeCloseTo(0.2, 1);
		expect(share(0, 3)).toBeCloseTo(0.625, 1);
		expect(share(1, 3)).toBeCloseTo(0.375, 1);
	});

	test("a hard label takes nothing from the generator", () => {
		const random = new Random(3);
		for (let n = 0; n < 10; n++) expect(drawReply(targets, 1, random)).toBe(3);
		expect(random.uint32()).toBe(new Random(3).uint32());
	});
});
