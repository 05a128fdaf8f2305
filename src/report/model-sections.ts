/** What reports say of a model: its card, and how it was trained where that happened just now. */
import { formatCount, formatSeconds, formatShare } from "./format.js";
import { type Markup, markup } from "./markup.js";
import { card } from "./page.js";
import type { ModelResult, TrainedResult } from "./results.js";
import { tradeOffSection } from "./trade-off.js";
import { trainingCurve } from "./training-curve.js";

export function modelCard(model: ModelResult | TrainedResult): Markup {
	const facts: [string, string][] = [
		["file", model.path],
		["layers", model.widths.join(" → ")],
		["non-zero weights", formatCount(model.nonzeroWeights)],
	];
	if (isTrained(model)) {
		facts.push(
			["trained in", `${formatSeconds(model.seconds)}, ${formatCount(model.epochs)} epochs, seed ${model.seed}`],
			["corpus", `${formatCount(model.pairs)} pairs, ${formatCount(model.examples)} examples`],
			["whole replies, trained on", formatShare(model.train.reply)],
			[
				"whole replies, held out",
				`${formatShare(model.holdout.reply.overall)} overall, ${formatShare(model.holdout.reply.macro)} macro${model.refit ? ", before they were learnt too" : ""}`,
			],
		);
	}
	return card("Model", facts);
}

/** The training curve and the networks that were weighed; nothing for a model that was there already. */
export function trainingSections(model: ModelResult | TrainedResult): Markup[] {
	if (!isTrained(model)) return [];
	const curve = trainingCurve(model);
	return [
		...(curve === undefined ? [] : [markup`<section><h2>Training</h2>\n<div class="scroll">${curve}</div></section>`]),
		...(model.tradeOff === null ? [] : [tradeOffSection(model.tradeOff)]),
	];
}

function isTrained(model: ModelResult | TrainedResult): model is TrainedResult {
	return "holdout" in model;
}
