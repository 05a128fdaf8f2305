/**
 * Waiting for something to happen or for time to pass, whichever is first, on any clock.
 */
import { interrupted } from "../base/errors.js";
import type { Clock } from "./clock.js";

export class Wakeup {
	#waiting: AbortController | undefined;

	/** Ends the wait in progress, if there is one. */
	wake(): void {
		this.#waiting?.abort();
	}

	/**
	 * Waits for `wake`, at most `timeoutS` seconds (none at all when that is not positive). One wait at a time.
	 * @returns whether it was woken
	 * @throws ZulmError `interrupted`
	 */
	async wait(clock: Clock, timeoutS: number, signal?: AbortSignal): Promise<boolean> {
		if (signal?.aborted) throw interrupted();
		if (this.#waiting) throw new Error("Only one may wait at a time.");
		if (timeoutS <= 0) return false;
		const waiting = new AbortController();
		const onAbort = () => waiting.abort();
		signal?.addEventListener("abort", onAbort, { once: true });
		this.#waiting = waiting;
		try {
			await clock.sleep(timeoutS, waiting.signal);
			return false;
		} catch (error) {
			if (!waiting.signal.aborted) throw error;
			if (signal?.aborted) throw interrupted();
			return true;
		} finally {
			this.#waiting = undefined;
			signal?.removeEventListener("abort", onAbort);
		}
	}
}
