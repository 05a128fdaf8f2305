/**
 * The trade-off that training to a budget saw: each network as a point, T-states per character to the right, accuracy
 * upwards, the budget as a line, and the same figures as a table below.
 */
import { round, roundTicks } from "./axis.js";
import { formatCount, formatShare, threeDigits } from "./format.js";
import { type Markup, markup } from "./markup.js";
import type { TradeOff, TradeOffPoint } from "./results.js";

const WIDTH = 860;
const HEIGHT = 260;
const LEFT = 56;
const RIGHT = 60;
const TOP = 30;
const BOTTOM = 40;

/** The section of a report. */
export function tradeOffSection(tradeOff: TradeOff): Markup {
	return markup`<section><h2>Networks weighed for ${formatCount(tradeOff.budget)} T-states a character</h2>
<div class="scroll">${tradeOffChart(tradeOff)}</div>
<div class="scroll"><table><thead><tr><th>Hidden</th><th class="number">Pressure</th><th class="number">T-states a character</th><th class="number">Non-zero weights</th><th class="number">Replies right</th><th class="number">Macro</th><th></th></tr></thead>
<tbody>${tradeOff.points.map(row)}</tbody></table></div></section>`;
}

function row(point: TradeOffPoint): Markup {
	const { overall, macro } = accuracyOf(point);
	return markup`<tr><td>${point.hidden.join("-")}</td><td class="number">${threeDigits(point.pressure)}</td>
<td class="number">${formatCount(point.tStatesPerChar)}</td><td class="number">${formatCount(point.nonzeroWeights)}</td>
<td class="number">${formatShare(overall)}</td><td class="number">${macro === undefined ? "–" : formatShare(macro)}</td>
<td>${point.chosen ? "✓ chosen" : ""}</td></tr>`;
}

function tradeOffChart({ budget, points }: TradeOff): Markup {
	const ticks = roundTicks(Math.max(budget, ...points.map((point) => point.tStatesPerChar)), 6);
	const end = ticks.at(-1) as number;
	const accuracies = points.map((point) => accuracyOf(point).overall);
	// Networks of one corpus lie close together: the axis shows the tenths they span, not 0 to 100%.
	const low = Math.max(0, Math.floor(Math.min(...accuracies) * 10 - 0.25) / 10);
	const high = Math.min(1, Math.max(low + 0.1, Math.ceil(Math.max(...accuracies) * 10) / 10));
	const x = (tStates: number) => round(LEFT + (tStates / end) * (WIDTH - LEFT - RIGHT));
	const y = (share: number) => round(HEIGHT - BOTTOM - ((share - low) / (high - low)) * (HEIGHT - TOP - BOTTOM));
	const shares = [0, 1, 2, 3, 4].map((i) => low + ((high - low) * i) / 4);
	return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Accuracy against T-states per character">
${shares.map(
	(share) => markup`<line class="grid" x1="${LEFT}" y1="${y(share)}" x2="${WIDTH - RIGHT}" y2="${y(share)}"/>
<text class="axis" x="${LEFT - 8}" y="${y(share) + 4}" text-anchor="end">${formatShare(share)}</text>`,
)}
${ticks.map(
	(tick) =>
		markup`<text class="axis" x="${x(tick)}" y="${HEIGHT - BOTTOM + 22}" text-anchor="middle">${formatCount(tick)}</text>`,
)}
<line class="budget" x1="${x(budget)}" y1="${TOP}" x2="${x(budget)}" y2="${HEIGHT - BOTTOM}"/>
<text class="budget-label" x="${x(budget)}" y="${TOP - 10}" text-anchor="middle">budget</text>
${points.map((point, i) => {
	const at = accuracies[i] as number;
	return markup`<circle class="${point.chosen ? "kept" : "point"}" cx="${x(point.tStatesPerChar)}" cy="${y(at)}" r="5"/>
<text class="label" x="${x(point.tStatesPerChar)}" y="${y(at) - 10}" text-anchor="middle">${i + 1}</text>`;
})}
</svg>`;
}

/** On held-out replies, or on those of training where none were held out. */
function accuracyOf({ holdout, train }: TradeOffPoint): { overall: number; macro?: number } {
	return holdout ?? { overall: train.reply };
}
