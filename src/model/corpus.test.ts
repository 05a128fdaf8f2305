import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { ZulmError } from "../base/errors.js";
import { parseCorpus, readCorpora, scanCorpora } from "./corpus.js";

const parse = (text: string | Uint8Array) => parseCorpus(typeof text === "string" ? Buffer.from(text) : text, "c.txt");

function refusal(text: string | Uint8Array): ZulmError {
	try {
		parse(text);
	} catch (error) {
		if (error instanceof ZulmError) return error;
	}
	throw new Error("the corpus was accepted");
}

describe("reading", () => {
	test("pairs with their lines; comments, blank lines, CRLF and a byte order mark", () => {
		const { pairs } = parse("\ufeff# ours\r\n\r\n hello there | HI \r\nbye|SEE YA");
		expect(pairs).toEqual([
			{ query: "hello there", reply: "HI", source: "c.txt", line: 3 },
			{ query: "bye", reply: "SEE YA", source: "c.txt", line: 4 },
		]);
	});

	test("gzip is told by its first bytes, and hashed as its text", () => {
		const text = Buffer.from("hello|HI\n");
		expect(parse(gzipSync(text))).toEqual(parse(text));
		expect(refusal(gzipSync(text).subarray(0, 20))).toMatchObject({ code: "corpus-malformed" });
	});

	test("several files and standard input join in order", async () => {
		const folder = mkdtempSync(join(tmpdir(), "zulm-"));
		try {
			writeFileSync(join(folder, "a.txt"), "one|A\n");
			const stdin = (async function* () {
				yield Buffer.from("two|");
				yield Buffer.from("B\n");
			})();
			const corpus = await readCorpora([join(folder, "a.txt"), "-"], stdin);
			expect(corpus.pairs.map(({ reply, source }) => [reply, source])).toEqual([
				["A", join(folder, "a.txt")],
				["B", "standard input"],
			]);
			expect(corpus.sha256).toBe(parse("one|A\ntwo|B\n").sha256);
			await expect(readCorpora([join(folder, "none.txt")])).rejects.toMatchObject({ code: "file-unreadable" });
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	test("scanning lists the lines that cannot be used beside those that can", async () => {
		const scanned = await scanCorpora(
			["-"],
			(async function* () {
				yield Buffer.from("one|A\nnothing here\ntwo|\u00e9\n");
			})(),
		);
		expect(scanned.pairs.map(({ query }) => query)).toEqual(["one"]);
		expect(scanned.problems).toEqual([
			{ code: "corpus-malformed", source: "standard input", line: 2, what: 'has no "|"' },
			{
				code: "charset-unprintable",
				source: "standard input",
				line: 3,
				what: 'the machine cannot print "\u00e9" (U+00E9)',
			},
		]);
	});

	test("queries may hold what the machine cannot type; replies may be katakana", () => {
		expect(parse("caf\u00e9 \u{1f600}|\uff71\uff72").pairs).toHaveLength(1);
	});
});

describe("refusing", () => {
	test.each([
		["no separator", "hello", 'c.txt:1 has no "|"'],
		["two separators", "a|B|C", 'c.txt:1 has more than one "|"'],
		["no query", "ok|OK\n |B", "c.txt:2 has no query"],
		["no reply", "a|", "c.txt:1 has no reply"],
		["NUL", "a\0b|C", "c.txt:1 holds a NUL"],
		["long reply", `a|${"X".repeat(51)}`, "c.txt:1 has a reply of 51 characters; 50 fit"],
	])("%s", (_, text, message) => {
		const error = refusal(text);
		expect(error).toMatchObject({ code: "corpus-malformed", exitCode: 2 });
		expect(error.message).toContain(message);
	});

	test("bytes that are not UTF-8, and a line of 10 MB", () => {
		expect(refusal(Uint8Array.of(0x61, 0xff, 0x7c, 0x42)).message).toContain("c.txt:1 is not UTF-8");
		expect(refusal(Buffer.alloc(10_000_000, "x")).message).toContain("c.txt:1 is longer than 4096 bytes");
	});

	test("every bad line is counted, the first ones shown", () => {
		const { message } = refusal(`fine|OK\n${"broken\n".repeat(8)}`);
		expect(message).toContain("8 lines");
		expect(message).toContain("c.txt:2 ");
		expect(message).toContain("c.txt:6 ");
		expect(message).not.toContain("c.txt:7 ");
		expect(message).toContain("and 3 more");
	});

	test("a reply the machine cannot print, with line and character", () => {
		const error = refusal("hello|HI\nhow much|5 \u20ac");
		expect(error.code).toBe("charset-unprintable");
		expect(error.message).toContain('c.txt:2 the machine cannot print "\u20ac" (U+20AC)');
	});

	test("an empty corpus", () => {
		expect(refusal("")).toMatchObject({ code: "corpus-empty", exitCode: 2 });
		expect(refusal("# nothing\n\n")).toMatchObject({ code: "corpus-empty" });
	});
});
