/**
 * The one clock everything waits on. A link on a real wire has the wall clock; a link into the emulator has a virtual
 * clock that moves only when everyone waits, so that a 40-second deploy takes a second and always gives the same figures.
 */
import { interrupted } from "../base/errors.js";

export interface Clock {
	/** Seconds since an arbitrary start; never goes back. */
	now(): number;
	/** Resolves `seconds` later on this clock. @throws ZulmError `interrupted` when the signal fires first. */
	sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

/** Wall time, from the process's monotonic timer. */
export const realClock: Clock = {
	now: () => performance.now() / 1000,
	sleep: (seconds, signal) =>
		new Promise((resolve, reject) => {
			if (signal?.aborted) {
				reject(interrupted());
				return;
			}
			const onAbort = () => {
				clearTimeout(timer);
				reject(interrupted());
			};
			const timer = setTimeout(() => {
				signal?.removeEventListener("abort", onAbort);
				resolve();
			}, seconds * 1000);
			signal?.addEventListener("abort", onAbort, { once: true });
		}),
};
