/**
 * Virtual time without a machine, for tests and measurements: a list of events in order of their time. Like every virtual clock it moves
 * only while somebody sleeps.
 */
import { VirtualClock } from "../virtual-clock.js";

interface Event {
	readonly atS: number;
	readonly run: () => void;
}

export class SimulatedClock extends VirtualClock {
	readonly #events: Event[];
	readonly #now: () => number;

	constructor() {
		const events: Event[] = [];
		let now = 0;
		super({
			nowS: () => now,
			runTo: (deadlineS) => {
				const next = events[0];
				if (!next || next.atS > deadlineS) {
					now = deadlineS;
					return;
				}
				events.shift();
				now = next.atS;
				next.run();
			},
		});
		this.#events = events;
		this.#now = () => now;
	}

	/** Runs `run` at `atS` seconds (now, when that has passed); events of one time run in the order of their calls. */
	at(atS: number, run: () => void): void {
		const event: Event = { atS: Math.max(atS, this.#now()), run };
		const index = this.#events.findLastIndex((other) => other.atS <= event.atS);
		this.#events.splice(index + 1, 0, event);
	}
}
