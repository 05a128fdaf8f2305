/**
 * Training: a corpus becomes a network of 2-bit weights, by learning on exactly what the machine computes.
 *
 *   corpus ─► split by query ─► copies with typos ─► mini-batches ─► Adam on latents ─► best measured network
 *
 * The held-out share is measured on and never trained on: the figures reported are those of the very network that is
 * saved, on queries it has not seen. Pass holdout 0 to train on everything and go without them.
 */
import { ZulmError } from "../../base/errors.js";
import { Random } from "../../base/random.js";
import type { Corpus, Pair } from "../corpus.js";
import type { ReplyAccuracy } from "../evaluate.js";
import type { Model, ModelMetadata, QueryFeatures } from "../network.js";
import { BestSoFar } from "./best.js";
import { Engine } from "./engine.js";
import { Measurer } from "./measure.js";
import { countNonzeroWeights, toNetwork } from "./parameters.js";
import { MAX_WIDTH, type Prepared, prepare } from "./prepare.js";
import { type CorpusSize, forShape, type Recipe, recipeFor, underPressure, wantsTeacher } from "./recipe.js";
import { Sampler, SlotTable } from "./sampler.js";
import { LATE_GROWTH, Schedule } from "./schedule.js";
import { splitByQuery } from "./split.js";
import { MAX_TEACHER_PAIRS } from "./teacher.js";
import { usableThreads } from "./threads.js";

export interface TrainOptions {
	readonly features: QueryFeatures;
	/** Widths of the hidden layers. */
	readonly hidden: readonly number[];
	/** Passes over the training pairs; by default as many as the recipe finds right for the corpus. */
	readonly epochs?: number;
	/** Budget of wall time: training is planned to end by then. Without it the result depends on the seed alone. */
	readonly seconds?: number;
	readonly seed: number;
	/** Share of the distinct queries to measure on instead of learning from, 0–0.5. */
	readonly holdout: number;
	/** Go on from this model. Its features and hidden widths must be those asked for; its charset may differ. */
	readonly resume?: Model;
	/** Stops early with the best so far. */
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: TrainProgress) => void;
	/** Threads to share the work; never changes the result. By default all cores, where that pays. */
	readonly threads?: number;
	/** How much more than usual the T-states of a character count against accuracy. */
	readonly costPressure?: number;
	/** Whether a teacher labels made-up queries; by default where replies are many and have few phrasings each. */
	readonly teacher?: boolean;
	/** Changes to the recipe, for experiments. */
	readonly recipe?: Partial<Recipe>;
	/** Seconds from some start; the wall clock unless a test brings its own. */
	readonly now?: () => number;
}

export interface TrainProgress {
	readonly step: number;
	readonly steps: number;
	/** 0–1, by steps or by time where there is a budget of seconds. */
	readonly share: number;
	readonly epoch: number;
	/** Since the start, and how many of them went by before the first step. */
	readonly seconds: number;
	readonly secondsToReady: number;
	/** Mean loss per example since the last report. */
	readonly loss: number;
	readonly nonzeroWeights: number;
	/** Held-out accuracy now, and of the best so far. */
	readonly holdout?: ReplyAccuracy;
	readonly best?: ReplyAccuracy;
	/** Accuracy on the training pairs, where none are held out. */
	readonly train?: ReplyAccuracy;
	/** Share of single characters that are right, each after the right ones before it, where the replies were measured. */
	readonly char: number;
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
	readonly train: { readonly char: number; readonly reply: number };
	readonly holdout: { readonly char: number; readonly reply: ReplyAccuracy };
	readonly nonzeroWeights: number;
	readonly interrupted: boolean;
	/** Every measurement during training, in order: what a training curve is drawn from. */
	readonly curve: readonly TrainProgress[];
}

const MIN_ITEMS_FOR_THREADS = 50_000;
/** A network may exceed the weight budget by this factor: the schedule holds it near LATE_GROWTH, not exactly there. */
const BUDGET_SLACK = LATE_GROWTH + 0.01;
/** The event loop gets a turn this often, so that signals and progress are seen. */
const YIELD_S = 0.05;

/** @throws ZulmError `usage` for shapes that cannot be, `model-unsupported` for a model that cannot be resumed */
export async function train(corpus: Corpus, options: TrainOptions): Promise<TrainResult> {
	checkOptions(options);
	const now = options.now ?? (() => performance.now() / 1000);
	const startS = now();
	const random = new Random(options.seed);
	const split = splitByQuery(corpus.pairs, options.holdout, random);
	const size = corpusSize(split.train);
	const usual = forShape(recipeFor(size, options.teacher ?? wantsTeacher(size)), options.hidden);
	if (options.teacher === true) checkTeacher(split.train);
	const recipe: Recipe = { ...underPressure(usual, options.costPressure ?? 1), ...options.recipe };
	const threads = options.threads ?? threadsFor(recipe);
	const prepared = prepare(corpus, split, { ...options, recipe, threads, resume: options.resume?.network }, random);
	const engine = new Engine(prepared.space);
	try {
		const run: Run = { options, recipe, prepared, engine, random, startS, now, pairs: split.train.length };
		const { steps, interrupted, measurer, curve } = await learn(run);
		const { space, charset, trie, items, trainItems, holdoutItems } = prepared;
		const trained = measurer.measure(trainItems);
		const holdout = measurer.measure(holdoutItems);
		const nonzeroWeights = countNonzeroWeights(space.layout, space.quantised);
		const train = { char: trained.char, reply: trained.reply.overall };
		const metadata: ModelMetadata = {
			replies: trie.texts,
			seed: options.seed,
			corpusSha256: corpus.sha256,
			holdout: options.holdout,
			metrics: { train, ...(split.holdout.length === 0 ? {} : { holdout }), nonzeroWeights },
		};
		return {
			model: { network: toNetwork(space.layout, space.quantised, options.features, charset), metadata },
			pairs: split.train.length,
			examples: items.query.length,
			...(prepared.teacher === undefined ? {} : { teacher: { outOfFold: prepared.teacher.outOfFoldAccuracy } }),
			epochs: (steps * recipe.batch) / split.train.length,
			seconds: now() - startS,
			seed: options.seed,
			train,
			holdout,
			nonzeroWeights,
			interrupted,
			curve,
		};
	} finally {
		engine.close();
	}
}

interface Run {
	readonly options: TrainOptions;
	readonly recipe: Recipe;
	readonly prepared: Prepared;
	readonly engine: Engine;
	readonly random: Random;
	readonly startS: number;
	readonly now: () => number;
	/** Pairs trained on. */
	readonly pairs: number;
}

interface Learnt {
	readonly steps: number;
	readonly interrupted: boolean;
	readonly measurer: Measurer;
	readonly curve: readonly TrainProgress[];
}

/** Step after step until the plan is done, the time is up, nothing gets better, or the signal fires. */
async function learn(run: Run): Promise<Learnt> {
	const { options, recipe, prepared, engine, now, startS } = run;
	const { space, trie, items } = prepared;
	const slots = new SlotTable(trie.contexts.start.length - 1);
	const sampler = new Sampler(items, trie.replies, recipe, run.random);
	const measurer = new Measurer(space, engine, slots, trie);
	const hasHoldout = prepared.holdoutItems.query.length > 0;
	const measuredOn = hasHoldout ? prepared.holdoutItems : prepared.trainItems;
	const schedule = new Schedule(space, recipe);
	const best = new BestSoFar(space.quantised, recipe.weightBudget * BUDGET_SLACK, measuredOn.query.length);
	const steps = options.epochs === undefined ? recipe.steps : Math.ceil((options.epochs * run.pairs) / recipe.batch);

	const curve: TrainProgress[] = [];
	let step = 0;
	let share = 0;
	let measurements = 0;
	let loss = new Mean();
	const begunS = now();
	let yieldedS = begunS;
	const report = (): void => {
		const measured = measurer.measure(measuredOn);
		const accuracy = measured.reply;
		const nonzeroWeights = countNonzeroWeights(space.layout, space.quantised);
		best.offer(accuracy, nonzeroWeights);
		const progress: TrainProgress = {
			step,
			steps,
			share,
			epoch: (step * recipe.batch) / run.pairs,
			seconds: now() - startS,
			secondsToReady: begunS - startS,
			loss: loss.value,
			nonzeroWeights,
			char: measured.char,
			...(hasHoldout ? { holdout: accuracy, best: best.accuracy ?? accuracy } : { train: accuracy }),
		};
		curve.push(progress);
		options.onProgress?.(progress);
		loss = new Mean();
	};
	const stopped = (): boolean => options.signal?.aborted === true;
	while (share < 1 && !stopped() && best.worseInARow < recipe.patience) {
		step++;
		const byTime = options.seconds === undefined ? 0 : (now() - begunS) / timeLeft(options.seconds, begunS - startS);
		share = Math.min(1, Math.max(step / steps, byTime));
		schedule.before(step, share);
		sampler.fill(space.plan, slots);
		engine.step();
		loss.add(schedule.after());
		if (share * recipe.measurements >= measurements + 1 || share === 1) {
			measurements = Math.floor(share * recipe.measurements);
			report();
		}
		if (now() - yieldedS > YIELD_S) {
			await new Promise((resolve) => setImmediate(resolve));
			yieldedS = now();
		}
	}
	const interrupted = stopped();
	if (interrupted && loss.count > 0) report();
	best.restore();
	return { steps: step, interrupted, measurer, curve };
}

/**
 * Seconds to learn in: what getting ready has left of the budget, so that the schedule begins at its beginning; a tenth
 * of the budget where it has left nothing.
 */
function timeLeft(budgetS: number, spentS: number): number {
	return Math.max(budgetS - spentS, 0.1 * budgetS);
}

class Mean {
	count = 0;
	#sum = 0;

	add(value: number): void {
		this.#sum += value;
		this.count++;
	}

	get value(): number {
		return this.#sum / this.count;
	}
}

/** Starting a thread takes longer than training on a few dozen pairs. */
function threadsFor(recipe: Recipe): number {
	return recipe.steps * recipe.batch < MIN_ITEMS_FOR_THREADS ? 1 : usableThreads();
}

/** @throws ZulmError `usage` where a teacher would take minutes and gigabytes */
function checkTeacher(pairs: readonly Pair[]): void {
	if (pairs.length <= MAX_TEACHER_PAIRS) return;
	throw new ZulmError("usage", `A teacher can learn from ${MAX_TEACHER_PAIRS} pairs at most, not ${pairs.length}.`, {
		hint: "Train without --teacher: it helps where replies are many and have few phrasings each.",
	});
}

export function corpusSize(pairs: readonly Pair[]): CorpusSize {
	return { pairs: pairs.length, replies: new Set(pairs.map((pair) => pair.reply)).size };
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
