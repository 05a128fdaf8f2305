/** Pairs as the text of a corpus file: what src/model/corpus.ts reads. */
import type { Pair } from "../corpus.js";

/** @param comments lines that say where the pairs come from */
export function corpusText(pairs: readonly Pick<Pair, "query" | "reply">[], comments: readonly string[] = []): string {
	const lines = [
		...comments.map((comment) => `# ${comment.replace(/[\r\n]+/g, " ")}`),
		...pairs.map(({ query, reply }) => `${query}|${reply}`),
	];
	return lines.map((line) => `${line}\n`).join("");
}
