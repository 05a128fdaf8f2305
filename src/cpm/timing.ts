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
		await ccp.find();
		const stem = stemOf(programName(name));
		let few = 1;
		let fewS = await timeRun(link, ccp, stem, few, FIRST_PASS_S);
		while (fewS < SHORTEST_RUN_S && few * GROWTH <= MAX_PASSES) {
			few *= GROWTH;
			fewS = await timeRun(link, ccp, stem, few, FIRST_PASS_S);
		}
		const aboutS = fewS / few;
		const passes = Math.min(MAX_PASSES, few + Math.ceil((options.targetS ?? 2) / aboutS));
		const manyS = await timeRun(link, ccp, stem, passes, FIRST_PASS_S + 2 * aboutS * passes);
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
async function timeRun(link: Link, ccp: Ccp, stem: string, passes: number, silenceS: number): Promise<number> {
	const command = `${stem} /B ${passes}`;
	const marks: { byte: number; atS: number }[] = [];
	const stop = link.onData((bytes, atS) => {
		for (const byte of bytes) if (byte === OPEN || byte === CLOSE) marks.push({ byte, atS });
	});
	try {
		const { output, unknown } = await ccp.run(command, silenceS);
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
