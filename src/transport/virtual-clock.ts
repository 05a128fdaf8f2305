/**
 * Virtual time: a clock that moves only while somebody sleeps on it, by running an emulated machine.
 *
 *   sleep ──► (all promises settle) ──► run the machine to its next byte or the earliest deadline ──► wake ──► again
 *
 * Each step runs in a macrotask of its own, so everything that a delivered byte set off has happened before time moves
 * on; runs therefore give the same bytes at the same times. Does not know about work outside the clock (files, sockets):
 * time passes during such work if somebody else sleeps meanwhile.
 */
import { type Clock, sleepWith } from "./clock.js";

/** What moves virtual time: the emulated machine. */
export interface TimeSource {
	/** Seconds since power-on. */
	nowS(): number;
	/** Runs to `deadlineS`, or less far: it stops after something happened that the host must see first. */
	runTo(deadlineS: number): void;
}

/** Longest stretch of virtual time in one macrotask, so that Ctrl-C is seen while a machine computes for minutes. */
const SLICE_S = 0.25;
/** Deadlines are seconds in floating point, the machine counts T-states; closer than this is "reached". */
const ROUNDING_S = 1e-9;

interface Sleeper {
	readonly deadlineS: number;
	readonly wake: () => void;
}

export class VirtualClock implements Clock {
	private readonly sleepers = new Set<Sleeper>();
	private scheduled = false;

	constructor(private readonly source: TimeSource) {}

	now(): number {
		return this.source.nowS();
	}

	after(seconds: number, run: () => void): () => void {
		const sleeper: Sleeper = { deadlineS: this.now() + Math.max(0, seconds), wake: run };
		this.sleepers.add(sleeper);
		this.schedule();
		return () => this.sleepers.delete(sleeper);
	}

	sleep(seconds: number, signal?: AbortSignal): Promise<void> {
		return sleepWith(this, seconds, signal);
	}

	private schedule(): void {
		if (this.scheduled) return;
		this.scheduled = true;
		setImmediate(() => {
			this.scheduled = false;
			this.step();
		});
	}

	private step(): void {
		if (this.sleepers.size === 0) return;
		let earliestS = Number.POSITIVE_INFINITY;
		for (const sleeper of this.sleepers) earliestS = Math.min(earliestS, sleeper.deadlineS);
		this.source.runTo(Math.min(earliestS, this.now() + SLICE_S));
		const reachedS = this.now() + ROUNDING_S;
		// In order of deadline, not of call: that is the order in which real timers would fire.
		const due = [...this.sleepers].filter((sleeper) => sleeper.deadlineS <= reachedS);
		due.sort((a, b) => a.deadlineS - b.deadlineS);
		for (const sleeper of due) {
			this.sleepers.delete(sleeper);
			sleeper.wake();
		}
		if (this.sleepers.size > 0) this.schedule();
	}
}
