/**
 * The refit: once a network has been measured on the held-out pairs, it goes on from where it is and learns them too.
 * Held-out pairs are phrasings like any others, and where replies are many some are the only one of their reply.
 */
import type { Random } from "../../base/random.js";
import type { Corpus } from "../corpus.js";
import { BUDGET_SLACK, type Course, type Learnt, learn, type Progress } from "./learn.js";
import { forRefit, type Recipe, refitStepsFor } from "./recipe.js";
import type { Split } from "./split.js";

/** What a refit goes on from. */
export interface Before {
	readonly course: Course;
	readonly learnt: Learnt;
	/** Seconds since training began, and of those there are where time is limited. */
	readonly spent: number;
	readonly total: number | undefined;
}

/** What a short course on the whole corpus makes of a network; undefined when that was interrupted, or time is up. */
export async function refit(
	corpus: Corpus,
	{ course, learnt, spent, total }: Before,
	onProgress: (progress: Progress) => void,
	random: Random,
): Promise<Learnt | undefined> {
	if (learnt.interrupted || (total !== undefined && total <= spent)) return undefined;
	const secondsToReady = learnt.curve[0]?.secondsToReady ?? 0;
	const steps = refitStepsFor(course.recipe, course.steps);
	const goingOn: Course = {
		...course,
		recipe: forRefit(course.recipe, steps),
		resume: learnt.network,
		scale: learnt.scale,
		steps,
		seconds: total === undefined ? undefined : total - spent,
		onProgress: (progress) =>
			onProgress({
				...progress,
				seconds: spent + progress.seconds,
				secondsToReady: secondsToReady + progress.secondsToReady,
				// Its own cannot be measured.
				best: learnt.holdout.reply,
			}),
	};
	return learn(corpus, { train: corpus.pairs, holdout: [] }, goingOn, random);
}

/**
 * Whether a refit that went to its end answers as much of the corpus (but for one standard error: training accuracy
 * goes up and down), with no more weights than were asked for, or hardly more where that was exceeded before.
 */
export function isGain(first: Learnt, last: Learnt, split: Split, { weightBudget }: Recipe): boolean {
	const { train, holdout } = split;
	const pairs = train.length + holdout.length;
	const knew = (train.length * first.trained.reply.overall + holdout.length * first.holdout.reply.overall) / pairs;
	const tolerance = Math.sqrt((knew * (1 - knew)) / pairs);
	const wasWithin = first.nonzeroWeights <= weightBudget * BUDGET_SLACK;
	const fits = last.nonzeroWeights <= BUDGET_SLACK * (wasWithin ? weightBudget : first.nonzeroWeights);
	return !last.interrupted && fits && last.trained.reply.overall >= knew - tolerance;
}
