import { describe, expect, it } from "vitest";
import { parseCorpus } from "../model/corpus.js";
import { shippedFile } from "./locations.js";
import { parseScript, readScript, scriptFor } from "./script.js";
import { testFolder } from "./testing/folder.js";

describe("chat scripts", () => {
	it("are one query a line, without comments, blank lines, line ends and byte order mark", () => {
		expect(parseScript("\ufeff# greetings\r\nhello\r\n\r\n  how are you? \n#bye\nbye")).toEqual([
			"hello",
			"how are you?",
			"bye",
		]);
		expect(parseScript("# nothing\n")).toEqual([]);
	});
});

describe("what is asked when nobody wrote a script", () => {
	it("is the bundled script for a bundled corpus", () => {
		const guess = readScript(shippedFile("fixtures/chats/guess.txt"));
		expect(scriptFor(shippedFile("fixtures/corpora/guess.txt"), undefined)).toEqual(guess);
	});

	it("is a query for each of a corpus's commonest replies, commonest first", () => {
		const corpus = parseCorpus(Buffer.from("a|RARE\nb|OFTEN\nc|OFTEN\n"), "c");
		expect(scriptFor("elsewhere/guess.txt", corpus)).toEqual(["b", "a"]);
		const many = Array.from({ length: 40 }, (_, i) => `query ${i}|REPLY ${i}`).join("\n");
		expect(scriptFor("many.txt", parseCorpus(Buffer.from(many), "many"))).toHaveLength(12);
	});

	it("is small talk for a model alone", () => {
		expect(scriptFor("m.npz", undefined)).toEqual(readScript(shippedFile("fixtures/chats/smalltalk.txt")));
	});

	it("is refused when there is nothing in it", () => {
		const path = testFolder().write("script.txt", "# nothing\n");
		expect(() => readScript(path)).toThrow("There is no query in the chat script");
	});
});
