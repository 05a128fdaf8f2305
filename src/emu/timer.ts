/**
 * Lets native code take time: a disk that is slow, a program that computes or waits for a moment.
 *
 *   yield* timer.wait(2780) ─► other devices go on, interrupts are taken ─► 2780 T-states later
 *
 * One wait at a time: CP/M runs one program.
 */
import type { TimedDevice } from "./console-device.js";
import { type Native, WAIT_EVENT } from "./native.js";

export class Timer implements TimedDevice {
	nextEvent = Number.POSITIVE_INFINITY;

	constructor(
		private readonly nowT: () => number,
		/** T-states in a second. */
		readonly clockHz: number,
	) {}

	/** The machine's time in T-states. */
	get now(): number {
		return this.nowT();
	}

	advance(tState: number): void {
		if (tState >= this.nextEvent) this.nextEvent = Number.POSITIVE_INFINITY;
	}

	*wait(tStates: number): Native<void> {
		yield* this.until(this.now + tStates);
	}

	*waitSeconds(seconds: number): Native<void> {
		yield* this.wait(Math.round(seconds * this.clockHz));
	}

	/** Until T-state `tState`. */
	*until(tState: number): Native<void> {
		while (this.now < tState) yield* this.orUntil(tState);
	}

	/** Until something happens on the line, at the latest until T-state `tState`. */
	*orUntil(tState: number): Native<void> {
		this.nextEvent = tState;
		yield WAIT_EVENT;
		this.nextEvent = Number.POSITIVE_INFINITY;
	}
}
