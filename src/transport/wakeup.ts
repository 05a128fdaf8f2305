/**
 * Waiting for something to happen or for time to pass, whichever is first, on any clock.
 */
import { interrupted } from "../base/errors.js";
import type { Clock } from "./clock.js";

export class Wakeup {
	#end: ((woken: boolean) => void) | undefined;

	/** Ends the wait in progress, if there is one. */
	wake(): void {
		this.#end?.(true);
	}

	/**
	 * Waits for `wake`, at most `timeoutS` seconds (none at all when that is not positive). One wait at a time.
	 * @returns whether it was woken
	 * @throws ZulmError `interrupted`
	 */
	async wait(clock: Clock, timeoutS: number, signal?: AbortSignal): Promise<boolean> {
		if (signal?.aborted) throw interrupted();
		if (this.#end) throw new Error("Only one may wait at a time.");
		if (timeoutS <= 0) return false;
		return new Promise((resolve, reject) => {
			const over = () => {
				this.#end = undefined;
				cancel();
				signal?.removeEventListener("abort", onAbort);
			};
			const onAbort = () => {
				over();
				reject(interrupted());
			};
			this.#end = (woken) => {
				over();
				resolve(woken);
			};
			const cancel = clock.after(timeoutS, () => this.#end?.(false));
			signal?.addEventListener("abort", onAbort, { once: true });
		});
	}
}
