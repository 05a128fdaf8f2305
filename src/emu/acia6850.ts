/**
 * 68B50 ACIA (Motorola MC6850 data sheet), the serial port of an RC2014.
 *
 *   status/control ─┐        ┌──────────┐── TXD   double-buffered transmitter: data register, shift register
 *   data ───────────┼────────┤ MC68B50  ├── RXD   receiver: shift register, one data register; overrun when not read
 *   irq ◄───────────┘        │          ├── RTS   output, active low     ┐ true here means "go ahead",
 *                            └──────────┘── CTS   input, active low      ┘ the pin's low level
 *
 * Driven by T-states: it is asked `nextEvent` and told `advance`. The MC6850 data sheet's table 1 gives the control
 * register, figure 10 the status bits. Not emulated: break (control bits 6–5 = 11 behave as RTS asserted), DCD (wired
 * low as on the RC2014), the time from a write of the data register to the start bit (up to one bit).
 */
import { type FrameFormat, type FrameTiming, frameBits, type ReceivedFrame } from "./serial-frame.js";

export const STATUS = {
	receiveDataFull: 0x01,
	transmitDataEmpty: 0x02,
	dataCarrierDetect: 0x04,
	clearToSend: 0x08,
	framingError: 0x10,
	overrun: 0x20,
	parityError: 0x40,
	interruptRequest: 0x80,
} as const;

const DIVIDE_MASK = 0x03;
const MASTER_RESET = 0x03;
const DIVIDERS = [1, 16, 64] as const;
const TRANSMIT_MASK = 0x60;
const TRANSMIT_INTERRUPT = 0x20;
const RTS_DROPPED = 0x40;
const RECEIVE_INTERRUPT = 0x80;

/** Control bits 4–2. */
const FORMATS: readonly FrameFormat[] = [
	{ dataBits: 7, parity: "even", stopBits: 2 },
	{ dataBits: 7, parity: "odd", stopBits: 2 },
	{ dataBits: 7, parity: "even", stopBits: 1 },
	{ dataBits: 7, parity: "odd", stopBits: 1 },
	{ dataBits: 8, parity: "none", stopBits: 2 },
	{ dataBits: 8, parity: "none", stopBits: 1 },
	{ dataBits: 8, parity: "even", stopBits: 1 },
	{ dataBits: 8, parity: "odd", stopBits: 1 },
];

/** What the chip is wired to. */
export interface AciaWiring {
	/** A character has left, its last stop bit at T-state `tState`. */
	onTransmit(byte: number, timing: FrameTiming, tState: number): void;
	onRtsChange(asserted: boolean, tState: number): void;
	/** `nextEvent` or `irq` may have changed. */
	onChange(): void;
}

export class Acia6850 {
	/** The RTS output: true asks the peer to go on. */
	rts = true;
	/** Characters lost to overrun since power-on. */
	lostCharacters = 0;
	private control = 0;
	private held = true;
	private cts = true;
	private receiveFull = false;
	private received: ReceivedFrame = { byte: 0, framingError: false, parityError: false };
	private overrunPending = false;
	private overrun = false;
	private transmitData: number | undefined;
	private shifting: { readonly byte: number; readonly timing: FrameTiming; readonly endT: number } | undefined;

	/** @param clockTStates T-states in one period of the chip's clock input (1 when it shares the CPU's clock). */
	constructor(
		private readonly clockTStates: number,
		private readonly wiring: AciaWiring,
	) {}

	/** Format and bit length (in T-states) as the control register has them. */
	get timing(): FrameTiming {
		const divider = DIVIDERS[this.control & DIVIDE_MASK] ?? 1;
		return { format: FORMATS[(this.control >> 2) & 7] as FrameFormat, bitTime: divider * this.clockTStates };
	}

	get irq(): boolean {
		return (this.status & STATUS.interruptRequest) !== 0;
	}

	/** T-state at which the transmitter's shift register runs empty; infinite when it is idle. */
	get nextEvent(): number {
		return this.shifting?.endT ?? Number.POSITIVE_INFINITY;
	}

	get status(): number {
		let status = 0;
		if (this.receiveFull) status |= STATUS.receiveDataFull;
		// CTS high inhibits TDRE (data sheet, "Clear-to-Send"); master reset holds the transmitter.
		if (this.transmitData === undefined && this.cts && !this.held) status |= STATUS.transmitDataEmpty;
		if (!this.cts) status |= STATUS.clearToSend;
		if (this.receiveFull && this.received.framingError) status |= STATUS.framingError;
		if (this.receiveFull && this.received.parityError) status |= STATUS.parityError;
		if (this.overrun) status |= STATUS.overrun;
		const receiveRequest = (this.control & RECEIVE_INTERRUPT) !== 0 && (this.receiveFull || this.overrun);
		const transmitRequest =
			(this.control & TRANSMIT_MASK) === TRANSMIT_INTERRUPT && (status & STATUS.transmitDataEmpty) !== 0;
		if (receiveRequest || transmitRequest) status |= STATUS.interruptRequest;
		return status;
	}

	writeControl(value: number, tState: number): void {
		if ((value & DIVIDE_MASK) === MASTER_RESET) this.masterReset();
		else this.held = false;
		this.control = value;
		const rts = (value & TRANSMIT_MASK) !== RTS_DROPPED;
		if (rts !== this.rts) {
			this.rts = rts;
			this.wiring.onRtsChange(rts, tState);
		}
		this.wiring.onChange();
	}

	/** Reading also clears the receiver's flags. */
	readData(): number {
		this.overrun = false;
		if (this.overrunPending) {
			// The error shows only once the character before it has been read; RDRF stays until it is reset.
			this.overrunPending = false;
			this.overrun = true;
		} else {
			this.receiveFull = false;
		}
		this.wiring.onChange();
		return this.received.byte;
	}

	/** A second write before TDRE replaces the waiting character. */
	writeData(value: number, tState: number): void {
		if (this.held) return;
		this.transmitData = value;
		this.startShifting(tState);
		this.wiring.onChange();
	}

	/** The peer's RTS, on our CTS input. */
	setCts(asserted: boolean, tState: number): void {
		this.cts = asserted;
		this.startShifting(tState);
		this.wiring.onChange();
	}

	/** A character has come in whole. Lost when the one before it has not been read. */
	receive(frame: ReceivedFrame): void {
		if (this.held) return;
		if (this.receiveFull) {
			this.overrunPending = true;
			this.lostCharacters++;
		} else {
			this.receiveFull = true;
			this.received = frame;
		}
		this.wiring.onChange();
	}

	/** Does what is due by `tState`. */
	advance(tState: number): void {
		while (this.shifting !== undefined && this.shifting.endT <= tState) {
			const { byte, timing, endT } = this.shifting;
			this.shifting = undefined;
			this.wiring.onTransmit(byte, timing, endT);
			this.startShifting(endT);
			this.wiring.onChange();
		}
	}

	/** A character already in the shift register goes out even when CTS drops. */
	private startShifting(tState: number): void {
		if (this.shifting !== undefined || this.transmitData === undefined || !this.cts) return;
		const timing = this.timing;
		const endT = tState + Math.round(frameBits(timing.format) * timing.bitTime);
		this.shifting = { byte: this.transmitData, timing, endT };
		this.transmitData = undefined;
	}

	private masterReset(): void {
		this.held = true;
		this.receiveFull = false;
		this.overrun = false;
		this.overrunPending = false;
		this.transmitData = undefined;
		this.shifting = undefined;
	}
}
