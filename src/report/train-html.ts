/** The report of `zulm train`: the model, its training curve, and the networks weighed where there was a budget. */
import { formatCount, formatSeconds, formatShare } from "./format.js";
import { markup } from "./markup.js";
import { modelCard, trainingSections } from "./model-sections.js";
import { page, tiles } from "./page.js";
import type { TrainedResult } from "./results.js";

export interface TrainReport {
	/** What was trained, for the heading. */
	readonly name: string;
	/** When, as it should be shown. */
	readonly createdAt: string;
	readonly zulmVersion: string;
	readonly result: TrainedResult;
}

/** The whole page as text. */
export function trainReportHtml({ name, createdAt, zulmVersion, result }: TrainReport): string {
	const { holdout, train: trained, pairs, seconds, nonzeroWeights } = result;
	const measured: [string, string] = Number.isFinite(holdout.reply.overall)
		? [formatShare(holdout.reply.overall), "of held-out replies exact"]
		: [formatShare(trained.reply), "of training replies exact"];
	return page({
		title: `${name} trained`,
		kicker: `zulm train · ${createdAt}`,
		heading: markup`${name} <span>trained</span>`,
		zulmVersion,
		remark: "Accuracies are those of the integer network as the Z80 computes it.",
		body: [
			tiles([
				measured,
				[formatCount(nonzeroWeights), "non-zero weights"],
				[formatCount(pairs), "pairs learnt from"],
				[formatSeconds(seconds), "of training"],
			]),
			...trainingSections(result),
			markup`<section>${modelCard(result)}</section>`,
		],
	});
}
