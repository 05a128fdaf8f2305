/**
 * The recipe: every number of training that is not the network's shape, adapted to the corpus. Values come from runs on
 * held-out splits of the public corpora and ours (scripts/bench-training.mjs); none depends on the machine.
 */

import type { Pair } from "../corpus.js";
import { DEFAULT_FEATURES, type QueryFeatures } from "../network.js";
import { MAX_TEACHER_PAIRS } from "./teacher.js";

export interface Recipe {
	/** Items in a mini-batch. */
	readonly batch: number;
	readonly steps: number;
	/** Rows made of each query: itself and changed copies. */
	readonly copies: number;
	/** Extra copies for replies rarer than the median: 0 none, 1 as many as make up for it. */
	readonly balance: number;
	readonly learningRate: number;
	/** Strength of the proximal L1; a controller raises it while there are more non-zero weights than `weightBudget`. */
	readonly sparsity: number;
	readonly weightBudget: number;
	/** What a weight of layer 1's context half costs, relative to one of its query half. */
	readonly contextCost: number;
	/** Loss per 1,000 T-states of a character: the penalty on active neurons. */
	readonly penalty: number;
	/**
	 * Share of that penalty, and of the shrinking of output weights, where replies branch: these few steps of a reply may
	 * take longer, and are where accuracy is decided. (For the first character it is 0: that is worked out before Enter.)
	 */
	readonly branchedToll: number;
	/** Strength of the proximal L1 on a weight that leaves a neuron which is always active; less for others. */
	readonly outputSparsity: number;
	/** Share of hidden neurons that each training example has to do without, 0–1. */
	readonly dropout: number;
	/** How much the first character of a reply counts, any other 1: nearly all wrong replies are wrong from there on. */
	readonly firstWeight: number;
	/** 0 learns all examples alike, up to 1 the less the more hopeless they are: q of the loss (backward.ts). */
	readonly robustness: number;
	/** Share of the prefixes with a single continuation that are trained on: they are many and easy. */
	readonly unbranchedShare: number;
	/** Queries made up for each training pair, which a teacher answers (teacher.ts); 0 for no teacher. */
	readonly invented: number;
	/** Share of them whose new word is put together from parts of two known ones. */
	readonly coined: number;
	/** How much surer of its best answer the teacher is made: the network has to commit itself to one reply. */
	readonly sharpness: number;
	/** Least learning rate of a refit, and its steps, as shares of the usual. */
	readonly refitRate: number;
	readonly refitSteps: number;
	/** Held-out measurements during training, evenly spaced. */
	readonly measurements: number;
	/** Training stops after this many of them in a row that are worse than the best. */
	readonly patience: number;
}

/** Below this many pairs a network learns them by heart unless something is held back. */
const SMALL = 6000;
/** From this many pairs on, more of them per step and more steps pay. */
const LARGE = 10_000;
const LARGE_BATCH = 256;
const LARGE_STEPS = 8000;
/** More rows than this are never all drawn, so a million pairs need no copies (and no gigabytes for them). */
const LARGE_DRAWS = LARGE_STEPS * LARGE_BATCH;
/** Small corpora are learnt by heart long before that, but hardly for new phrasings; a second or two is cheap. */
const MIN_STEPS = 1600;

/** Pairs of each reply, on average, from which a corpus is redundant enough to do with few active neurons, and for dropout. */
const REDUNDANT = 15;

/** Many replies with few phrasings each need more neurons, and a teacher. */
const MANY_REPLIES = 100;

/** What of a corpus decides the recipe. */
export interface CorpusSize {
	readonly pairs: number;
	/** Different ones. */
	readonly replies: number;
}

export function corpusSize(pairs: readonly Pair[]): CorpusSize {
	return { pairs: pairs.length, replies: new Set(pairs.map((pair) => pair.reply)).size };
}

/** Down to this many pairs a teacher was measured, and paid: the fewer there are, the more. */
export const MIN_TEACHER_PAIRS = 50;
/** With fewer pairs a reply, on average, most replies are said once: there is nothing to tell from one pair to the next. */
const LEAST_PHRASINGS = 2;

/** Whether a teacher pays, unless the user says. */
export function wantsTeacher({ pairs, replies }: CorpusSize): boolean {
	return pairs >= Math.max(MIN_TEACHER_PAIRS, LEAST_PHRASINGS * replies) && pairs <= MAX_TEACHER_PAIRS;
}

/**
 * Query features, unless the user says. Where replies are many and most queries have words of their own, it pays to tell
 * more of them apart. Elsewhere 1,024 buckets of pairs and triples did as well or better, and take less memory.
 */
export function defaultFeatures(size: CorpusSize): QueryFeatures {
	return isSprawling(size) ? { buckets: 2048, ngrams: [2, 4] } : DEFAULT_FEATURES;
}

/** Hidden layers, unless the user says. */
export function defaultHidden(size: CorpusSize): readonly number[] {
	return isSprawling(size) ? [192] : [64];
}

function isRedundant({ pairs, replies }: CorpusSize): boolean {
	return pairs >= replies * REDUNDANT;
}

function isSprawling(size: CorpusSize): boolean {
	return size.replies >= MANY_REPLIES && !isRedundant(size);
}

/** What many replies with few phrasings each want (docs/training.md has what each is worth), and what others do. */
const FOR_MANY_REPLIES = {
	sparsity: 0.02,
	weightBudget: 32_500,
	outputSparsity: 0.05,
	firstWeight: 2,
	robustness: 0.4,
	unbranchedShare: 0.2,
	coined: 0.8,
	refitRate: 1,
	refitSteps: 0.5,
};
const FOR_FEW_REPLIES: typeof FOR_MANY_REPLIES = {
	sparsity: 0.01,
	weightBudget: 19_000,
	outputSparsity: 0.1,
	firstWeight: 1,
	robustness: 0,
	unbranchedShare: 0.4,
	coined: 0,
	refitRate: 0.25,
	refitSteps: 0.25,
};

/** @param size of what is trained on @param hasTeacher whether there is a teacher */
export function recipeFor(size: CorpusSize, hasTeacher: boolean): Recipe {
	const { pairs } = size;
	const isLarge = pairs >= LARGE;
	return {
		batch: isLarge ? LARGE_BATCH : hasTeacher ? 128 : 64,
		steps: stepsFor(size),
		copies: copiesFor(size, hasTeacher),
		balance: 0.8,
		learningRate: 0.02,
		...(isSprawling(size) ? FOR_MANY_REPLIES : FOR_FEW_REPLIES),
		contextCost: 2,
		penalty: penaltyFor(size, hasTeacher),
		branchedToll: 0.3,
		dropout: isRedundant(size) && pairs < SMALL && !hasTeacher ? 0.1 : 0,
		invented: hasTeacher ? inventedFor(size) : 0,
		sharpness: 3,
		measurements: 20,
		patience: 10,
	};
}

/** With more to learn from, fewer neurons are active anyway. */
function penaltyFor(size: CorpusSize, hasTeacher: boolean): number {
	if (isSprawling(size)) return 0.012;
	if (!isRedundant(size)) return 0.0011;
	if (size.pairs >= LARGE) return 0.023;
	return hasTeacher ? 0.013 : 0.03;
}

/** A teacher scores each reply for each made-up query: with thousands of replies 150 a pair would take minutes. */
const INVENTED_SCORES = 75_000;

function inventedFor(size: CorpusSize): number {
	return isRedundant(size) ? 60 : Math.min(150, Math.round(INVENTED_SCORES / size.replies));
}

/** Where hardly two queries are alike, there is more to learn from each. */
function stepsFor(size: CorpusSize): number {
	if (size.pairs >= LARGE) return LARGE_STEPS;
	if (isSprawling(size)) return Math.min(9000, Math.max(MIN_STEPS, size.pairs * 3));
	return Math.min(6000, Math.max(MIN_STEPS, size.pairs * 2));
}

/**
 * Made-up queries do part of what copies do, and where nearly every reply has a handful of pairs they are the better
 * teacher: copies of one-off pairs are learnt by heart.
 */
function copiesFor(size: CorpusSize, hasTeacher: boolean): number {
	if (hasTeacher && isSprawling(size)) return 5;
	if (size.pairs >= LARGE) return Math.max(1, Math.min(8, Math.floor(LARGE_DRAWS / size.pairs)));
	if (size.pairs >= SMALL) return 14;
	return hasTeacher && isRedundant(size) ? 20 : 40;
}

/** Hidden neurons, in all layers together, beyond which a network is deep and wide: one layer has no more. */
const WIDE = 256;
const WIDE_WEIGHTS_PER_NEURON = 100;
const WIDE_PENALTY = 0.0014;

/**
 * The recipe for hidden layers of these widths: deep and wide ones, such as z80ai's 256-192-128, need more weights, and
 * the usual penalty on active neurons, summed over so many, would empty them all.
 */
export function forShape(recipe: Recipe, hidden: readonly number[]): Recipe {
	const neurons = hidden.reduce((sum, width) => sum + width, 0);
	if (neurons <= WIDE) return recipe;
	return {
		...recipe,
		weightBudget: Math.max(recipe.weightBudget, WIDE_WEIGHTS_PER_NEURON * neurons),
		penalty: Math.min(recipe.penalty, WIDE_PENALTY),
	};
}

/** In a refit latents have to get this far, in weight units: a small corpus is learnt in few steps, so they are longer. */
const REFIT_REACH = 3.2;
const MIN_REFIT_STEPS = 400;
const REFIT_MEASUREMENTS = 4;

/** Steps of a refit after a course of so many. */
export function refitStepsFor({ refitSteps }: Recipe, steps: number): number {
	return Math.min(steps, Math.max(MIN_REFIT_STEPS, Math.ceil(steps * refitSteps)));
}

/** The recipe for learning the held-out pairs too in so many steps, from the network that was measured on them. */
export function forRefit(recipe: Recipe, steps: number): Recipe {
	const { learningRate, refitRate } = recipe;
	// Of half a cosine the mean is a half.
	const needed = REFIT_REACH / (0.5 * steps);
	return {
		...recipe,
		learningRate: Math.min(learningRate, Math.max(learningRate * refitRate, needed)),
		measurements: REFIT_MEASUREMENTS,
	};
}

/** The recipe with `pressure` times the usual weight on what a character costs. */
export function underPressure(recipe: Recipe, pressure: number): Recipe {
	return {
		...recipe,
		penalty: recipe.penalty * pressure,
		outputSparsity: recipe.outputSparsity * Math.sqrt(pressure),
	};
}
