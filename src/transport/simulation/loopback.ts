/**
 * Two Links joined by a wire, on virtual time, each direction with the pace of its baud rate:
 *
 *   near.write ──► one byte every 10/baud s (+ latency) ──► far.onData      and back
 *
 * A direction can tamper with its bytes (lose, change, double); the wire can be cut.
 */
import { ZulmError } from "../../base/errors.js";
import type { Link } from "../link.js";
import { LinkListeners } from "../link-listeners.js";
import { SimulatedClock } from "./simulated-clock.js";

/** What becomes of the `index`-th byte written in one direction. */
export type Tamper = (byte: number, index: number) => readonly number[];

export interface LoopbackOptions {
	readonly clock?: SimulatedClock;
	readonly baud?: number;
	/** Added to every byte's time of arrival. */
	readonly latencyS?: number;
	readonly tamperToFar?: Tamper;
	readonly tamperToNear?: Tamper;
	/** False: a pty, through which bytes arrive at once whatever the baud rate says. */
	readonly paced?: boolean;
}

export interface Loopback {
	readonly near: Link;
	readonly far: Link;
	readonly clock: SimulatedClock;
	/** Both ends lose the line. */
	cut(): void;
}

export function loopback(options: LoopbackOptions = {}): Loopback {
	const clock = options.clock ?? new SimulatedClock();
	const near = new LoopbackLink(clock, options, options.tamperToFar);
	const far = new LoopbackLink(clock, options, options.tamperToNear);
	near.peer = far;
	far.peer = near;
	return {
		near,
		far,
		clock,
		cut: () => {
			for (const end of [near, far]) end.listeners.close(new ZulmError("line-lost", "The line loopback was lost."));
		},
	};
}

class LoopbackLink implements Link {
	readonly controlLines = undefined;
	readonly listeners = new LinkListeners();
	peer: LoopbackLink | undefined;
	#lineFreeS = 0;
	#index = 0;

	constructor(
		readonly clock: SimulatedClock,
		private readonly options: LoopbackOptions,
		private readonly tamper: Tamper | undefined,
	) {}

	describe() {
		return {
			kind: this.options.paced === false ? ("serial" as const) : ("emulator" as const),
			port: "loopback",
			baud: this.options.baud ?? 115200,
		};
	}

	async write(bytes: Uint8Array): Promise<void> {
		this.#throwIfGone();
		const byteS = this.options.paced === false ? 0 : 10 / (this.options.baud ?? 115200);
		for (const byte of bytes) {
			const arriving = this.tamper?.(byte, this.#index++) ?? [byte];
			this.#lineFreeS = Math.max(this.#lineFreeS, this.clock.now()) + byteS;
			for (const [copy, arrived] of arriving.entries()) {
				if (copy > 0) this.#lineFreeS += byteS;
				const atS = this.#lineFreeS + (this.options.latencyS ?? 0);
				this.clock.at(atS, () => this.peer?.listeners.data(Uint8Array.of(arrived), this.clock.now()));
			}
		}
	}

	async drain(): Promise<void> {
		this.#throwIfGone();
		await this.clock.sleep(this.#lineFreeS - this.clock.now());
	}

	onData = this.listeners.onData.bind(this.listeners);
	onClose = this.listeners.onClose.bind(this.listeners);

	async close(): Promise<void> {
		this.listeners.close();
	}

	#throwIfGone(): void {
		if (this.listeners.closed) throw this.listeners.error ?? new ZulmError("line-lost", "The line loopback is closed.");
	}
}
