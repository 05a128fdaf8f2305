/** Chat scripts: UTF-8 text, one query a line; blank lines and lines that start with # say nothing. */
import { ZulmError } from "../base/errors.js";
import { readFileOrExplain } from "../base/files.js";

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
