/**
 * How fast the machine really is: `/B n` runs n forward passes between two marks and prints nothing meanwhile.
 *
 *   "CHAT /B 40"  ►  [ ……… n passes ……… ]      clock = T-states of a pass, by the emulator / seconds of a pass
 *
 * Two runs of different length are compared, so that what surrounds the passes cancels out.
 */
import { ZulmError } from "../base/errors.js";
import type { Link } from "../transport/link.js";
import type { Profile } from "../transport/profile.js";
import { Ccp, type CcpOptions } from "./ccp.js";
import type { ChatReply } from "./chat.js";
import { programName, stemOf } from "./names.js";
import { startedByPerson } from "./person.js";

export interface PassTiming {
	/** Passes of the longer run. */
	readonly passes: number;
	readonly secondsPerPass: number;
	/** Undefined where the T-states of a pass are not known. */
	readonly effectiveClockHz: number | undefined;
}

export interface PassOptions extends CcpOptions {
	/** T-states of one pass on the emulator, BDOS not counted. */
	readonly passTStates?: number | undefined;
	/** How long the longer run should take, seconds; 2 by default: an adapter's 16 ms are then below one per cent. */
	readonly targetS?: number;
}

/** Times in seconds, gathered over all replies of a script and its repetitions. */
export interface ReplyTimes {
	readonly firstChar: readonly number[];
	readonly perChar: readonly number[];
	readonly reply: readonly number[];
}

/** The program reads n as a 16-bit number. */
const MAX_PASSES = 60_000;
/** Ptys, USB adapters and networks hand bytes over in bunches, so the marks of a short run may come at once: a run that
 * takes less is made longer. */
const SHORTEST_RUN_S = 0.1;
const GROWTH = 16;
/** Silence allowed for the first pass: 27 M T-states at 2 MHz take 13 s. */
const FIRST_PASS_S = 60;

/**
 * Finds the prompt and times `name /B n`.
 * @throws ZulmError `program-refused` when the marks do not come, `machine-refused`, and as `Ccp.find`
 */
export async function timePasses(
	link: Link,
	profile: Profile,
	name: string,
	options: PassOptions = {},
): Promise<PassTiming> {
	const ccp = new Ccp(link, profile, options);
	try {
		if (ccp.onLine) await ccp.find();
		const stem = stemOf(programName(name));
		const timeRun = (passes: number, silenceS: number) => timePassesOf(ccp, stem, passes, silenceS, options);
		let few = 1;
		let fewS = await timeRun(few, FIRST_PASS_S);
		while (fewS < SHORTEST_RUN_S && few * GROWTH <= MAX_PASSES) {
			few *= GROWTH;
			fewS = await timeRun(few, FIRST_PASS_S);
		}
		const aboutS = fewS / few;
		const passes = Math.min(MAX_PASSES, few + Math.ceil((options.targetS ?? 2) / aboutS));
		const manyS = await timeRun(passes, FIRST_PASS_S + 2 * aboutS * passes);
		const secondsPerPass = (manyS - fewS) / (passes - few);
		const { passTStates } = options;
		return {
			passes,
			secondsPerPass,
			effectiveClockHz: passTStates === undefined ? undefined : passTStates / secondsPerPass,
		};
	} finally {
		ccp.close();
	}
}

/** Seconds between the marks of `/B n`. */
async function timePassesOf(
	ccp: Ccp,
	stem: string,
	passes: number,
	silenceS: number,
	options: CcpOptions,
): Promise<number> {
	const command = `${stem} /B ${passes}`;
	const marks: { byte: number; atS: number }[] = [];
	const stop = ccp.console.link.onData((bytes, atS) => {
		for (const byte of bytes) if (byte === OPEN || byte === CLOSE) marks.push({ byte, atS });
	});
	try {
		const { output, unknown } = ccp.onLine
			? await ccp.run(command, silenceS)
			: { output: await startedByPerson(ccp.console, command, MARKS, options), unknown: false };
		const [open, close] = marks;
		if (marks.length === 2 && open?.byte === OPEN && close?.byte === CLOSE && close.atS >= open.atS) {
			return close.atS - open.atS;
		}
		if (unknown) {
			throw new ZulmError("machine-refused", `There is no ${stem}.COM on the machine's current drive.`, {
				hint: "Send it first with zulm push, or change to its drive.",
			});
		}
		throw new ZulmError(
			"program-refused",
			`${command} did not time itself; the machine said ${JSON.stringify(output)}.`,
			{
				hint: "Only programs packed by zulm can; verify it with zulm verify.",
			},
		);
	} finally {
		stop();
	}
}

/** Both marks; a person takes their time, a run does not take ten minutes. */
const MARKS = /\[[\s\S]*\]/;
const OPEN = "[".charCodeAt(0);
const CLOSE = "]".charCodeAt(0);

/** Gathers the times of replies; empty replies have none. */
export function replyTimes(replies: readonly ChatReply[]): ReplyTimes {
	const defined = (values: readonly (number | undefined)[]) => values.filter((value) => value !== undefined);
	return {
		firstChar: defined(replies.map((reply) => reply.firstCharS)),
		perChar: replies.flatMap((reply) => reply.gapsS),
		reply: defined(replies.map((reply) => reply.replyS)),
	};
}
