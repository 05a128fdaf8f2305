/**
 * 8251 USART (Intel 8251A data sheet) as the PC-8801 has it: data at 20h, control and status at 21h, and the line
 * multiplexer at 30h, which gives the chip to the RS-232C line or to the cassette.
 *
 *   reset ─► mode word (clock, bits, parity, stops) ─► command words (TxEN, RxE, RTS, error reset, internal reset)
 *   30h bit 5: 1 = RS-232C, 0 = cassette (nothing of the line gets through)
 *
 * One received character is held; the next one replaces it and sets OE. Not emulated: synchronous modes, break, DTR, DSR
 * (reads as asserted), five and six data bits (taken as eight).
 */
import type { FrameTiming, ReceivedFrame } from "./serial-frame.js";
import { ChipWithTransmitter, formatOf, type Uart, type UartDriver, type UartWiring } from "./uart.js";

const DATA_PORT = 0x20;
const CONTROL_PORT = 0x21;
const LINE_PORT = 0x30;
const LINE_IS_RS232C = 0x20;

export const STATUS_8251 = {
	transmitReady: 0x01,
	receiveReady: 0x02,
	transmitEmpty: 0x04,
	parityError: 0x08,
	overrun: 0x10,
	framingError: 0x20,
	dataSetReady: 0x80,
} as const;

const COMMAND = {
	transmitEnable: 0x01,
	receiveEnable: 0x04,
	errorReset: 0x10,
	requestToSend: 0x20,
	internalReset: 0x40,
} as const;

/** Asynchronous, clock / 16, 8N1. */
const MODE_8N1 = 0x4e;
const DIVIDERS = [1, 1, 16, 64] as const;
/** The clock input is 16 times the line's speed. */
const LINE_DIVIDER = 16;

export class Usart8251 extends ChipWithTransmitter implements Uart {
	/** The PC-8801's CP/M polls it. */
	readonly irq = false;
	readonly driver: UartDriver;
	private mode: number | undefined;
	private command = 0;
	private onLine = false;
	private received: ReceivedFrame | undefined;
	private data = 0;
	private errors = 0;

	/** @param bitTStates T-states of a bit at the line's speed. */
	constructor(
		private readonly bitTStates: number,
		wiring: UartWiring,
	) {
		super(wiring);
		this.driver = {
			reset: () => {
				this.writePort(LINE_PORT, LINE_IS_RS232C);
				this.reset();
				this.writePort(CONTROL_PORT, MODE_8N1);
			},
			configure: (_, rts) => {
				const { transmitEnable, receiveEnable, requestToSend } = COMMAND;
				// A program may have been at it; the mode word comes first after a reset only.
				if (this.mode === undefined) this.writePort(CONTROL_PORT, MODE_8N1);
				this.writePort(LINE_PORT, LINE_IS_RS232C);
				this.writePort(CONTROL_PORT, transmitEnable | receiveEnable | (rts ? requestToSend : 0));
			},
			receiveReady: () => (this.status & STATUS_8251.receiveReady) !== 0,
			receive: () => this.readData(),
			transmitReady: () => (this.status & STATUS_8251.transmitReady) !== 0,
			transmit: (byte) => this.writePort(DATA_PORT, byte),
		};
	}

	get timing(): FrameTiming {
		const mode = this.mode ?? MODE_8N1;
		const format = formatOf((mode & 0x0c) === 0x08, (mode & 0x10) !== 0, (mode & 0x20) !== 0, (mode & 0xc0) === 0xc0);
		return { format, bitTime: (this.bitTStates / LINE_DIVIDER) * (DIVIDERS[mode & 3] ?? LINE_DIVIDER) };
	}

	get status(): number {
		let status = STATUS_8251.dataSetReady | this.errors;
		if (this.transmitter.ready) status |= STATUS_8251.transmitReady;
		if (this.transmitter.idle) status |= STATUS_8251.transmitEmpty;
		if (this.received !== undefined) status |= STATUS_8251.receiveReady;
		return status;
	}

	receive(frame: ReceivedFrame): void {
		if (!this.onLine || this.mode === undefined || (this.command & COMMAND.receiveEnable) === 0) return;
		if (this.received !== undefined) {
			this.errors |= STATUS_8251.overrun;
			this.lostCharacters++;
		}
		this.received = frame;
		if (frame.framingError) this.errors |= STATUS_8251.framingError;
		if (frame.parityError) this.errors |= STATUS_8251.parityError;
		this.wiring.onChange();
	}

	readPort(port: number): number | undefined {
		if (port === CONTROL_PORT) return this.status;
		return port === DATA_PORT ? this.readData() : undefined;
	}

	writePort(port: number, value: number): void {
		if (port === DATA_PORT) this.transmitter.write(value);
		else if (port === LINE_PORT) this.onLine = (value & LINE_IS_RS232C) !== 0;
		else if (port === CONTROL_PORT) this.writeControl(value);
		this.wiring.onChange();
	}

	private readData(): number {
		this.data = this.received?.byte ?? this.data;
		this.received = undefined;
		return this.data;
	}

	private writeControl(value: number): void {
		if (this.mode === undefined) {
			this.mode = value;
			return;
		}
		if ((value & COMMAND.internalReset) !== 0) {
			this.reset();
			return;
		}
		this.command = value;
		if ((value & COMMAND.errorReset) !== 0) this.errors = 0;
		this.setOutputs((value & COMMAND.transmitEnable) !== 0, (value & COMMAND.requestToSend) !== 0);
	}

	/** The mode word is expected next. */
	private reset(): void {
		this.mode = undefined;
		this.command = 0;
		this.received = undefined;
		this.errors = 0;
		this.transmitter.reset();
		this.setRts(false);
	}
}
