/**
 * The one clock everything waits on. A link on a real wire has the wall clock; a link into the emulator has a virtual
 * clock that moves only when everyone waits, so that a 40-second deploy takes a second and always gives the same figures.
 */
import { interrupted } from "../base/errors.js";

export interface Clock {
	/** Seconds since an arbitrary start; never goes back. */
	now(): number;
	/** Calls `run` once, `seconds` later on this clock. Returns the function that takes it back. */
	after(seconds: number, run: () => void): () => void;
	/** Resolves `seconds` later on this clock. @throws ZulmError `interrupted` when the signal fires first. */
	sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** Wall time, from the process's monotonic timer. */
export const realClock: Clock = {
	now: () => performance.now() / 1000,
	after: (seconds, run) => {
		const timer = setTimeout(run, seconds * 1000);
		return () => clearTimeout(timer);
	},
	sleep: (seconds, signal) => sleepWith(realClock, seconds, signal),
};

/** `sleep` made of a clock's `after`. */
export function sleepWith(clock: Pick<Clock, "after">, seconds: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve, reject) => {
		if (signal?.aborted) {
			reject(interrupted());
			return;
		}
		const onAbort = () => {
			cancel();
			reject(interrupted());
		};
		const cancel = clock.after(seconds, () => {
			signal?.removeEventListener("abort", onAbort);
			resolve();
		});
		signal?.addEventListener("abort", onAbort, { once: true });
	});
}
