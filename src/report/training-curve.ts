/**
 * The training curve: accuracy of whole replies and loss at each measurement, over the seconds of the run.
 *
 *   100% ┤      ╭──── replies ●          ● the network that was kept, or measured and refit
 *        │   ╭──┴┄┄┄┄ mean over replies
 *     0% ┼──╯─────────
 *        0 s    5 s                      loss is drawn from 0 up to a round number, and labelled at both ends
 *
 * Static SVG with CSS classes; the page styles it.
 */
import { round, roundTicks } from "./axis.js";
import { formatSeconds, formatShare, threeDigits } from "./format.js";
import { type Markup, markup } from "./markup.js";
import type { TrainedResult, TrainingPoint } from "./results.js";

const WIDTH = 860;
const HEIGHT = 300;
const LEFT = 56;
const RIGHT = 190;
const TOP = 28;
const BOTTOM = 36;
/** Least distance of two labels, one below the other. */
const LABEL_HEIGHT = 17;
/** Accuracies whose point lies too near the axis for a label below it. */
const LOW = 0.15;

interface Line {
	readonly name: string;
	readonly style: "overall" | "macro" | "loss";
	readonly values: readonly number[];
	/** Share of the plot's height, 0 at its foot. */
	readonly height: (value: number) => number;
	readonly show: (value: number) => string;
}

/** The chart, or undefined for fewer than two measurements. */
export function trainingCurve({ curve, keptStep, refit }: TrainedResult): Markup | undefined {
	if (curve.length < 2) return undefined;
	const seconds = curve.map((point) => point.seconds);
	const lossTicks = roundTicks(Math.max(...curve.map(({ loss }) => loss), 1e-3), 4);
	const timeTicks = roundTicks(seconds.at(-1) as number, 6).filter((tick) => tick <= (seconds.at(-1) as number));
	const endS = Math.max(seconds.at(-1) as number, 1e-3);
	const endLoss = lossTicks.at(-1) as number;
	const x = (second: number) => round(LEFT + (second / endS) * (WIDTH - LEFT - RIGHT));
	const y = (share: number) => round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM));

	const isHeldOut = curve[0]?.holdout != null;
	const accuracies = curve.map((point) => point.holdout ?? point.train ?? { overall: 0, macro: 0 });
	const share = (value: number) => value;
	const what = isHeldOut ? "held-out replies" : "training replies";
	const lines: Line[] = [
		{ name: what, style: "overall", values: accuracies.map((a) => a.overall), height: share, show: formatShare },
		{ name: "macro", style: "macro", values: accuracies.map((a) => a.macro), height: share, show: formatShare },
		{
			name: "loss",
			style: "loss",
			values: curve.map((point) => point.loss),
			height: (loss) => loss / endLoss,
			show: threeDigits,
		},
	];
	const kept = curve.find(({ step }) => step === keptStep);
	return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Accuracy and loss during training">
${[0, 0.25, 0.5, 0.75, 1].map(
	(tick) => markup`<line class="grid" x1="${LEFT}" y1="${y(tick)}" x2="${WIDTH - RIGHT}" y2="${y(tick)}"/>
<text class="axis" x="${LEFT - 8}" y="${y(tick) + 4}" text-anchor="end">${Math.round(tick * 100)}%</text>`,
)}
${timeTicks.map(
	(tick) =>
		markup`<text class="axis" x="${x(tick)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${formatSeconds(tick)}</text>`,
)}
${lines.map((line) => polyline(line, seconds.map(x), y))}
<text class="loss-start" x="${x(seconds[0] as number) + 8}" y="${y((curve[0] as TrainingPoint).loss / endLoss) + 4}">${threeDigits((curve[0] as TrainingPoint).loss)}</text>
${labels(lines, x(seconds.at(-1) as number) + 12, y)}
${kept === undefined ? markup`` : keptMark(kept, accuracies[curve.indexOf(kept)]?.overall ?? 0, refit, x, y)}
</svg>`;
}

function polyline({ style, values, height }: Line, xs: readonly number[], y: (share: number) => number): Markup {
	const points = values.map((value, i) => `${xs[i]},${y(height(value))}`).join(" ");
	return markup`<polyline class="${style}" points="${points}"/>`;
}

/** Each line's name and last value beside its end, moved apart where ends are close. */
function labels(lines: readonly Line[], x: number, y: (share: number) => number): Markup[] {
	const ends = lines.map((line) => {
		const last = line.values.at(-1) as number;
		return { text: `${line.name} ${line.show(last)}`, style: line.style, y: y(line.height(last)) };
	});
	ends.sort((a, b) => a.y - b.y);
	for (let i = ends.length - 1, limit = y(0); i >= 0; i--) {
		const end = ends[i] as (typeof ends)[number];
		end.y = Math.min(end.y, limit);
		limit = end.y - LABEL_HEIGHT;
	}
	for (let i = 1; i < ends.length; i++) {
		const end = ends[i] as (typeof ends)[number];
		end.y = Math.max(end.y, (ends[i - 1] as (typeof ends)[number]).y + LABEL_HEIGHT);
	}
	return ends.map(
		(end) => markup`<text class="${end.style}-label" x="${x}" y="${round(end.y + 4)}">${end.text}</text>`,
	);
}

function keptMark(
	{ seconds }: TrainingPoint,
	overall: number,
	refit: boolean,
	x: (second: number) => number,
	y: (share: number) => number,
): Markup {
	return markup`<circle class="kept" cx="${x(seconds)}" cy="${y(overall)}" r="5"><title>${refit ? "the network that was measured, and went on to learn the rest" : "the network that was kept"}</title></circle>
<text class="axis" x="${x(seconds)}" y="${y(overall) + (overall < LOW ? -12 : 20)}" text-anchor="middle">${refit ? "measured" : "kept"}</text>`;
}
