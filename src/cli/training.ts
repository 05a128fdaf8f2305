/** Training as the commands `train` and `deploy` share it: options in, progress out, the result as JSON. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { packModel } from "../cpm/pack.js";
import { predict } from "../cpm/predict.js";
import type { Corpus } from "../model/corpus.js";
import { type Model, QUERY_BUCKETS, QUERY_NGRAMS, type QueryFeatures, Z80AI_FEATURES } from "../model/network.js";
import { type BudgetPoint, trainToBudget } from "../model/train/budget.js";
import type { Progress } from "../model/train/learn.js";
import {
	type CorpusSize,
	corpusSize,
	defaultFeatures,
	defaultHidden,
	MIN_TEACHER_PAIRS,
	wantsTeacher,
} from "../model/train/recipe.js";
import { MAX_TEACHER_PAIRS } from "../model/train/teacher.js";
import { type TrainOptions, type TrainResult, train } from "../model/train/train.js";
import { formatBar, formatCount, formatNumberOf, formatSeconds, formatShare } from "../report/format.js";
import type { TradeOff, TradeOffPoint, TrainedResult, TrainingPoint } from "../report/results.js";
import { integer, number, type Session, widths } from "./command.js";
import { widthsOf } from "./model-summary.js";

export interface TrainingOptions {
	readonly hidden?: number[];
	readonly queryBuckets?: QueryFeatures["buckets"];
	readonly queryNgrams?: QueryFeatures["ngrams"];
	readonly z80ai?: boolean;
	readonly teacher?: boolean;
	readonly epochs?: number;
	readonly seconds?: number;
	readonly seed: number;
	readonly holdout?: number;
	readonly refit?: boolean;
	readonly budget?: number;
}

/** Of a handful of lines each is wanted for training, and a tenth of them measures nothing. */
const DEFAULT_HOLDOUT = 0.1;
const MIN_PAIRS_TO_HOLD_OUT = 50;

export function addTrainingOptions(command: Command): Command {
	return command
		.option("--hidden <widths>", "hidden layers, as in 256,192,128 (default: 64; 192 for many replies)", widths)
		.option(
			"--query-buckets <n>",
			`buckets that a query's letters are hashed into: ${QUERY_BUCKETS.join(", ")} (default: 1024; 2048 for many replies)`,
			buckets,
		)
		.option(
			"--query-ngrams <n>",
			`letters hashed together: some of ${QUERY_NGRAMS.join(", ")} (default: 2,3; 2,4 for many replies)`,
			ngrams,
		)
		.addOption(
			new Option("--z80ai", "the query features of z80ai's models: --query-buckets 128 --query-ngrams 3").conflicts([
				"queryBuckets",
				"queryNgrams",
			]),
		)
		.option(
			"--teacher",
			`learn from made-up queries too, which a teacher answers (default: for ${MIN_TEACHER_PAIRS} to ${MAX_TEACHER_PAIRS} pairs)`,
		)
		.option("--no-teacher", "learn from the corpus alone")
		.option("--epochs <n>", "passes over the corpus", integer(1))
		.option("--seconds <s>", "stop after this much time", number(0.1, Number.POSITIVE_INFINITY))
		.option("--seed <n>", "seed of everything random", integer(0, 0xffffffff), 1)
		.option(
			"--holdout <share>",
			`share of queries kept aside to measure with, 0 to 0.5 (default: ${DEFAULT_HOLDOUT}; 0 for fewer than ${MIN_PAIRS_TO_HOLD_OUT} pairs)`,
			number(0, 0.5),
		)
		.option("--no-refit", "keep the network as it was measured; by default it then learns the held-out queries too")
		.addOption(
			new Option(
				"--budget <t>",
				"T-states a character may take on the Z80: trains several networks, keeps the best within",
			)
				.argParser(integer(1))
				.conflicts("resume"),
		);
}

/** What training came to, and the networks it weighed where it was given a budget. */
export interface Trained extends TrainResult {
	readonly tradeOff: TradeOff | null;
}

/** Trains with progress on stderr. */
export async function trainCorpus(
	session: Session,
	corpus: Corpus,
	options: TrainingOptions,
	resume?: Model,
): Promise<Trained> {
	const { out, signal } = session;
	const size = corpusSize(corpus.pairs);
	const settings: TrainOptions = {
		features: featuresOf(options, size, resume),
		hidden: options.hidden ?? (resume === undefined ? defaultHidden(size) : widthsOf(resume.network).slice(1, -1)),
		...(options.epochs === undefined ? {} : { epochs: options.epochs }),
		...(options.seconds === undefined ? {} : { seconds: options.seconds }),
		seed: options.seed,
		holdout: options.holdout ?? (corpus.pairs.length < MIN_PAIRS_TO_HOLD_OUT ? 0 : DEFAULT_HOLDOUT),
		...(options.refit === undefined ? {} : { refit: options.refit }),
		...(resume === undefined ? {} : { resume }),
		teacher: options.teacher ?? wantsTeacher(size),
		signal,
		onProgress: (progress) => out.progress("training", describe(progress)),
	};
	if (options.budget === undefined) return { ...(await train(corpus, settings)), tradeOff: null };
	return await trainWithin(options.budget, session, corpus, settings);
}

/** What was asked for; of a model to go on from, its own where nothing was. */
function featuresOf(
	{ z80ai, queryBuckets, queryNgrams }: TrainingOptions,
	size: CorpusSize,
	resume?: Model,
): QueryFeatures {
	if (z80ai === true) return Z80AI_FEATURES;
	const usual = resume?.network.features ?? defaultFeatures(size);
	return { buckets: queryBuckets ?? usual.buckets, ngrams: queryNgrams ?? usual.ngrams };
}

function buckets(text: string): QueryFeatures["buckets"] {
	const found = QUERY_BUCKETS.find((size) => String(size) === text.trim());
	if (found === undefined) throw new InvalidArgumentError(`It must be one of ${QUERY_BUCKETS.join(", ")}.`);
	return found;
}

function ngrams(text: string): QueryFeatures["ngrams"] {
	const lengths = text.split(",").map((part) => part.trim());
	const found = QUERY_NGRAMS.filter((length) => lengths.includes(String(length)));
	if (found.length !== lengths.length) {
		throw new InvalidArgumentError(`It must be one or more of ${QUERY_NGRAMS.join(", ")}, as in 2,3.`);
	}
	return found;
}

/** As many queries as move the mean of a prediction. */
const PREDICTED_QUERIES = 200;

async function trainWithin(budget: number, { out }: Session, corpus: Corpus, settings: TrainOptions): Promise<Trained> {
	const every = Math.ceil(corpus.pairs.length / PREDICTED_QUERIES);
	const queries = corpus.pairs.filter((_, i) => i % every === 0).map(({ query }) => query);
	const cost = (model: Model) => predict(packModel(model), model.network, queries).perChar;
	const onPoint = (point: BudgetPoint) => out.print(describePoint(point, budget));
	const { best, points } = await trainToBudget(corpus, settings, { budget, cost, onPoint });
	return { ...best.result, tradeOff: { budget, points: points.map((point) => tradeOffPoint(point, point === best)) } };
}

function tradeOffPoint({ hidden, pressure, cost, result }: BudgetPoint, chosen: boolean): TradeOffPoint {
	const { nonzeroWeights, seconds, holdout, train: trained } = result;
	const measured = Number.isFinite(holdout.reply.overall) ? holdout.reply : null;
	return { hidden, pressure, tStatesPerChar: cost, nonzeroWeights, seconds, holdout: measured, train: trained, chosen };
}

/** "  64 neurons, pressure 1.84   13,010 T-states a character   19,012 weights   92.4% (macro 92.5%)   too slow" */
function describePoint({ hidden, pressure, cost, result }: BudgetPoint, budget: number): string {
	const { holdout, train: trained, nonzeroWeights } = result;
	const { overall, macro } = holdout.reply;
	const accuracy = Number.isFinite(overall)
		? `${formatShare(overall)} (macro ${formatShare(macro)})`
		: `${formatShare(trained.reply)} of what it learnt from`;
	const speed = `${formatCount(Math.round(cost))} T-states a character`;
	const network = `${hidden.join("-")} neurons, pressure ${pressure.toFixed(2)}`;
	const weights = `${formatCount(nonzeroWeights)} weights`;
	return `  ${network}   ${speed}   ${weights}   ${accuracy}   ${cost <= budget ? "fits" : "too slow"}`;
}

function describe({ share, seconds, secondsToReady, loss, best }: Progress): string {
	const left = share > 0 ? formatSeconds(((seconds - secondsToReady) / share) * (1 - share)) : "?";
	const accuracy =
		best === undefined ? "" : `, held out ${formatShare(best.overall)} (macro ${formatShare(best.macro)})`;
	return `${formatBar(share)} ${formatShare(share)}, loss ${loss.toFixed(3)}${accuracy}, ${left} left`;
}

export function trainedResult(path: string, trained: Trained): TrainedResult {
	const { pairs, examples, epochs, seconds, seed, holdout, refit, nonzeroWeights, keptStep, tradeOff, model } = trained;
	const widths = widthsOf(model.network);
	const figures = { pairs, examples, epochs, seconds, seed, train: trained.train, holdout, refit, nonzeroWeights };
	const teacher = trained.teacher ?? null;
	return { path, widths, ...figures, teacher, curve: trained.curve.map(trainingPoint), keptStep, tradeOff };
}

function trainingPoint({ step, seconds, loss, nonzeroWeights, holdout, train: trained }: Progress): TrainingPoint {
	return { step, seconds, loss, nonzeroWeights, holdout: holdout ?? null, train: trained ?? null };
}

/** "1,700 pairs in 7.5 s: 91.2% of held-out replies exact, then learnt too" */
export function describeTraining({ pairs, seconds, holdout, refit, train: trained }: TrainResult): string {
	const measured = Number.isFinite(holdout.reply.overall)
		? `${formatShare(holdout.reply.overall)} of held-out replies exact${refit ? ", then learnt too" : ""}`
		: `${formatShare(trained.reply)} of replies exact`;
	return `${formatNumberOf(pairs, "pair")} in ${formatSeconds(seconds)}: ${measured}`;
}
