import { describe, expect, test } from "vitest";
import { contextVector, hashBytes, normaliseQuery, queryVector } from "./features.js";
import { DEFAULT_FEATURES, Z80AI_FEATURES } from "./network.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (query: string) => new TextDecoder("latin1").decode(normaliseQuery(query));
/** bucket → value, of the buckets that are not zero */
const nonzero = (x: Int16Array) => Object.fromEntries([...x.entries()].filter(([, value]) => value !== 0));

test("hash values, worked out by hand", () => {
	expect(hashBytes(bytes("hi"), 0, 2, 0)).toBe(104 * 31 + 105);
	// ((32·31 + 104)·31 + 105) = 34,081
	expect(hashBytes(bytes(" hi"), 0, 3, 0)).toBe(34_081);
	// 105·31² + 105·31 + 32 = 104,192 = 65,536 + 38,656
	expect(hashBytes(bytes("ii "), 0, 3, 0)).toBe(38_656 + 0);
	expect(hashBytes(bytes("a"), 0, 1, 49)).toBe(49 * 31 + 97);
});

describe("normalised query", () => {
	test("is trimmed of everything up to a space, folded and cut to 62", () => {
		expect(text("\t Hello THERE \r\n")).toBe("hello there");
		expect(text("x".repeat(70))).toHaveLength(62);
		expect(text(` ${"y".repeat(61)} z`)).toBe(`${"y".repeat(61)} `);
		expect(text(" \n")).toBe("");
	});

	test("has ? where the machine has no byte, one per character", () => {
		expect(text("caf\u00e9 \u{1f600}\tok")).toBe("caf? ??ok");
		expect([...normaliseQuery("\uff71")]).toEqual([0xb1]);
	});
});

describe("query buckets", () => {
	test("bigrams and trigrams share the table", () => {
		// " hi ": " h" 1,096, "hi" 3,329, "i " 3,287; " hi" 34,081, "hi " 37,695; modulo 1,024
		expect(nonzero(queryVector("Hi", DEFAULT_FEATURES))).toEqual({ 72: 32, 257: 32, 215: 32, 289: 32, 831: 32 });
	});

	test("windows of four characters", () => {
		// " hi ": ((32·31 + 104)·31 + 105)·31 + 32 = 1,056,543, of which 16 bits are 7,967; modulo 2,048
		expect(nonzero(queryVector("Hi", { buckets: 2048, ngrams: [4] }))).toEqual({ 1823: 32 });
		expect(nonzero(queryVector("x", { buckets: 2048, ngrams: [4] }))).toEqual({});
	});

	test("hits add up", () => {
		expect(nonzero(queryVector("aaaa", Z80AI_FEATURES))).toEqual({ 0: 32, 64: 32, 65: 64 });
	});

	test("an empty query is two spaces", () => {
		expect(nonzero(queryVector("", Z80AI_FEATURES))).toEqual({});
		expect(nonzero(queryVector("", DEFAULT_FEATURES))).toEqual({ [(32 * 31 + 32) % 1024]: 32 });
	});
});

describe("context buckets", () => {
	test("21 hits, also of nothing but spaces", () => {
		const x = contextVector(new Uint8Array(0));
		expect(x.reduce((sum, value) => sum + value, 0)).toBe(21 * 32);
		expect(nonzero(x)).toEqual({
			...{ 0: 32, 4: 64, 14: 32, 15: 32, 28: 32, 29: 32, 32: 64, 42: 32, 43: 32, 54: 32, 57: 32, 71: 32 },
			...{ 82: 64, 85: 32, 93: 32, 99: 32, 107: 32, 121: 32 },
		});
	});

	test("depend on position, not on case, and only on the last eight", () => {
		expect(contextVector(bytes("OK"))).toEqual(contextVector(bytes("ok")));
		expect(contextVector(bytes("OK"))).not.toEqual(contextVector(bytes("KO")));
		expect(contextVector(bytes("HELLO THERE"))).toEqual(contextVector(bytes("LO THERE")));
		expect(nonzero(contextVector(bytes("OK")))).toMatchObject({ 5: 32, 6: 32, 50: 32, 83: 32, 90: 32, 121: 64 });
	});
});
