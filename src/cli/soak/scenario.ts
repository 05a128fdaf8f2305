/**
 * What goes wrong in one soak run, drawn from its seed: one to three kinds of trouble, each with its own strength and time.
 *
 *   seed ─► { line: shares, bursts, stalls   plug: pulled at, back after   machine: reset, ^C, disk, flow control }
 *
 * Times are seconds after the upload began; a good one takes about five.
 */
import { Random } from "../../base/random.js";
import type { Burst, ByteFaults, Direction, LineFaults, Stall } from "../../transport/faults.js";

export interface Scenario {
	readonly seed: number;
	readonly faults: LineFaults;
	/** The plug is pulled, and back after so many seconds. */
	readonly pulls: readonly { readonly atS: number; readonly backAfterS: number }[];
	/** Somebody presses the reset button. */
	readonly resetAtS: number | undefined;
	/** Somebody presses ^C twice, which kills RX. */
	readonly breakAtS: number | undefined;
	readonly disk: "roomy" | "full" | "no directory entry" | "old file read-only" | "temporary file read-only";
	/** False: nobody obeys the machine's RTS, and the BIOS has no ring; a busy machine loses bytes. */
	readonly flowControl: boolean;
	/** How often the upload may begin again. */
	readonly restarts: number;
	/** The kinds of trouble, in words. */
	readonly story: string;
}

/** A good upload is over by then. */
const UPLOAD_S = 6;

class Draft {
	readonly words: string[] = [];
	readonly bytes: Record<Direction, { -readonly [K in keyof ByteFaults]: ByteFaults[K] }> = {
		toMachine: {},
		toHost: {},
	};
	readonly bursts: Burst[] = [];
	readonly stalls: Stall[] = [];
	readonly pulls: { atS: number; backAfterS: number }[] = [];
	resetAtS: number | undefined;
	breakAtS: number | undefined;
	disk: Scenario["disk"] = "roomy";
	flowControl = true;

	constructor(readonly random: Random) {}

	/** Some time during the upload. */
	time(): number {
		return round(this.random.next() * UPLOAD_S);
	}

	direction(): Direction {
		return this.random.pick(["toMachine", "toHost"] as const);
	}

	/** From 1 in 100,000 to 1 in 100, each magnitude as likely. */
	share(): number {
		return Number((10 ** (-5 + 3 * this.random.next())).toPrecision(2));
	}
}

type Trouble = (draft: Draft) => void;

const shared =
	(fault: "flip" | "lose" | "double" | "insert", word: string): Trouble =>
	(draft) => {
		const share = draft.share();
		const both = draft.random.next() < 0.5;
		const direction = draft.direction();
		for (const each of both ? (["toMachine", "toHost"] as const) : [direction]) draft.bytes[each][fault] = share;
		draft.words.push(`${share} of bytes ${word} ${both ? "both ways" : direction}`);
	};

const TROUBLES: readonly Trouble[] = [
	shared("flip", "with a bit flipped"),
	shared("lose", "lost"),
	shared("double", "doubled"),
	shared("insert", "preceded by noise"),
	(draft) => {
		const count = 1 + draft.random.int(6);
		for (let i = 0; i < count; i++) {
			const burst = { direction: draft.direction(), atS: draft.time(), bytes: 1 + draft.random.int(300) };
			draft.bursts.push(burst);
			draft.words.push(`${burst.bytes} bytes of noise ${burst.direction} at ${burst.atS} s`);
		}
	},
	(draft) => {
		const direction = draft.direction();
		const stall = { direction, atS: draft.time(), forS: round(0.05 * 400 ** draft.random.next()) };
		draft.stalls.push(stall);
		draft.words.push(`${direction} stalled for ${stall.forS} s at ${stall.atS} s`);
	},
	(draft) => {
		const stall = { direction: "toMachine" as const, atS: draft.time(), forS: 200 };
		draft.stalls.push(stall);
		draft.words.push(`RTS stuck from ${stall.atS} s`);
	},
	(draft) => {
		const direction = draft.direction();
		draft.bytes[direction].stripBit7 = true;
		draft.words.push(`bit 7 stripped ${direction}`);
	},
	(draft) => {
		const pull = { atS: draft.time(), backAfterS: round(90 * draft.random.next() ** 3) };
		draft.pulls.push(pull);
		draft.words.push(`cable pulled at ${pull.atS} s, back ${pull.backAfterS} s later`);
	},
	(draft) => {
		draft.resetAtS = draft.time();
		draft.words.push(`reset at ${draft.resetAtS} s`);
	},
	(draft) => {
		draft.breakAtS = draft.time();
		draft.words.push(`^C ^C at ${draft.breakAtS} s`);
	},
	(draft) => {
		draft.disk = draft.random.pick([
			"full",
			"no directory entry",
			"old file read-only",
			"temporary file read-only",
		] as const);
		draft.words.push(`disk: ${draft.disk}`);
	},
	(draft) => {
		draft.flowControl = false;
		draft.words.push("no flow control");
	},
];

export function scenarioOf(seed: number): Scenario {
	const random = new Random(seed);
	const draft = new Draft(random);
	const troubles = random.shuffle([...TROUBLES]).slice(0, 1 + random.int(3));
	for (const trouble of troubles) trouble(draft);
	const { bytes, bursts, stalls, pulls, resetAtS, breakAtS, disk, flowControl, words } = draft;
	return {
		seed,
		faults: { seed, ...bytes, bursts, stalls },
		pulls,
		resetAtS,
		breakAtS,
		disk,
		flowControl,
		restarts: random.int(3),
		story: words.join("; "),
	};
}

/** To the millisecond, so that a story can be told. */
function round(seconds: number): number {
	return Math.round(seconds * 1000) / 1000;
}
