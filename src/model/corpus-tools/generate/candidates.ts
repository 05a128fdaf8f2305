/**
 * From a language model's answer to queries: lines, without the numbering, quotes and chatter that models add, and only
 * those a corpus can use.
 *
 *   "Sure! Here are 3:\n1. “hi there”\n2. hiya"  ──►  hi there, hiya
 */
import { unprintable } from "../../charset.js";
import { MAX_QUERY_LENGTH } from "../../network.js";

/** Why a line is not taken. */
export type Unfit = "chatter" | "too long" | "untypable" | "known" | "beside the point";

/** Collects pieces of text and gives back the lines that are complete, without what a model thinks aloud. */
export class LineCollector {
	#rest = "";
	#thinking = false;

	/** The lines that `text` completes. */
	add(text: string): string[] {
		const lines = (this.#rest + text).split("\n");
		this.#rest = lines.pop() ?? "";
		return lines.filter((line) => this.#spoken(line));
	}

	/** The last line, when the answer is complete: one that broke off may be half a line. */
	end(): string[] {
		const line = this.#rest;
		this.#rest = "";
		return line !== "" && this.#spoken(line) ? [line] : [];
	}

	/** Reasoning models put their thoughts between <think> and </think>, each on a line of its own. */
	#spoken(line: string): boolean {
		if (line.includes("<think>")) this.#thinking = true;
		const spoken = !this.#thinking;
		if (line.includes("</think>")) this.#thinking = false;
		return spoken;
	}
}

export interface Candidate {
	readonly query: string;
	/** Undefined when a corpus can use it. */
	readonly unfit: Unfit | undefined;
}

/** The query in a line; undefined for an empty line. */
export function candidateIn(line: string): Candidate | undefined {
	const query = bare(line);
	return query === "" ? undefined : { query, unfit: objection(query) };
}

function objection(query: string): Unfit | undefined {
	if (query.endsWith(":") || query.startsWith("```") || query.startsWith("#")) return "chatter";
	if (Array.from(query).length > MAX_QUERY_LENGTH) return "too long";
	return unprintable(query).length > 0 ? "untypable" : undefined;
}

/** Without list marks, quotes around it, a reply behind a bar; typographic punctuation as keyboards have it. */
function bare(line: string): string {
	const typed = line
		.replace(/[\u2018\u2019\u02bc]/g, "'")
		.replace(/[\u201c\u201d]/g, '"')
		.replace(/[\u2013\u2014]/g, "-")
		.replaceAll("\u2026", "...")
		.replace(/\s+/g, " ")
		.trim()
		.replace(/^(?:[-*\u2022]|\d{1,3}[.)])\s+/, "");
	const [query = ""] = typed.split("|");
	return query
		.trim()
		.replace(/^"(.*)"[.,]?$/, "$1")
		.trim();
}
