/**
 * Virtual time for tests: events in order of their time, one step for each turn of the event loop, so that everything
 * that runs because of one event has settled before the next. Nothing really waits.
 */
import { interrupted } from "../../base/errors.js";
import type { Clock } from "../clock.js";

interface Event {
	readonly atS: number;
	readonly order: number;
	readonly run: () => void;
}

export class SimulatedClock implements Clock {
	#nowS = 0;
	#order = 0;
	#driving = false;
	readonly #events = new Set<Event>();

	now(): number {
		return this.#nowS;
	}

	/** Runs `run` at `atS` seconds (now, when that has passed). Returns the function that calls it off. */
	schedule(atS: number, run: () => void): () => void {
		const event: Event = { atS: Math.max(atS, this.#nowS), order: this.#order++, run };
		this.#events.add(event);
		this.#drive();
		return () => this.#events.delete(event);
	}

	sleep(seconds: number, signal?: AbortSignal): Promise<void> {
		return new Promise((resolve, reject) => {
			if (signal?.aborted) {
				reject(interrupted());
				return;
			}
			const onAbort = () => {
				callOff();
				reject(interrupted());
			};
			const callOff = this.schedule(this.#nowS + seconds, () => {
				signal?.removeEventListener("abort", onAbort);
				resolve();
			});
			signal?.addEventListener("abort", onAbort, { once: true });
		});
	}

	#drive(): void {
		if (this.#driving) return;
		this.#driving = true;
		setImmediate(() => {
			this.#driving = false;
			const next = this.#earliest();
			if (!next) return;
			this.#events.delete(next);
			this.#nowS = next.atS;
			next.run();
			if (this.#events.size > 0) this.#drive();
		});
	}

	#earliest(): Event | undefined {
		let best: Event | undefined;
		for (const event of this.#events) {
			if (!best || event.atS < best.atS || (event.atS === best.atS && event.order < best.order)) best = event;
		}
		return best;
	}
}
