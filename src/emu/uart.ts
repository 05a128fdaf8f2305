/**
 * A serial chip as the machine sees it, whichever it is: I/O ports, an interrupt line, a line with RTS and CTS; and what
 * a BIOS does with it.
 *
 *   Z80 ── readPort, writePort, irq ── chip ── line          BIOS ── driver: receive, transmit, RTS ── chip
 */
import type { TimedDevice } from "./console-device.js";
import { type FrameFormat, type FrameTiming, frameBits, type ReceivedFrame } from "./serial-frame.js";

/** Serial chips that can be emulated. */
export const UART_NAMES = ["68b50", "sio2", "8251"] as const;
export type UartName = (typeof UART_NAMES)[number];

/** What the chip is wired to. */
export interface UartWiring {
	/** The machine's time in T-states. */
	nowT(): number;
	/** A character has left, its last stop bit at T-state `tState`. */
	onTransmit(byte: number, timing: FrameTiming, tState: number): void;
	onRtsChange(asserted: boolean, tState: number): void;
	/** `nextEvent` or `irq` may have changed. */
	onChange(): void;
}

export interface Uart extends TimedDevice {
	/** The RTS output: true asks the peer to go on. */
	readonly rts: boolean;
	readonly irq: boolean;
	/** Format and bit length (in T-states) as the program has set them. */
	readonly timing: FrameTiming;
	/** Characters lost to overrun since power-on. */
	readonly lostCharacters: number;
	/** A character has come in whole. */
	receive(frame: ReceivedFrame): void;
	/** The peer's RTS, on our CTS input. */
	setCts(asserted: boolean): void;
	/** Undefined for a port that is not the chip's. */
	readPort(port: number): number | undefined;
	writePort(port: number, value: number): void;
	readonly driver: UartDriver;
}

/** What a BIOS does with its chip. 8N1 at the line's speed. */
export interface UartDriver {
	/** Power-on. */
	reset(): void;
	/** @param interrupt whether a received character interrupts. */
	configure(interrupt: boolean, rts: boolean): void;
	receiveReady(): boolean;
	receive(): number;
	transmitReady(): boolean;
	transmit(byte: number): void;
}

/** A transmitter with a data register before its shift register, held by CTS, as the SIO and the 8251 have it. */
export class Transmitter {
	enabled = false;
	cts = true;
	private waiting: number | undefined;
	private shifting: { readonly byte: number; readonly timing: FrameTiming; readonly endT: number } | undefined;

	constructor(
		private readonly timing: () => FrameTiming,
		private readonly wiring: UartWiring,
	) {}

	/** The data register takes another character. */
	get ready(): boolean {
		return this.waiting === undefined;
	}

	/** Nothing is under way. */
	get idle(): boolean {
		return this.ready && this.shifting === undefined;
	}

	get nextEvent(): number {
		return this.shifting?.endT ?? Number.POSITIVE_INFINITY;
	}

	/** A write to a full register replaces the waiting character. */
	write(byte: number): void {
		this.waiting = byte;
		this.start(this.wiring.nowT());
	}

	/** CTS or the enable bit may have changed. */
	resume(): void {
		this.start(this.wiring.nowT());
	}

	advance(tState: number): void {
		while (this.shifting !== undefined && this.shifting.endT <= tState) {
			const { byte, timing, endT } = this.shifting;
			this.shifting = undefined;
			this.wiring.onTransmit(byte, timing, endT);
			this.start(endT);
		}
	}

	reset(): void {
		this.enabled = false;
		this.waiting = undefined;
		this.shifting = undefined;
	}

	/** A character already in the shift register goes out even when CTS drops. */
	private start(tState: number): void {
		if (this.shifting !== undefined || this.waiting === undefined || !this.cts || !this.enabled) return;
		const timing = this.timing();
		const endT = tState + Math.round(frameBits(timing.format) * timing.bitTime);
		this.shifting = { byte: this.waiting, timing, endT };
		this.waiting = undefined;
	}
}

/** What the SIO and the 8251 have in common besides: an RTS output and a CTS input, and characters lost so far. */
export abstract class ChipWithTransmitter {
	lostCharacters = 0;
	rts = false;
	protected readonly transmitter: Transmitter;

	constructor(protected readonly wiring: UartWiring) {
		this.transmitter = new Transmitter(() => this.timing, wiring);
	}

	abstract get timing(): FrameTiming;

	get nextEvent(): number {
		return this.transmitter.nextEvent;
	}

	advance(tState: number): void {
		this.transmitter.advance(tState);
	}

	setCts(asserted: boolean): void {
		this.transmitter.cts = asserted;
		this.transmitter.resume();
		this.wiring.onChange();
	}

	/** What the program makes of the transmitter's enable bit and of RTS. */
	protected setOutputs(enabled: boolean, rts: boolean): void {
		this.transmitter.enabled = enabled;
		this.transmitter.resume();
		this.setRts(rts);
	}

	protected setRts(rts: boolean): void {
		if (rts === this.rts) return;
		this.rts = rts;
		this.wiring.onRtsChange(rts, this.wiring.nowT());
	}
}

/** Formats of 7 and 8 data bits from the bits the SIO and the 8251 have for them. */
export function formatOf(sevenBits: boolean, parity: boolean, even: boolean, twoStops: boolean): FrameFormat {
	return {
		dataBits: sevenBits ? 7 : 8,
		parity: parity ? (even ? "even" : "odd") : "none",
		stopBits: twoStops ? 2 : 1,
	};
}
