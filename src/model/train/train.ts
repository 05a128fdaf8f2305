/**
 * Training: a corpus becomes a network of 2-bit weights, by learning on exactly what the machine computes.
 *
 *   corpus ─► split by query ─► a course on nine tenths ─► measured on the held-out tenth ─► a short course on all ─► model
 *
 * Accuracy on queries that were never seen is that of the network of the first course. What is saved has gone on from
 * there and learnt the held-out pairs too, because each is a phrasing, or even a reply, that it would otherwise lack;
 * nothing is left to measure it with, so results say so (`refit`, the word other libraries have for it). Without a refit
 * the network that was measured is the one that is saved.
 */
import { ZulmError } from "../../base/errors.js";
import { Random } from "../../base/random.js";
import type { Corpus, Pair } from "../corpus.js";
import type { ReplyAccuracy } from "../evaluate.js";
import type { Model, ModelMetadata, QueryFeatures } from "../network.js";
import { type Course, learn, type Progress } from "./learn.js";
import { MAX_WIDTH } from "./prepare.js";
import { corpusSize, forShape, type Recipe, recipeFor, refitStepsFor, underPressure, wantsTeacher } from "./recipe.js";
import { type Before, isGain, refit } from "./refit.js";
import { INITIAL_SCALE } from "./schedule.js";
import { type Split, splitByQuery } from "./split.js";
import { MAX_TEACHER_PAIRS } from "./teacher.js";
import { usableThreads } from "./threads.js";

export interface TrainOptions {
	readonly features: QueryFeatures;
	/** Widths of the hidden layers. */
	readonly hidden: readonly number[];
	/** Passes over the training pairs before a refit; by default as many as the recipe finds right for the corpus. */
	readonly epochs?: number;
	/** Budget of wall time: training is planned to end by then. Without it the result depends on the seed alone. */
	readonly seconds?: number;
	readonly seed: number;
	/** Share of the distinct queries to measure on instead of learning from, 0–0.5. */
	readonly holdout: number;
	/** Whether the held-out pairs are learnt too, once they have been measured on; by default they are. */
	readonly refit?: boolean;
	/** Go on from this model. Its features and hidden widths must be those asked for; its charset may differ. */
	readonly resume?: Model;
	/** Stops early with the best so far. */
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: Progress) => void;
	/** Threads to share the work; never changes the result. By default all cores, where that pays. */
	readonly threads?: number;
	/** How much more than usual the T-states of a character count against accuracy. */
	readonly costPressure?: number;
	/** Whether a teacher labels made-up queries; by default as the recipe finds right for the corpus. */
	readonly teacher?: boolean;
	/** Changes to the recipe, for experiments. */
	readonly recipe?: Partial<Recipe>;
	/** Seconds from some start; the wall clock unless a test brings its own. */
	readonly now?: () => number;
}

/** Fractions 0–1; NaN where there were no pairs to measure on. */
export interface TrainResult {
	readonly model: Model;
	/** Pairs trained on, and how many rows they became with their copies. */
	readonly pairs: number;
	readonly examples: number;
	/** Where there was a teacher: its whole replies on queries of the training pairs, each as if it had not seen it. */
	readonly teacher?: { readonly outOfFold: number };
	readonly epochs: number;
	readonly seconds: number;
	readonly seed: number;
	/** Of the network that is saved, on the pairs trained on. */
	readonly train: { readonly char: number; readonly reply: number };
	/** On pairs never trained on: of the network that is saved, or with `refit` of that which it has gone on from. */
	readonly holdout: { readonly char: number; readonly reply: ReplyAccuracy };
	readonly refit: boolean;
	readonly nonzeroWeights: number;
	readonly interrupted: boolean;
	/** Every measurement of the first course, in order: what a training curve is drawn from. */
	readonly curve: readonly Progress[];
	/** The step of the curve whose network was kept. */
	readonly keptStep: number;
}

const MIN_ITEMS_FOR_THREADS = 50_000;

/** @throws ZulmError `usage` for shapes that cannot be, `model-unsupported` for a model that cannot be resumed */
export async function train(corpus: Corpus, options: TrainOptions): Promise<TrainResult> {
	checkOptions(options);
	if (options.teacher === true) checkTeacher(corpus.pairs);
	const { seed } = options;
	const now = options.now ?? (() => performance.now() / 1000);
	const startS = now();
	const random = new Random(seed);
	const split = splitByQuery(corpus.pairs, options.holdout, random);
	const willRefit = split.holdout.length > 0 && options.refit !== false;
	const { recipe, steps } = planFor(corpus, split, options);
	const share = willRefit ? steps / (steps + refitStepsFor(recipe, steps)) : 1;
	const course: Course = {
		features: options.features,
		hidden: options.hidden,
		recipe,
		threads: options.threads ?? threadsFor(recipe),
		resume: options.resume?.network,
		scale: options.resume?.metadata.softmaxScale ?? INITIAL_SCALE,
		steps,
		seconds: options.seconds === undefined ? undefined : options.seconds * share,
		signal: options.signal,
		now,
		onProgress: reportPart(options, 0, share),
	};
	const first = await learn(corpus, split, course, random);
	const before: Before = { course, learnt: first, spent: now() - startS, total: options.seconds };
	const last = willRefit ? await refit(corpus, before, reportPart(options, share, 1), random) : undefined;
	const isRefit = last !== undefined && isGain(first, last, split, course.recipe);
	const kept = isRefit ? last : first;

	const train = { char: kept.trained.char, reply: kept.trained.reply.overall };
	const { holdout } = first;
	const { nonzeroWeights } = kept;
	const metadata: ModelMetadata = {
		replies: kept.replies,
		seed,
		corpusSha256: corpus.sha256,
		holdout: options.holdout,
		softmaxScale: kept.scale,
		metrics: { train, ...(split.holdout.length === 0 ? {} : { holdout, refit: isRefit }), nonzeroWeights },
	};
	return {
		model: { network: kept.network, metadata },
		pairs: isRefit ? corpus.pairs.length : split.train.length,
		examples: kept.examples,
		...(first.teacherOutOfFold === undefined ? {} : { teacher: { outOfFold: first.teacherOutOfFold } }),
		epochs: first.epochs + (last?.epochs ?? 0),
		seconds: now() - startS,
		seed,
		train,
		holdout,
		refit: isRefit,
		nonzeroWeights,
		interrupted: first.interrupted || last?.interrupted === true,
		curve: first.curve,
		keptStep: first.keptStep,
	};
}

/** By what recipe to learn, and in how many steps. */
function planFor(corpus: Corpus, split: Split, options: TrainOptions): { recipe: Recipe; steps: number } {
	const hasTeacher = options.teacher ?? wantsTeacher(corpusSize(corpus.pairs));
	const pairs = split.train;
	const usual = underPressure(
		forShape(recipeFor(corpusSize(pairs), hasTeacher), options.hidden),
		options.costPressure ?? 1,
	);
	const recipe: Recipe = { ...usual, ...options.recipe };
	const { epochs } = options;
	return { recipe, steps: epochs === undefined ? recipe.steps : Math.ceil((epochs * pairs.length) / recipe.batch) };
}

/** Reports the progress of a course that is the part of all training between these shares of it. */
function reportPart({ onProgress }: TrainOptions, from: number, to: number): (progress: Progress) => void {
	return (progress) => onProgress?.({ ...progress, share: from + (to - from) * progress.share });
}

/** Starting a thread takes longer than training on a few dozen pairs. */
function threadsFor(recipe: Recipe): number {
	return recipe.steps * recipe.batch < MIN_ITEMS_FOR_THREADS ? 1 : usableThreads();
}

/** @throws ZulmError `usage` where a teacher would take minutes and gigabytes */
function checkTeacher(pairs: readonly Pair[]): void {
	if (pairs.length <= MAX_TEACHER_PAIRS) return;
	throw new ZulmError("usage", `A teacher can learn from ${MAX_TEACHER_PAIRS} pairs at most, not ${pairs.length}.`, {
		hint: "Train without --teacher: the more pairs there are, the less it is missed.",
	});
}

function checkOptions({ hidden, holdout, features, resume }: TrainOptions): void {
	const wrong = hidden.find((width) => !Number.isInteger(width) || width < 1 || width > MAX_WIDTH);
	if (wrong !== undefined) {
		throw new ZulmError("usage", `A hidden layer cannot have ${wrong} neurons.`, {
			hint: `Give widths from 1 to ${MAX_WIDTH}.`,
		});
	}
	if (!(holdout >= 0 && holdout <= 0.5)) {
		throw new ZulmError("usage", `Cannot hold out a share of ${holdout}.`, { hint: "Give a share from 0 to 0.5." });
	}
	if (resume === undefined) return;
	const { network } = resume;
	const had = network.layers.slice(0, -1).map((layer) => layer.outputs);
	if (
		had.join() !== hidden.join() ||
		network.features.buckets !== features.buckets ||
		network.features.ngrams.join() !== features.ngrams.join()
	) {
		throw new ZulmError("model-unsupported", `The model to go on from has hidden layers ${had.join("-") || "none"}.`, {
			hint: "Ask for the same hidden layers and query features, or train from scratch.",
		});
	}
}
