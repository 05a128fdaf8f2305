/**
 * A captured session as the machine: what came then comes again, after what was sent then has been sent again.
 *
 *   capture:  rx "A>"   tx "DIR\r"   rx "DIR\r" (3 ms later) …      we: … wait, write, wait …
 *
 * Sent bytes must equal the recorded ones (however they are cut into writes); delays are the recorded ones, counted from
 * the write before. Virtual time.
 */
import { ZulmError } from "../../base/errors.js";
import type { CaptureEntry } from "../capture.js";
import type { Link } from "../link.js";
import { LinkListeners } from "../link-listeners.js";
import { SimulatedClock } from "../simulation/simulated-clock.js";

export class ReplayLink implements Link {
	readonly clock: SimulatedClock;
	readonly controlLines = undefined;
	readonly #listeners = new LinkListeners();
	readonly #entries: readonly CaptureEntry[];
	/** The next entry, and how much of it has been written when it is a tx. */
	#next = 0;
	#written = 0;
	/** When the latest rx is due; nothing overtakes it. */
	#lastDueS: number;

	constructor(entries: readonly CaptureEntry[], clock: SimulatedClock = new SimulatedClock()) {
		this.clock = clock;
		this.#entries = entries;
		this.#lastDueS = clock.now();
		this.#schedule(entries[0]?.t ?? 0);
	}

	/** Everything recorded has been sent and is on its way or has come. */
	get finished(): boolean {
		return this.#next === this.#entries.length;
	}

	describe() {
		return { kind: "serial" as const, port: "replay", baud: 115200 };
	}

	async write(bytes: Uint8Array): Promise<void> {
		if (this.#listeners.closed) throw new ZulmError("line-lost", "The line replay is closed.");
		for (const byte of bytes) {
			const entry = this.#entries[this.#next];
			const expected = entry?.bytes[this.#written];
			if (byte !== expected) {
				const what = expected === undefined ? "the end of the capture" : `${hex(expected)} (t = ${entry?.t})`;
				throw new Error(
					`Sent ${hex(byte)} where the capture has ${what}, byte ${this.#written} of entry ${this.#next}.`,
				);
			}
			this.#written++;
			if (entry && this.#written === entry.bytes.length) {
				this.#next++;
				this.#written = 0;
				this.#schedule(entry.t);
			}
		}
	}

	async drain(): Promise<void> {}

	onData = this.#listeners.onData.bind(this.#listeners);
	onClose = this.#listeners.onClose.bind(this.#listeners);

	async close(): Promise<void> {
		this.#listeners.close();
	}

	/** Sends on the rx entries up to the next tx; `sinceT` is the recorded time that is now. */
	#schedule(sinceT: number): void {
		const nowS = this.clock.now();
		for (let entry = this.#entries[this.#next]; entry?.dir === "rx"; entry = this.#entries[++this.#next]) {
			const { bytes, t } = entry;
			this.#lastDueS = Math.max(this.#lastDueS, nowS + (t - sinceT));
			this.clock.at(this.#lastDueS, () => this.#listeners.data(bytes, this.clock.now()));
		}
	}
}

function hex(byte: number): string {
	return `${byte.toString(16).padStart(2, "0").toUpperCase()}h`;
}
