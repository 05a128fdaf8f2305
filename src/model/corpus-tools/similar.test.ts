import { expect, test } from "vitest";
import { Random } from "../../base/random.js";
import { queryVector } from "../features.js";
import { DEFAULT_FEATURES, Z80AI_FEATURES } from "../network.js";
import { MOST_PARTNERS, similarQueries } from "./similar.js";

function dot(x: Int16Array, y: Int16Array): number {
	let sum = 0;
	for (let i = 0; i < x.length; i++) sum += (x[i] as number) * (y[i] as number);
	return sum;
}

function cosine(x: Int16Array, y: Int16Array): number {
	return dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
}

test.each([DEFAULT_FEATURES, Z80AI_FEATURES])(
	"finds exactly the pairs that comparing all with all finds",
	(features) => {
		const random = new Random(5);
		const words = "is it a big red tower by the sea does have any lamp in there who knows".split(" ");
		const queries = Array.from({ length: 150 }, () =>
			Array.from({ length: 2 + random.int(4) }, () => random.pick(words)).join(" "),
		);
		const vectors = queries.map((query) => queryVector(query, features));
		for (const threshold of [0.7, 0.9, 1]) {
			const expected: string[] = [];
			for (const [a, first] of vectors.entries()) {
				for (const [b, second] of vectors.entries()) {
					if (b > a && cosine(first, second) >= threshold - 1e-9) expected.push(`${a} ${b}`);
				}
			}
			const found = similarQueries(queries, features, threshold);
			expect(found.map(({ a, b }) => `${a} ${b}`)).toEqual(expected);
			expect(expected.length).toBeGreaterThan(0);
			for (const pair of found) {
				const { a, b } = pair;
				expect(pair.cosine).toBeCloseTo(cosine(vectors[a] as Int16Array, vectors[b] as Int16Array), 9);
			}
		}
	},
);

test("a query with nothing in common with any other has no partner", () => {
	expect(similarQueries(["xyz", "hello", ""], DEFAULT_FEATURES, 0.1)).toEqual([]);
});

test("lines from one template do not become millions of pairs", () => {
	const queries = Array.from({ length: 300 }, (_, i) => `is it possible to see number ${i} from the top of it`);
	const found = similarQueries(queries, DEFAULT_FEATURES, 0.9);
	const partners = (query: number) => found.filter(({ a }) => a === query).length;
	expect([partners(0), partners(100), partners(290)]).toEqual([MOST_PARTNERS, MOST_PARTNERS, 9]);
});
