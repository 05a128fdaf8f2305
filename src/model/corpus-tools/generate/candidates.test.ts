import { expect, test } from "vitest";
import { candidateIn, LineCollector } from "./candidates.js";
import { namesSecret } from "./secret.js";

const query = (line: string) => candidateIn(line)?.query;
const unfit = (line: string) => candidateIn(line)?.unfit;

test.each([
	["  how are you ", "how are you"],
	["12. how are you", "how are you"],
	["3) how are you", "how are you"],
	["- how are you", "how are you"],
	["\u2022 how are you", "how are you"],
	['"how are you"', "how are you"],
	["\u201cwhat\u2019s up\u2026\u201d", "what's up..."],
	["how are you|I AM FINE", "how are you"],
	["how\tare \u00a0you\r", "how are you"],
	["10 print hello", "10 print hello"],
	["-1 or 1", "-1 or 1"],
])("%j becomes %j", (line, expected) => {
	expect(candidateIn(line)).toEqual({ query: expected, unfit: undefined });
});

test("what no corpus can use is named", () => {
	expect(unfit("Here are 20 paraphrases:")).toBe("chatter");
	expect(unfit("```")).toBe("chatter");
	expect(unfit("# greetings")).toBe("chatter");
	expect(unfit("x".repeat(63))).toBe("too long");
	expect(unfit("x".repeat(62))).toBeUndefined();
	expect(unfit("caf\u00e9 \u{1f600}")).toBe("untypable");
	expect(query("  ")).toBeUndefined();
	expect(query("1. |X")).toBeUndefined();
});

test("lines come when they are complete, whatever the pieces; thoughts are left out", () => {
	const lines = new LineCollector();
	expect(["he", "llo\nhow ", "are", " you\n<think>", "\nhm\n</think>\nby", "e"].map((text) => lines.add(text))).toEqual(
		[[], ["hello"], [], ["how are you"], [], []],
	);
	expect(lines.end()).toEqual(["bye"]);
	expect(lines.end()).toEqual([]);
});

test("a guess names the secret, misspelt by a letter or two or not, and not just something like it", () => {
	for (const guess of ["is it a lighthouse", "LIGHT HOUSE!", "lihgthouse?", "a lighthose", "lighthouses"]) {
		expect([guess, namesSecret(guess, "a lighthouse")]).toEqual([guess, true]);
	}
	for (const guess of ["is it a house", "a light bulb", "is it a greenhouse", ""]) {
		expect([guess, namesSecret(guess, "a lighthouse")]).toEqual([guess, false]);
	}
	expect(namesSecret("is it a cat", "the cat")).toBe(true);
	expect(namesSecret("is it a car", "the cat")).toBe(false);
});
