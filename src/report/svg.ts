/**
 * The chart of arrivals: when each character of each reply arrived.
 *
 *   Enter      ┆100 ms     ┆200 ms
 *   hello      ┃   ┃ ┃ ┃ ┃ ┃            HI THERE
 *   how old…   ┃      ┃  ┃ ┃ ┃          BRAND NEW
 *
 * One row a query, one tick a character, seconds from Enter along x. Static SVG with CSS classes; the page styles it.
 */
import { round, roundStep } from "./axis.js";
import { formatSeconds } from "./format.js";
import { type Markup, markup } from "./markup.js";

export interface ReplyArrivals {
	readonly query: string;
	readonly reply: string;
	/** Seconds from Enter to each character of the reply, ascending. */
	readonly arrivalsS: readonly number[];
}

const WIDTH = 860;
const ROW = 26;
const LABEL = 230;
const REPLY = 190;
const TOP = 30;
/** Rows beyond this make the chart longer than a screen and say nothing new; the table below it has them all. */
const MAX_ROWS = 40;

/** The chart, or undefined when no reply had a character. */
export function arrivalsChart(replies: readonly ReplyArrivals[]): Markup | undefined {
	const rows = replies.filter(({ arrivalsS }) => arrivalsS.length > 0).slice(0, MAX_ROWS);
	if (rows.length === 0) return undefined;
	const lastS = Math.max(...rows.map(({ arrivalsS }) => arrivalsS[arrivalsS.length - 1] ?? 0));
	const stepS = roundStep(lastS / 5);
	const endS = Math.max(stepS, Math.ceil(lastS / stepS) * stepS);
	const x = (seconds: number) => round(LABEL + (seconds / endS) * (WIDTH - LABEL - REPLY));
	const bottom = TOP + rows.length * ROW;

	const gridLines = Array.from({ length: Math.round(endS / stepS) + 1 }, (_, i) => {
		const at = x(i * stepS);
		return markup`<line class="grid" x1="${at}" y1="${TOP - 6}" x2="${at}" y2="${bottom}"/>
<text class="axis" x="${at}" y="${TOP - 12}" text-anchor="middle">${i === 0 ? "Enter" : formatSeconds(i * stepS)}</text>`;
	});
	const lines = rows.map(({ query, reply, arrivalsS }, row) => {
		const y = TOP + row * ROW + ROW / 2;
		const ticks = arrivalsS.map(
			(seconds, i) =>
				markup`<line class="${i === 0 ? "first" : "tick"}" x1="${x(seconds)}" y1="${y - 7}" x2="${x(seconds)}" y2="${y + 7}"/>`,
		);
		return markup`<text class="label" x="${LABEL - 12}" y="${y + 4}" text-anchor="end">${shorten(query, 30)}</text>
<line class="wait" x1="${x(0)}" y1="${y}" x2="${x(arrivalsS[0] ?? 0)}" y2="${y}"/>${ticks}
<text class="reply" x="${WIDTH - REPLY + 14}" y="${y + 4}">${shorten(reply, 24)}</text>`;
	});
	const height = bottom + 8;
	return markup`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="When each character of each reply arrived">
${gridLines}
${lines}
</svg>`;
}

function shorten(text: string, length: number): string {
	const characters = [...text];
	return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}
