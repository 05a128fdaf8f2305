/**
 * How long the machine stands still while its disk is written: nothing on a fast disk, seconds on floppies.
 *
 *   writes ─► BIOS's track buffer, 32 records ─► full, or the file is closed: one stall
 *
 * CP/M polls its disk; during a stall nobody looks at the line but the interrupt service, where there is one.
 */
import type { Native } from "./native.js";
import type { Timer } from "./timer.js";

/** A track of an 8-inch disk has 26 records, of most later ones 32 or 36. */
const RECORDS_PER_TRACK = 32;

export class DiskDelay {
	private unwritten = 0;

	/** @param stallS seconds for one flush. */
	constructor(
		private readonly timer: Timer,
		private readonly stallS: number,
	) {}

	/** A record has gone into the track buffer. */
	*recordWritten(): Native<void> {
		this.unwritten++;
		if (this.unwritten >= RECORDS_PER_TRACK) yield* this.flush();
	}

	/** What is in the buffer goes to the disk: a file is closed. */
	*flush(): Native<void> {
		if (this.unwritten === 0) return;
		this.unwritten = 0;
		if (this.stallS > 0) yield* this.timer.waitSeconds(this.stallS);
	}

	/** Many records written at once by native code: one flush, however many. */
	*burst(): Native<void> {
		this.unwritten = 1;
		yield* this.flush();
	}
}
