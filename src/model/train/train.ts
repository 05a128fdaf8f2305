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
import { buildCharset } from "../charset.js";
import type { Corpus, Pair } from "../corpus.js";
import { type ReplyAccuracy, replyAccuracy } from "../evaluate.js";
import { CONTEXT_BUCKETS, type Model, type QueryFeatures } from "../network.js";
import { Arena } from "./arena.js";
import { augment } from "./augment.js";
import { buildTrie, distinctReplies, normalised, queryRows, type Trie } from "./dataset.js";
import { Engine } from "./engine.js";
import { countNonzeroWeights, fromNetwork, initialise, quantiseAll, toNetwork } from "./parameters.js";
import { type Recipe, recipeFor } from "./recipe.js";
import { type Items, planInOrder, Sampler, SlotTable } from "./sampler.js";
import { Schedule } from "./schedule.js";
import { splitByQuery } from "./split.js";
import { usableThreads } from "./threads.js";
import { createWorkspace, type Workspace } from "./workspace.js";

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
	readonly seconds: number;
	/** Mean loss per example since the last report. */
	readonly loss: number;
	readonly nonzeroWeights: number;
	/** Held-out accuracy now and of the best so far; undefined without held-out pairs. */
	readonly holdout?: ReplyAccuracy;
	readonly best?: ReplyAccuracy;
}

/** Fractions 0–1; NaN where there were no pairs to measure on. */
export interface TrainResult {
	readonly model: Model;
	/** Pairs trained on, and how many rows they became with their copies. */
	readonly pairs: number;
	readonly examples: number;
	readonly epochs: number;
	readonly seconds: number;
	readonly seed: number;
	readonly train: { readonly char: number; readonly reply: number };
	readonly holdout: { readonly char: number; readonly reply: ReplyAccuracy };
	readonly nonzeroWeights: number;
	readonly interrupted: boolean;
}

/** Widest layer the Z80 program indexes with one byte. */
const MAX_WIDTH = 256;
const MIN_ITEMS_FOR_THREADS = 50_000;
/** The event loop gets a turn this often, so that signals and progress are seen. */
const YIELD_S = 0.05;

/** @throws ZulmError `usage` for shapes that cannot be, `model-unsupported` for a model that cannot be resumed */
export async function train(corpus: Corpus, options: TrainOptions): Promise<TrainResult> {
	checkOptions(options);
	const now = options.now ?? (() => performance.now() / 1000);
	const startS = now();
	const random = new Random(options.seed);
	const split = splitByQuery(corpus.pairs, options.holdout, random);
	const recipe: Recipe = { ...recipeFor(split.train.length), ...options.recipe };
	const texts = distinctReplies(corpus.pairs);
	const charset = buildCharset(texts);
	if (charset.length > MAX_WIDTH) {
		throw new ZulmError("usage", `The replies use ${charset.length} different characters; ${MAX_WIDTH - 1} fit.`);
	}
	const arena = new Arena();
	const trie = buildTrie(arena, texts, charset);

	const queries = normalised(split.train);
	for (let copy = 1; copy < recipe.copies; copy++) {
		for (let i = 0; i < split.train.length; i++) queries.push(augment(queries[i] as Uint8Array, random));
	}
	const rows = queries.length;
	queries.push(...normalised(split.holdout));
	const items = itemsOf(split.train, trie, 0, rows);
	const trainItems = itemsOf(split.train, trie, 0, split.train.length);
	const holdoutItems = itemsOf(split.holdout, trie, rows, split.holdout.length);

	const longestReply = Math.max(...texts.map((text) => text.length)) + 1;
	const space = createWorkspace(
		arena,
		{
			queryBuckets: options.features.buckets,
			sizes: [options.features.buckets + CONTEXT_BUCKETS, ...options.hidden, charset.length],
			items: recipe.batch,
			examples: recipe.batch * longestReply,
			threads: options.threads ?? threadsFor(recipe),
		},
		queryRows(arena, queries, options.features),
		trie,
	);
	initialise(space.layout, space.latent, random);
	if (options.resume !== undefined) fromNetwork(space.layout, space.latent, options.resume.network, charset);
	quantiseAll(space.layout, space.latent, space.quantised);

	const slots = new SlotTable(trie.contexts.start.length - 1);
	const sampler = new Sampler(items, trie.replies, random);
	const engine = new Engine(space);
	const steps =
		options.epochs === undefined ? recipe.steps : Math.ceil((options.epochs * split.train.length) / recipe.batch);
	const schedule = new Schedule(space, recipe);
	const measurer = { space, engine, slots, trie };
	const best = new BestSoFar(space.quantised, recipe.weightBudget);

	let step = 0;
	let share = 0;
	let lossSum = 0;
	let lossSteps = 0;
	let measured = 0;
	let yieldedS = startS;
	while (share < 1 && options.signal?.aborted !== true) {
		step++;
		const elapsedS = now() - startS;
		share = Math.min(1, Math.max(step / steps, options.seconds === undefined ? 0 : elapsedS / options.seconds));
		schedule.before(step, share);
		sampler.fill(space.plan, slots);
		engine.step();
		lossSum += schedule.after();
		lossSteps++;
		if (share * recipe.measurements >= measured + 1 || share === 1) {
			measured = Math.floor(share * recipe.measurements);
			const holdout = split.holdout.length === 0 ? undefined : measure(measurer, holdoutItems).reply;
			best.offer(holdout, countNonzeroWeights(space.layout, space.quantised));
			options.onProgress?.({
				step,
				steps,
				share,
				epoch: (step * recipe.batch) / split.train.length,
				seconds: now() - startS,
				loss: lossSum / lossSteps,
				nonzeroWeights: countNonzeroWeights(space.layout, space.quantised),
				...(holdout === undefined ? {} : { holdout }),
				...(best.accuracy === undefined ? {} : { best: best.accuracy }),
			});
			lossSum = 0;
			lossSteps = 0;
		}
		if (now() - yieldedS > YIELD_S) {
			await new Promise((resolve) => setImmediate(resolve));
			yieldedS = now();
		}
	}

	best.restore();
	const network = toNetwork(space.layout, space.quantised, options.features, charset);
	const trained = measure(measurer, trainItems);
	const heldOut = measure(measurer, holdoutItems);
	engine.close();
	const nonzeroWeights = countNonzeroWeights(space.layout, space.quantised);
	return {
		model: {
			network,
			metadata: {
				replies: texts,
				seed: options.seed,
				corpusSha256: corpus.sha256,
				holdout: options.holdout,
				metrics: { train: { char: trained.char, reply: trained.reply.overall }, holdout: heldOut, nonzeroWeights },
			},
		},
		pairs: split.train.length,
		examples: rows,
		epochs: (step * recipe.batch) / split.train.length,
		seconds: now() - startS,
		seed: options.seed,
		train: { char: trained.char, reply: trained.reply.overall },
		holdout: heldOut,
		nonzeroWeights,
		interrupted: options.signal?.aborted === true,
	};
}

/** Starting a thread takes longer than training on a few dozen pairs. */
function threadsFor(recipe: Recipe): number {
	return recipe.steps * recipe.batch < MIN_ITEMS_FOR_THREADS ? 1 : usableThreads();
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

/** Items first … first + count − 1 of the query rows; rows repeat the pairs, copy after copy. */
function itemsOf(pairs: readonly Pair[], trie: Trie, firstRow: number, count: number): Items {
	const query = new Int32Array(count);
	const reply = new Int32Array(count);
	for (let i = 0; i < count; i++) {
		query[i] = firstRow + i;
		reply[i] = trie.indexOf.get((pairs[i % pairs.length] as Pair).reply) as number;
	}
	return { query, reply };
}

interface Measurer {
	readonly space: Workspace;
	readonly engine: Engine;
	readonly slots: SlotTable;
	readonly trie: Trie;
}

/** What evaluate.ts measures, by the engine: same figures, sooner. NaN when there are no items. */
function measure({ space, engine, slots, trie }: Measurer, items: Items): { char: number; reply: ReplyAccuracy } {
	const outcomes: boolean[] = [];
	let characters = 0;
	let right = 0;
	for (let item = 0; item < items.query.length; ) {
		const next = planInOrder(space.plan, slots, items, trie.replies, item);
		engine.measure();
		for (let i = 0; i < next - item; i++) {
			const length = (space.plan.first[i + 1] as number) - (space.plan.first[i] as number);
			characters += length;
			right += space.itemRight[i] as number;
			outcomes.push(space.itemRight[i] === length);
		}
		item = next;
	}
	const replies = Array.from(items.reply, (reply) => trie.texts[reply] as string);
	return { char: right / characters, reply: replyAccuracy(replies, outcomes) };
}

/** The best network measured: by held-out macro accuracy, then overall, then the later one; within the weight budget. */
class BestSoFar {
	accuracy: ReplyAccuracy | undefined;
	readonly #quantised: Int16Array;
	readonly #budget: number;
	#kept: Int16Array | undefined;
	#fits = false;

	constructor(quantised: Int16Array, budget: number) {
		this.#quantised = quantised;
		this.#budget = budget;
	}

	offer(accuracy: ReplyAccuracy | undefined, nonzeroWeights: number): void {
		const fits = nonzeroWeights <= this.#budget;
		if (this.#fits && !fits) return;
		const sameBudget = fits === this.#fits;
		if (sameBudget && this.accuracy !== undefined && accuracy !== undefined) {
			const gain = accuracy.macro - this.accuracy.macro || accuracy.overall - this.accuracy.overall;
			if (gain < 0) return;
		}
		this.accuracy = accuracy;
		this.#fits = fits;
		this.#kept = this.#quantised.slice();
	}

	restore(): void {
		if (this.#kept !== undefined) this.#quantised.set(this.#kept);
	}
}
