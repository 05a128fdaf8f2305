/**
 * Timing as `bench` and `deploy` share it: what the link measured, beside the T-states that the emulated Z80 counts for
 * the same program and queries.
 */
import { type ChatReply, sanitiseQuery } from "../cpm/chat.js";
import { replyTimes, timePasses } from "../cpm/timing.js";
import { measurePasses, measureProgram } from "../emu/measure.js";
import { toMachineBytes } from "../model/charset.js";
import { formatClock, formatSeconds, threeDigits } from "../report/format.js";
import type { TimingResult } from "../report/results.js";
import { distribution } from "../report/statistics.js";
import type { ReplyArrivals } from "../report/svg.js";
import type { Session } from "./command.js";
import { narrate } from "./narrate.js";
import type { Target } from "./target.js";

/** Passes counted on the emulator: each takes the same time, so a few will do. */
const COUNTED_PASSES = 5;
/** Between two characters of a query, as a line of 115,200 baud brings them to a machine of 7.3728 MHz. */
const KEY_SPACING_T_STATES = 640;

/** Times the program `name` on the target: its passes over the link, its T-states in the emulator. */
export async function measureTiming(
	{ out, signal }: Session,
	target: Target,
	name: string,
	image: Uint8Array,
	replies: readonly ChatReply[],
): Promise<TimingResult> {
	const { effectiveClockHz } = await timePasses(target.link, target.profile, name, {
		signal,
		onEvent: narrate(out),
		passTStates: countPass(image),
	});
	const times = replyTimes(replies);
	return {
		firstChar: distribution(times.firstChar),
		perChar: distribution(times.perChar),
		reply: distribution(times.reply),
		tStates: predictTStates(image, new Set(replies.map(({ query }) => query)), signal),
		effectiveClockHz: effectiveClockHz ?? null,
	};
}

/** T-states of one pass; as over the link, two runs are compared so that what surrounds the passes cancels out. */
function countPass(image: Uint8Array): number {
	return (COUNTED_PASSES * measurePasses(image, COUNTED_PASSES) - measurePasses(image, 1)) / (COUNTED_PASSES - 1);
}

/** T-states of each distinct query's reply on the emulated machine. */
function predictTStates(image: Uint8Array, queries: Iterable<string>, signal: AbortSignal): TimingResult["tStates"] {
	const bytes = Array.from(queries, (query) => String.fromCharCode(...toMachineBytes(sanitiseQuery(query))));
	const measured = measureProgram(image, bytes, { keySpacingTStates: KEY_SPACING_T_STATES, signal });
	return {
		firstChar: distribution(measured.map((m) => m.firstCharTStates).filter((t) => t !== undefined)),
		perChar: distribution(measured.flatMap((m) => m.perCharTStates)),
	};
}

/** "first character after 20.5 ms, then 85.2 characters per second, as a Z80 at 7.37 MHz" */
export function describeTiming({ firstChar, perChar, effectiveClockHz }: TimingResult): string {
	const clock = effectiveClockHz === null ? "" : `, as a Z80 at ${formatClock(effectiveClockHz)}`;
	const rate = perChar.n === 0 ? "" : `, then ${threeDigits(1 / perChar.mean)} characters per second`;
	return `first character after ${formatSeconds(firstChar.p50)}${rate}${clock}`;
}

/** When each character of a reply arrived, for the report's chart. */
export function arrivalsOf({ query, reply, firstCharS, gapsS }: ChatReply): ReplyArrivals {
	let atS = firstCharS;
	if (atS === undefined) return { query, reply, arrivalsS: [] };
	const arrivalsS = [atS];
	for (const gapS of gapsS) {
		atS += gapS;
		arrivalsS.push(atS);
	}
	return { query, reply, arrivalsS };
}
