/**
 * One course of training, from a split corpus to the best measured network of it.
 *
 *   getting ready (prepare.ts) ─► step, step, … ─► measurement ─► step, … ─► the network to keep (best.ts)
 */
import type { Random } from "../../base/random.js";
import type { Corpus } from "../corpus.js";
import type { ReplyAccuracy } from "../evaluate.js";
import type { Network } from "../network.js";
import { BestSoFar } from "./best.js";
import { Engine } from "./engine.js";
import { type Measured, Measurer } from "./measure.js";
import { countNonzeroWeights, toNetwork } from "./parameters.js";
import { type Preparation, type Prepared, prepare } from "./prepare.js";
import { Sampler, SlotTable } from "./sampler.js";
import { LATE_GROWTH, Schedule } from "./schedule.js";
import type { Split } from "./split.js";

export interface Course extends Preparation {
	/** Steps planned; there may be fewer when time is up or nothing gets better. */
	readonly steps: number;
	/** What logits are multiplied by in the softmax, to begin with. */
	readonly scale: number;
	/** Wall time the course is planned to take, getting ready included. Without it the result depends on the seed alone. */
	readonly seconds: number | undefined;
	/** Stops early with the best so far. */
	readonly signal: AbortSignal | undefined;
	readonly onProgress: (progress: Progress) => void;
	/** Seconds from some start. */
	readonly now: () => number;
}

export interface Progress {
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

export interface Learnt {
	readonly network: Network;
	readonly nonzeroWeights: number;
	/** The step after which it was measured and kept. */
	readonly keptStep: number;
	/** Of the softmax, as learnt until then. */
	readonly scale: number;
	/** Of this network; NaN where there are no pairs. */
	readonly trained: Measured;
	readonly holdout: Measured;
	/** Distinct replies, most frequent first. */
	readonly replies: readonly string[];
	/** Rows that the pairs became with their copies and made-up queries. */
	readonly examples: number;
	/** The teacher's whole replies to training queries, each as if it had not seen it; undefined without a teacher. */
	readonly teacherOutOfFold: number | undefined;
	readonly epochs: number;
	readonly interrupted: boolean;
	/** Every measurement, in order. */
	readonly curve: readonly Progress[];
}

/** A network may exceed the weight budget by this factor: the schedule holds it near LATE_GROWTH, not exactly there. */
export const BUDGET_SLACK = LATE_GROWTH + 0.01;
/** The event loop gets a turn this often, so that signals and progress are seen. */
const YIELD_S = 0.05;

/** @throws ZulmError `usage` when the replies use more characters than a network can have outputs */
export async function learn(corpus: Corpus, split: Split, course: Course, random: Random): Promise<Learnt> {
	const startS = course.now();
	const prepared = prepare(corpus, split, course, random);
	const engine = new Engine(prepared.space);
	try {
		const { steps, interrupted, measurer, curve, ...kept } = await run(course, prepared, engine, random, startS);
		const { space, charset, trie, items, trainItems, holdoutItems, teacher } = prepared;
		return {
			network: toNetwork(space.layout, space.quantised, course.features, charset),
			nonzeroWeights: countNonzeroWeights(space.layout, space.quantised),
			...kept,
			trained: measurer.measure(trainItems),
			holdout: measurer.measure(holdoutItems),
			replies: trie.texts,
			examples: items.query.length,
			teacherOutOfFold: teacher?.outOfFoldAccuracy,
			epochs: (steps * course.recipe.batch) / split.train.length,
			interrupted,
			curve,
		};
	} finally {
		engine.close();
	}
}

interface Ran {
	readonly steps: number;
	readonly keptStep: number;
	readonly scale: number;
	readonly interrupted: boolean;
	readonly measurer: Measurer;
	readonly curve: readonly Progress[];
}

/** Step after step until the plan is done, the time is up, nothing gets better, or the signal fires. */
async function run(course: Course, prepared: Prepared, engine: Engine, random: Random, startS: number): Promise<Ran> {
	const { recipe, steps, seconds, signal, onProgress, now } = course;
	const { space, trie, items } = prepared;
	const pairs = prepared.trainItems.query.length;
	const slots = new SlotTable(trie.contexts.start.length - 1);
	const sampler = new Sampler(items, trie.replies, recipe, random);
	const measurer = new Measurer(space, engine, slots, trie);
	const hasHoldout = prepared.holdoutItems.query.length > 0;
	const measuredOn = hasHoldout ? prepared.holdoutItems : prepared.trainItems;
	const schedule = new Schedule(space, recipe, course.scale);
	const best = new BestSoFar(space.quantised, recipe.weightBudget * BUDGET_SLACK, measuredOn.query.length);

	const curve: Progress[] = [];
	let step = 0;
	let kept = { keptStep: 0, scale: course.scale };
	let share = 0;
	let measurements = 0;
	let loss = new Mean();
	const begunS = now();
	let yieldedS = begunS;
	const report = (): void => {
		const measured = measurer.measure(measuredOn);
		const accuracy = measured.reply;
		const nonzeroWeights = countNonzeroWeights(space.layout, space.quantised);
		if (best.offer(accuracy, nonzeroWeights)) kept = { keptStep: step, scale: schedule.scale };
		const progress: Progress = {
			step,
			steps,
			share,
			epoch: (step * recipe.batch) / pairs,
			seconds: now() - startS,
			secondsToReady: begunS - startS,
			loss: loss.value,
			nonzeroWeights,
			char: measured.char,
			...(hasHoldout ? { holdout: accuracy, best: best.accuracy ?? accuracy } : { train: accuracy }),
		};
		curve.push(progress);
		onProgress(progress);
		loss = new Mean();
	};
	const stopped = (): boolean => signal?.aborted === true;
	while (share < 1 && !stopped() && best.worseInARow < recipe.patience) {
		step++;
		const byTime = seconds === undefined ? 0 : (now() - begunS) / timeLeft(seconds, begunS - startS);
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
	return { steps: step, ...kept, interrupted, measurer, curve };
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
