import { describe, expect, it } from "vitest";
import { parseScript } from "./script.js";

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
