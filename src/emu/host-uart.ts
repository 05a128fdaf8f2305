/**
 * The other end of the line: the host's UART (a USB adapter), which sends at the line rate and stops when told to.
 *
 *   host queue ──► shift register ──10 bits──► machine's RXD        RTS dropped: finishes the character, then waits
 *
 * Does not emulate an adapter's own FIFO running on after RTS drops; 8N1 only.
 */
import { FORMAT_8N1, type FrameTiming, frameBits } from "./serial-frame.js";

export interface HostUartOptions {
	readonly bitTStates: number;
	/** Whether it obeys the machine's RTS. */
	readonly flowControl: boolean;
	/** A character has arrived whole at the machine. */
	readonly onSent: (byte: number, timing: FrameTiming) => void;
}

export class HostUart {
	readonly timing: FrameTiming;
	private queue: number[] = [];
	private head = 0;
	private sending: { readonly byte: number; readonly endT: number } | undefined;
	private clearToSend = true;

	constructor(private readonly options: HostUartOptions) {
		this.timing = { format: FORMAT_8N1, bitTime: options.bitTStates };
	}

	/** Characters not yet arrived, the one on the wire included. */
	get pending(): number {
		return this.queue.length - this.head + (this.sending === undefined ? 0 : 1);
	}

	/** T-state at which the character on the wire has arrived; infinite when the line is idle. */
	get nextEvent(): number {
		return this.sending?.endT ?? Number.POSITIVE_INFINITY;
	}

	send(bytes: Uint8Array, tState: number): void {
		for (const byte of bytes) this.queue.push(byte);
		this.start(tState);
	}

	/** The machine's RTS. */
	setClearToSend(clear: boolean, tState: number): void {
		this.clearToSend = clear;
		this.start(tState);
	}

	/** The cable is out: what was queued is gone. */
	clear(): void {
		this.queue = [];
		this.head = 0;
		this.sending = undefined;
	}

	advance(tState: number): void {
		while (this.sending !== undefined && this.sending.endT <= tState) {
			const { byte, endT } = this.sending;
			this.sending = undefined;
			// First the character, whose arrival may drop RTS, then the next one.
			this.options.onSent(byte, this.timing);
			this.start(endT);
		}
	}

	private start(tState: number): void {
		if (this.sending !== undefined || this.head === this.queue.length) return;
		if (this.options.flowControl && !this.clearToSend) return;
		const byte = this.queue[this.head++] as number;
		if (this.head === this.queue.length) {
			this.queue = [];
			this.head = 0;
		}
		const endT = tState + Math.round(frameBits(FORMAT_8N1) * this.options.bitTStates);
		this.sending = { byte, endT };
	}
}
