import { expect, test } from "vitest";
import { Random } from "../../base/random.js";
import { MAX_QUERY_LENGTH } from "../network.js";
import { augment, recombine } from "./augment.js";

const ascii = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
const QUERY = "where is everybody";
const OTHERS: readonly [Uint8Array, Uint8Array] = [ascii("tell me"), ascii("absolutely certain")];

/** What a hundred calls give, one seed after the other. */
function hundred(make: (random: Random) => Uint8Array): string[] {
	return Array.from({ length: 100 }, (_, seed) => Buffer.from(make(new Random(seed))).toString("latin1"));
}

/** The words of `text` that are not where QUERY has them. */
function newWords(text: string): string[] {
	return text.split(" ").filter((word, i) => word !== QUERY.split(" ")[i]);
}

test("a recombined query has one new word, of the other query", () => {
	const made = hundred((random) => recombine(ascii(QUERY), OTHERS, 0, random));
	for (const text of made) {
		expect(text.split(" ")).toHaveLength(3);
		expect(newWords(text)).toHaveLength(1);
	}
	expect(new Set(made.flatMap(newWords))).toEqual(new Set(["tell", "me"]));
});

test("a coined word begins as a word of one query and ends as one of another", () => {
	const coined = hundred((random) => recombine(ascii(QUERY), OTHERS, 1, random)).flatMap(newWords);
	for (const word of coined) expect(word).toMatch(/^(t|te|tel|tell|m|me)[a-z]*(y|n)$/);
	expect(new Set(coined).size).toBeGreaterThan(40);
});

test("what would not fit the machine's line is cut, and blank queries are left alone", () => {
	const long = ascii("a ".repeat(MAX_QUERY_LENGTH / 2).trimEnd());
	for (const text of hundred((random) => recombine(long, OTHERS, 1, random))) {
		expect(text.length).toBeLessThanOrEqual(MAX_QUERY_LENGTH);
	}
	expect(recombine(ascii(" "), OTHERS, 1, new Random(1))).toEqual(ascii(" "));
	expect(recombine(long, [ascii(""), ascii("")], 1, new Random(1))).toEqual(long);
});

test("a changed copy loses one word at most, and some copies are as they were", () => {
	const copies = hundred((random) => augment(ascii(QUERY), random));
	for (const text of copies) expect(text.split(" ").length).toBeGreaterThanOrEqual(2);
	expect(copies).toContain(QUERY);
	expect(new Set(copies).size).toBeGreaterThan(20);
});
