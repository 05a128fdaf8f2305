/**
 * Training to a budget of T-states per character: run after run, each with more or less pressure on what a character
 * costs, towards the most accurate network that meets the budget. Every run is a point of the trade-off.
 *
 *   nothing fits yet   pressure up: by (cost / budget)³ at first, then by what it took so far to make cost fall
 *   everything fits    pressure down by (cost / budget)³, where there is room
 *   otherwise          halfway (geometrically) between the highest that was too little and the lowest that was enough
 *
 * Where pressure no longer helps, what is left are costs per neuron, so the next network is narrower. What a character
 * costs is the caller's to say; usually it is the packer's prediction.
 */
import { ZulmError } from "../../base/errors.js";
import type { Corpus } from "../corpus.js";
import type { Model } from "../network.js";
import { type TrainOptions, type TrainResult, train } from "./train.js";

export interface BudgetOptions {
	/** T-states per character to stay within. */
	readonly budget: number;
	/** T-states per character of a model. */
	readonly cost: (model: Model) => number;
	/** Networks to train at most. */
	readonly runs?: number;
	/** Called after each of them. */
	readonly onPoint?: (point: BudgetPoint) => void;
}

/** One network of the trade-off. */
export interface BudgetPoint {
	readonly hidden: readonly number[];
	readonly pressure: number;
	readonly cost: number;
	readonly result: TrainResult;
}

const RUNS = 8;
/** A network that uses at least this share of the budget needs no successor. */
const CLOSE = 0.9;
const EXPONENT = 3;
const MAX_FACTOR = 8;
/** The same where the factor is reckoned from what was seen: two networks say little, and too much pressure ruins one. */
const MAX_LEARNT_FACTOR = 3;
/** More than this ruins networks: on the public smalltalk corpus 8 took two points, 16 two thirds of all replies. */
const MAX_PRESSURE = 6;
const MIN_PRESSURE = 0.02;
const NARROWER = 0.75;
/** Pressure has to bring cost down by at least its power of this to be worth more of it. */
const LEAST_RESPONSE = 0.03;

/** @throws ZulmError `usage` when no run met the budget */
export async function trainToBudget(
	corpus: Corpus,
	options: TrainOptions,
	{ budget, cost, runs = RUNS, onPoint }: BudgetOptions,
): Promise<{ best: BudgetPoint; points: readonly BudgetPoint[] }> {
	const points: BudgetPoint[] = [];
	let next: Candidate | undefined = { hidden: options.hidden, pressure: 1 };
	while (next !== undefined && points.length < runs) {
		const result: TrainResult = await train(corpus, { ...options, hidden: next.hidden, costPressure: next.pressure });
		const point: BudgetPoint = { ...next, cost: cost(result.model), result };
		points.push(point);
		onPoint?.(point);
		next = result.interrupted ? undefined : nextCandidate(points, budget);
	}
	const within = points.filter((point) => point.cost <= budget).sort((a, b) => accuracyOf(b) - accuracyOf(a));
	const [best] = within;
	if (best !== undefined) return { best, points };
	const least = Math.round(Math.min(...points.map((point) => point.cost)));
	throw new ZulmError("usage", `No network within ${budget} T-states a character was found; the least was ${least}.`, {
		hint: "Allow more, or give narrower layers with --hidden.",
	});
}

type Candidate = Pick<BudgetPoint, "hidden" | "pressure">;

/** What to train after these points; undefined when the last is close to the budget or nothing new is left. */
export function nextCandidate(points: readonly Omit<BudgetPoint, "result">[], budget: number): Candidate | undefined {
	const { hidden, cost } = points.at(-1) as BudgetPoint;
	if (cost <= budget && cost >= CLOSE * budget) return undefined;
	const alike = points.filter((point) => point.hidden.join() === hidden.join());
	const enough = Math.min(...alike.filter((point) => point.cost <= budget).map(({ pressure }) => pressure));
	const tooLittle = Math.max(...alike.filter((point) => point.cost > budget).map(({ pressure }) => pressure));
	if (Number.isFinite(enough) && Number.isFinite(tooLittle)) {
		return { hidden, pressure: Math.sqrt(enough * tooLittle) };
	}
	const factor = Math.min(MAX_FACTOR, (Math.max(cost, budget) / Math.min(cost, budget)) ** EXPONENT);
	if (cost <= budget) return enough <= MIN_PRESSURE ? undefined : { hidden, pressure: enough / factor };
	const response = responseOf(alike);
	if (tooLittle < MAX_PRESSURE && response > LEAST_RESPONSE) {
		const aim = ((1 + CLOSE) / 2) * budget;
		const learnt = Math.min(MAX_LEARNT_FACTOR, (cost / aim) ** (1 / response));
		return { hidden, pressure: Math.min(MAX_PRESSURE, tooLittle * (alike.length > 1 ? learnt : factor)) };
	}
	return { hidden: hidden.map((width) => Math.max(1, Math.round(width * NARROWER))), pressure: Math.sqrt(tooLittle) };
}

/** The power of 1 / pressure with which cost falls, from the least to the most pressure seen; 1 / EXPONENT for one point. */
function responseOf(points: readonly Omit<BudgetPoint, "result">[]): number {
	const byPressure = points.toSorted((a, b) => a.pressure - b.pressure);
	const [least, most] = [byPressure[0] as BudgetPoint, byPressure.at(-1) as BudgetPoint];
	if (least.pressure === most.pressure) return 1 / EXPONENT;
	return Math.log(least.cost / most.cost) / Math.log(most.pressure / least.pressure);
}

/** Held-out accuracy, or that of training where nothing is held out. */
function accuracyOf({ result: { holdout, train: trained } }: BudgetPoint): number {
	const { overall, macro } = holdout.reply;
	return Number.isFinite(overall) ? (overall + macro) / 2 : trained.reply;
}
