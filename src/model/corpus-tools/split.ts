/**
 * Splits a corpus into one to train on and one to measure with: by query as the machine reads it, so that no question
 * stands on both sides, and evenly over the replies, so that rare ones are measured too.
 *
 *   questions, shuffled, sorted by reply:  A A A A A B B B B B     a third:  every third one, from a random start
 *
 * Does not see meaning: two phrasings of one thought may land on different sides, which is what a test is for.
 */
import { ZulmError } from "../../base/errors.js";
import { Random } from "../../base/random.js";
import type { Pair } from "../corpus.js";
import { groupBy } from "./findings.js";
import { questionsOf } from "./question.js";

export interface CorpusSplit {
	/** Both in their old order. */
	readonly train: readonly Pair[];
	readonly test: readonly Pair[];
}

/**
 * @param share of the distinct queries that go to the test side, 0–1 exclusive; at least one does, and one stays
 * @throws ZulmError `corpus-empty` when there are fewer than two queries
 */
export function splitCorpus(pairs: readonly Pair[], share: number, seed: number): CorpusSplit {
	const random = new Random(seed);
	const questions = random.shuffle(questionsOf(pairs));
	if (questions.length < 2) {
		throw new ZulmError("corpus-empty", "One query cannot be split into two files.", {
			hint: "Write more queries; the same query in several lines is one.",
		});
	}
	const byReply = [...groupBy(questions, (question) => question.reply).values()].flat();
	const wanted = Math.min(Math.max(Math.round(byReply.length * share), 1), byReply.length - 1);
	const start = random.next();
	const test = new Set<Pair>();
	for (let i = 0; i < wanted; i++) {
		const chosen = byReply[Math.floor(((i + start) * byReply.length) / wanted)];
		for (const pair of chosen?.pairs ?? []) test.add(pair);
	}
	return { train: pairs.filter((pair) => !test.has(pair)), test: pairs.filter((pair) => test.has(pair)) };
}
