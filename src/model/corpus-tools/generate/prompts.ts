/**
 * What the language model is asked for: lines that a person would type, for one reply at a time.
 *
 *   paraphrases   other ways of asking what a reply answers       distractors   what the corpus is not about
 *   guesses       ways of naming the secret of a guessing game    nonsense      what a cat on the keyboard types
 */
import type { Random } from "../../../base/random.js";
import type { Pair } from "../../corpus.js";
import { MAX_QUERY_LENGTH } from "../../network.js";
import { groupBy } from "../findings.js";
import type { Prompt } from "./endpoint.js";

export const KINDS = ["paraphrases", "distractors", "nonsense", "guesses"] as const;
export type Kind = (typeof KINDS)[number];

export interface PromptTask {
	readonly kind: Kind;
	/** What all the lines will be answered with. */
	readonly reply: string;
	/** What the player has to guess; for guesses only. */
	readonly secret?: string;
	/** What the corpus has. */
	readonly pairs: readonly Pair[];
}

/** Examples shown of what there is, and of what is there already. */
const EXAMPLES = 12;

/**
 * @param count lines to ask for
 * @param found what the model gave so far, oldest first
 */
export function promptFor(task: PromptTask, count: number, found: readonly string[], random: Random): Prompt {
	const system =
		"You write test input for a tiny chat program on a 1980s home computer. Answer with the lines people would type, " +
		`one a line, each at most ${MAX_QUERY_LENGTH} characters, in plain ASCII, without numbering, quotes, headings or ` +
		"explanations. Vary length, grammar and words; include slang, abbreviations and a few typing errors. Keep it fit " +
		"for children.";
	const known = sample(found, EXAMPLES, random);
	const avoid = known.length === 0 ? [] : ["", "Do not repeat any of these:", ...known];
	return { system, user: [...wish(task, count, random), ...avoid].join("\n") };
}

function wish({ kind, reply, secret, pairs }: PromptTask, count: number, random: Random): string[] {
	const mine = pairs.filter((pair) => pair.reply === reply).map((pair) => pair.query);
	const examples = sample(mine, EXAMPLES, random);
	const others = [...groupBy(pairs, (pair) => pair.reply)]
		.filter(([other]) => other !== reply)
		.map(([, group]) => random.pick(group).query);
	const topics = sample(others, EXAMPLES, random);
	const like = examples.length === 0 ? [] : ["In the manner of:", ...examples];
	const unlike = topics.length === 0 ? [] : ["Nothing that means the same as, or resembles, any of:", ...topics];
	switch (kind) {
		case "paraphrases":
			return [
				`Write ${count} more lines that all deserve the answer "${reply}". Same intent, other words.`,
				...like,
				...(topics.length === 0 ? [] : ["They must not be mistaken for these, which have other answers:", ...topics]),
			];
		case "distractors":
			return [
				`Write ${count} lines about anything else under the sun: facts, sums, shopping, travel, code, statements.`,
				`The program knows nothing of them and will answer "${reply}".`,
				...unlike,
			];
		case "nonsense":
			return [
				`Write ${count} lines of nonsense: mashed keys, made-up words, stray numbers, fragments without meaning.`,
				`The program will answer "${reply}".`,
				...like,
			];
		case "guesses":
			return [
				`In a guessing game the secret is: ${secret}. Write ${count} lines in which the player names the secret, as a`,
				"question, an exclamation or a bare word, some of them misspelt. Every line must name it.",
				...like,
			];
	}
}

function sample(items: readonly string[], count: number, random: Random): string[] {
	return random.shuffle([...new Set(items)]).slice(0, count);
}
