/**
 * Waiting for something to happen or for time to pass, whichever is first, on any clock. One Wakeup serves many waits,
 * one after the other. A transfer waits once a block, so a wait costs little: a promise and a timer.
 */
import { interrupted } from "../base/errors.js";
import type { Clock } from "./clock.js";

export class Wakeup {
	/** Ends the wait in progress: woken, timed out, or with an error. */
	#end: ((outcome: boolean | Error) => void) | undefined;
	/** The signal listened to, also between waits: one listener for all of them costs less than one for each. */
	#signal: AbortSignal | undefined;
	readonly #onAbort = () => this.#end?.(interrupted());

	/** Ends the wait in progress, if there is one; with an error, it ends by throwing that. */
	wake(error?: Error): void {
		this.#end?.(error ?? true);
	}

	/**
	 * Waits for `wake`, at most `timeoutS` seconds (none at all when that is not positive). One wait at a time.
	 * @returns whether it was woken
	 * @throws ZulmError `interrupted`, and what `wake` was given
	 */
	wait(clock: Clock, timeoutS: number, signal?: AbortSignal): Promise<boolean> {
		if (signal?.aborted) return Promise.reject(interrupted());
		if (this.#end) return Promise.reject(new Error("Only one may wait at a time."));
		if (timeoutS <= 0) return Promise.resolve(false);
		this.#listenTo(signal);
		return new Promise((resolve, reject) => {
			const cancel = clock.after(timeoutS, () => this.#end?.(false));
			this.#end = (outcome) => {
				this.#end = undefined;
				cancel();
				if (typeof outcome === "boolean") resolve(outcome);
				else reject(outcome);
			};
		});
	}

	/** Lets go of the signal of the last wait. */
	close(): void {
		this.#listenTo(undefined);
	}

	#listenTo(signal: AbortSignal | undefined): void {
		if (signal === this.#signal) return;
		this.#signal?.removeEventListener("abort", this.#onAbort);
		signal?.addEventListener("abort", this.#onAbort);
		this.#signal = signal;
	}
}
