/** Chat scripts: UTF-8 text, one query a line; blank lines and lines that start with # say nothing. */
import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { ZulmError } from "../base/errors.js";
import { readFileOrExplain } from "../base/files.js";
import type { Corpus } from "../model/corpus.js";
import { shippedFile, stemOf } from "./locations.js";

/** How many queries of a corpus are asked when nobody wrote a script. */
const ASKED = 12;

/** @throws ZulmError `file-unreadable`, `usage` when there is no query in it */
export function readScript(path: string): string[] {
	const queries = parseScript(new TextDecoder().decode(readFileOrExplain(path, "chat script")));
	if (queries.length > 0) return queries;
	throw new ZulmError("usage", `There is no query in the chat script ${path}.`, { hint: "Write one query a line." });
}

export function parseScript(text: string): string[] {
	return text
		.replace(/^\ufeff/, "")
		.split(/\r?\n/)
		.map((line) => line.trim())
		.filter((line) => line !== "" && !line.startsWith("#"));
}

/**
 * What to ask when nobody said: the script of a bundled corpus, else one query for each of the commonest replies of the
 * corpus, else (a model alone) small talk.
 */
export function scriptFor(path: string, corpus: Corpus | undefined): string[] {
	const bundled = shippedFile(`fixtures/chats/${stemOf(path)}.txt`);
	if (resolve(path) === shippedFile(`fixtures/corpora/${basename(path)}`) && existsSync(bundled))
		return readScript(bundled);
	return corpus === undefined ? readScript(shippedFile("fixtures/chats/smalltalk.txt")) : sampleOf(corpus);
}

function sampleOf({ pairs }: Corpus): string[] {
	const byReply = new Map<string, string[]>();
	for (const { query, reply } of pairs) {
		const queries = byReply.get(reply);
		if (queries === undefined) byReply.set(reply, [query]);
		else queries.push(query);
	}
	return [...byReply.values()]
		.sort((a, b) => b.length - a.length)
		.slice(0, ASKED)
		.map((queries) => queries[0] as string);
}
