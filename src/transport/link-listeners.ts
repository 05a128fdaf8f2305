/**
 * The listening half of a Link: who wants bytes, who wants to know that the line has gone, and the promise that the
 * latter is said once. Links own one of these and forward `onData` and `onClose` to it.
 */
import type { ZulmError } from "../base/errors.js";
import type { CloseListener, DataListener } from "./link.js";

export class LinkListeners {
	readonly #data = new Set<DataListener>();
	readonly #close = new Set<CloseListener>();
	#closed = false;
	#error: ZulmError | undefined;

	/** The line has gone, lost or closed by us. */
	get closed(): boolean {
		return this.#closed;
	}

	/** Why the line was lost; undefined while it is there and when we closed it. */
	get error(): ZulmError | undefined {
		return this.#error;
	}

	onData(listener: DataListener): () => void {
		// Wrapped, so that the same function added twice is called twice and removed one at a time.
		const entry: DataListener = (bytes, arrivalS) => listener(bytes, arrivalS);
		this.#data.add(entry);
		return () => this.#data.delete(entry);
	}

	/** A listener that comes after the end is told at once (in a microtask, never before this returns). */
	onClose(listener: CloseListener): () => void {
		let wanted = true;
		const entry: CloseListener = (error) => {
			if (wanted) listener(error);
		};
		if (this.#closed) queueMicrotask(() => entry(this.#error));
		else this.#close.add(entry);
		return () => {
			wanted = false;
			this.#close.delete(entry);
		};
	}

	/** Bytes have arrived. Ignored after the end. */
	data(bytes: Uint8Array, arrivalS: number): void {
		if (this.#closed || bytes.length === 0) return;
		for (const listener of [...this.#data]) listener(bytes, arrivalS);
	}

	/** The line is gone; only the first call counts. */
	close(error?: ZulmError): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#error = error;
		const listeners = [...this.#close];
		this.#close.clear();
		this.#data.clear();
		for (const listener of listeners) listener(error);
	}
}
