/**
 * A line whose cable may be pulled and come back: the same Link to everybody who holds it, over a new one inside.
 *
 *   lost ──► listeners are told, reads and writes fail ──► reopen() waits for the port ──► a line again
 *
 * Who listens for bytes hears those of the new line too; the end of each line is told once. What was on its way is lost.
 */
import { ZulmError } from "../base/errors.js";
import type { CloseListener, DataListener, Link } from "./link.js";

/** How often the port is looked for. */
const LOOK_EVERY_S = 0.5;

export class ReopenableLink implements Link {
	#inner: Link;
	readonly #open: () => Promise<Link>;
	#closed = false;
	/** Unlike those of a LinkListeners they outlive a lost line. */
	readonly #dataListeners = new Set<DataListener>();

	/** @param open opens the same port again; throws while it is not there */
	constructor(inner: Link, open: () => Promise<Link>) {
		this.#inner = inner;
		this.#open = open;
		this.#forward(inner);
	}

	get clock() {
		return this.#inner.clock;
	}

	get controlLines() {
		return this.#inner.controlLines;
	}

	describe() {
		return this.#inner.describe();
	}

	write(bytes: Uint8Array): Promise<void> {
		return this.#inner.write(bytes);
	}

	drain(): Promise<void> {
		return this.#inner.drain();
	}

	onData(listener: DataListener): () => void {
		const entry: DataListener = (bytes, arrivalS) => listener(bytes, arrivalS);
		this.#dataListeners.add(entry);
		return () => this.#dataListeners.delete(entry);
	}

	onClose(listener: CloseListener): () => void {
		return this.#inner.onClose(listener);
	}

	async close(): Promise<void> {
		this.#closed = true;
		await this.#inner.close();
	}

	/**
	 * Waits up to `timeoutS` seconds for the port and opens it again.
	 * @throws ZulmError `line-lost` when it does not come back, `interrupted`
	 */
	async reopen(timeoutS: number, signal?: AbortSignal): Promise<void> {
		const { clock } = this.#inner;
		const port = this.describe().port;
		await this.#inner.close();
		const deadlineS = clock.now() + timeoutS;
		for (;;) {
			try {
				const inner = await this.#open();
				if (this.#closed) await inner.close();
				this.#inner = inner;
				this.#forward(inner);
				return;
			} catch (cause) {
				if (!(cause instanceof ZulmError)) throw cause;
				if (clock.now() >= deadlineS) {
					throw new ZulmError("line-lost", `The line ${port} was lost and did not come back within ${timeoutS} s.`, {
						hint: "Plug the cable in and start again; the old program is still there.",
						cause,
					});
				}
			}
			await clock.sleep(LOOK_EVERY_S, signal);
		}
	}

	#forward(inner: Link): void {
		inner.onData((bytes, arrivalS) => {
			for (const listener of [...this.#dataListeners]) listener(bytes, arrivalS);
		});
	}
}
