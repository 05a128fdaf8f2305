/**
 * Corpora: one `query|reply` a line, UTF-8, `#` comments, blank lines, plain or gzip.
 *
 *   do you like rain|NO WINDOWS
 *
 * Strict on purpose: a line that cannot be learnt or printed is an error with its number, never skipped in silence.
 * Does not judge the content (contradictions, balance, rare replies): that is the linter's.
 */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { type ErrorCode, ZulmError } from "../base/errors.js";
import { readFileOrExplain } from "../base/files.js";
import { nameCharacter, unprintable } from "./charset.js";
import { MAX_REPLY_LENGTH } from "./network.js";

export interface Pair {
	readonly query: string;
	readonly reply: string;
	/** File the pair came from, and its line there, from 1. */
	readonly source: string;
	readonly line: number;
}

export interface Corpus {
	readonly pairs: readonly Pair[];
	/** Of the text (after gunzip) of all files in order, so that `sha256sum` of a plain file gives the same. */
	readonly sha256: string;
	/** Its file names. */
	readonly name: string;
}

/** Only the first 62 characters of a query count; a line far beyond that is not a corpus line. */
const MAX_LINE_BYTES = 4096;
const MAX_CORPUS_BYTES = 256 * 1024 * 1024;
/** Problems shown in full in one error. */
const SHOWN = 5;
const NEWLINE = 0x0a;

/** A line that cannot be used. */
export interface Problem {
	readonly code: Extract<ErrorCode, "corpus-malformed" | "charset-unprintable">;
	readonly source: string;
	readonly line: number;
	/** What is wrong, as the rest of a sentence about the line. */
	readonly what: string;
}

/** A corpus with the lines that cannot be used told, not refused: for the linter. It may have no pairs at all. */
export interface ScannedCorpus extends Corpus {
	readonly problems: readonly Problem[];
}

/** @throws ZulmError `corpus-malformed`, `charset-unprintable`, `corpus-empty` */
export function parseCorpus(bytes: Uint8Array, name: string): Corpus {
	return usable(scanFiles([{ bytes, name }]));
}

/**
 * Reads and joins corpora; "-" is standard input.
 * @throws ZulmError `file-unreadable`, `corpus-malformed`, `charset-unprintable`, `corpus-empty`
 */
export async function readCorpora(
	paths: readonly string[],
	stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<Corpus> {
	return usable(scanFiles(await readFiles(paths, stdin)));
}

/** The same with every line that cannot be used listed instead of refused. @throws ZulmError `file-unreadable` */
export async function scanCorpora(
	paths: readonly string[],
	stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<ScannedCorpus> {
	return scanFiles(await readFiles(paths, stdin));
}

interface CorpusFile {
	readonly bytes: Uint8Array;
	readonly name: string;
}

async function readFiles(paths: readonly string[], stdin: AsyncIterable<Uint8Array>): Promise<CorpusFile[]> {
	const files: CorpusFile[] = [];
	for (const path of paths) {
		if (path !== "-") files.push({ bytes: readFileOrExplain(path, "corpus"), name: path });
		else {
			const chunks: Uint8Array[] = [];
			for await (const chunk of stdin) chunks.push(chunk);
			files.push({ bytes: Buffer.concat(chunks), name: "standard input" });
		}
	}
	return files;
}

function scanFiles(files: readonly CorpusFile[]): ScannedCorpus {
	const hash = createHash("sha256");
	const pairs: Pair[] = [];
	const problems: Problem[] = [];
	for (const file of files) {
		const text = gunzipIfNeeded(file.bytes, file.name);
		hash.update(text);
		parseLines(text, file.name, pairs, problems);
	}
	return { pairs, problems, sha256: hash.digest("hex"), name: files.map((file) => file.name).join(", ") };
}

/**
 * The corpus, when every line can be used.
 * @throws ZulmError `corpus-malformed`, `charset-unprintable`, `corpus-empty`
 */
export function usable({ pairs, problems, sha256, name }: ScannedCorpus): Corpus {
	if (problems.length > 0) throw describe(problems);
	if (pairs.length === 0) {
		throw new ZulmError("corpus-empty", `There are no pairs in ${name || "an empty list of files"}.`, {
			hint: "Write one query|reply a line, such as: hello|HI THERE",
		});
	}
	return { pairs, sha256, name };
}

/** RFC 1952: gzip starts with 1Fh 8Bh. */
function gunzipIfNeeded(bytes: Uint8Array, name: string): Uint8Array {
	if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
	try {
		return gunzipSync(bytes, { maxOutputLength: MAX_CORPUS_BYTES });
	} catch (cause) {
		throw new ZulmError("corpus-malformed", `${name} is a damaged or far too large gzip file.`, {
			hint: "Unpack it with gunzip and look.",
			cause,
		});
	}
}

function parseLines(bytes: Uint8Array, source: string, pairs: Pair[], problems: Problem[]): void {
	const hasByteOrderMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
	let start = hasByteOrderMark ? 3 : 0;
	for (let line = 1; start < bytes.length; line++) {
		const newline = bytes.indexOf(NEWLINE, start);
		const end = newline === -1 ? bytes.length : newline;
		const result = parseLine(bytes.subarray(start, end));
		if (typeof result === "string") problems.push({ code: "corpus-malformed", source, line, what: result });
		else if (result !== undefined) {
			const [character] = unprintable(result.reply);
			if (character === undefined) pairs.push({ ...result, source, line });
			else {
				const what = `the machine cannot print ${nameCharacter(character)}`;
				problems.push({ code: "charset-unprintable", source, line, what });
			}
		}
		start = end + 1;
	}
}

/** A pair, undefined for a line that says nothing, or what is wrong with it. */
function parseLine(bytes: Uint8Array): { query: string; reply: string } | string | undefined {
	if (bytes.length > MAX_LINE_BYTES) return `is longer than ${MAX_LINE_BYTES} bytes`;
	let text: string;
	try {
		text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trim();
	} catch {
		return "is not UTF-8";
	}
	if (text === "" || text.startsWith("#")) return undefined;
	if (text.includes("\0")) return "holds a NUL character";
	const fields = text.split("|");
	if (fields.length !== 2) return fields.length === 1 ? 'has no "|"' : 'has more than one "|"';
	const [query, reply] = fields.map((field) => field.trim()) as [string, string];
	if (query === "") return "has no query";
	if (reply === "") return "has no reply";
	const length = Array.from(reply).length;
	if (length > MAX_REPLY_LENGTH) return `has a reply of ${length} characters; ${MAX_REPLY_LENGTH} fit`;
	return { query, reply };
}

function describe(problems: readonly Problem[]): ZulmError {
	const shown = problems.slice(0, SHOWN).map(({ source, line, what }) => `${source}:${line} ${what}`);
	const rest = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : "";
	const lines = problems.length === 1 ? "1 line" : `${problems.length} lines`;
	const code = problems.find((problem) => problem.code === "corpus-malformed")?.code ?? "charset-unprintable";
	const hint =
		code === "charset-unprintable"
			? "Write replies in ASCII or half-width katakana."
			: "Write one query|reply a line, in UTF-8; lines that start with # are comments.";
	return new ZulmError(code, `The corpus has ${lines} that cannot be used: ${shown.join("; ")}${rest}.`, { hint });
}
