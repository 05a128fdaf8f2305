/**
 * Channel A of a Z80 SIO/2 (Zilog, Z80 SIO data book) as RC2014 boards have it: control at 80h, data at 81h; channel B at
 * 82h and 83h is there and silent.
 *
 *   control write: WR0 points to WRn for the next write        control read: RR0, or RR1 when WR0 points there
 *   line ─► three characters deep FIFO ─► data          irq: a character waits and WR1 asks for that
 *
 * Not emulated: synchronous modes, break, external/status and transmit interrupts, the SIO's own vector (FFh is on the
 * bus), five and six data bits (taken as eight), errors in the FIFO (told for the character at its head).
 */
import type { FrameTiming, ReceivedFrame } from "./serial-frame.js";
import { ChipWithTransmitter, formatOf, type Uart, type UartDriver, type UartWiring } from "./uart.js";

const CONTROL_PORT = 0x80;
const DATA_PORT = 0x81;
const OTHER_CONTROL_PORT = 0x82;
const OTHER_DATA_PORT = 0x83;
const FIFO_DEPTH = 3;

export const RR0 = { receiveAvailable: 0x01, transmitEmpty: 0x04, carrier: 0x08, clearToSend: 0x20 } as const;
export const RR1 = { allSent: 0x01, parityError: 0x10, overrun: 0x20, framingError: 0x40 } as const;

const CHANNEL_RESET = 3;
const ERROR_RESET = 6;
const RECEIVE_INTERRUPTS = 0x18;
const RECEIVE_ENABLE = 0x01;
const TRANSMIT_ENABLE = 0x08;
const RTS = 0x02;
/** WR1: interrupt on every character. WR3, WR5: eight bits. WR4: clock / 64, one stop bit, no parity. */
const INTERRUPT_EVERY = 0x18;
const RECEIVE_8_BITS = 0xc1;
const TRANSMIT_8_BITS = 0x68;
const CLOCK_64_8N1 = 0xc4;
const DIVIDERS = [1, 16, 32, 64] as const;
const LINE_DIVIDER = 64;

export class Sio2 extends ChipWithTransmitter implements Uart {
	readonly driver: UartDriver;
	private readonly registers = new Uint8Array(8);
	private pointer = 0;
	private fifo: ReceivedFrame[] = [];
	private latched = 0;

	/** @param bitTStates T-states of a bit at the line's speed, which clock / 64 gives. */
	constructor(
		private readonly bitTStates: number,
		wiring: UartWiring,
	) {
		super(wiring);
		this.driver = {
			reset: () => this.writeControl(CHANNEL_RESET << 3),
			configure: (interrupt, rts) => {
				this.pointer = 0;
				this.setRegister(4, CLOCK_64_8N1);
				this.setRegister(3, RECEIVE_8_BITS);
				this.setRegister(5, TRANSMIT_8_BITS | (rts ? RTS : 0));
				this.setRegister(1, interrupt ? INTERRUPT_EVERY : 0);
			},
			receiveReady: () => this.fifo.length > 0,
			receive: () => this.readData(),
			transmitReady: () => this.transmitter.ready,
			transmit: (byte) => this.writePort(DATA_PORT, byte),
		};
	}

	get irq(): boolean {
		return this.fifo.length > 0 && ((this.registers[1] as number) & RECEIVE_INTERRUPTS) !== 0;
	}

	get timing(): FrameTiming {
		const [, , , receive = 0, mode = 0] = this.registers;
		const format = formatOf((receive & 0xc0) === 0x40, (mode & 1) !== 0, (mode & 2) !== 0, (mode & 0x0c) === 0x0c);
		return { format, bitTime: (this.bitTStates / LINE_DIVIDER) * (DIVIDERS[mode >> 6] ?? LINE_DIVIDER) };
	}

	/** RR0. */
	get status(): number {
		let status = RR0.carrier;
		if (this.fifo.length > 0) status |= RR0.receiveAvailable;
		if (this.transmitter.ready) status |= RR0.transmitEmpty;
		if (this.transmitter.cts) status |= RR0.clearToSend;
		return status;
	}

	/** RR1. */
	private get conditions(): number {
		const framing = this.fifo[0]?.framingError === true ? RR1.framingError : 0;
		return this.latched | framing | (this.transmitter.idle ? RR1.allSent : 0);
	}

	/** The fourth unread character replaces the third and sets the overrun bit. */
	receive(frame: ReceivedFrame): void {
		if (((this.registers[3] as number) & RECEIVE_ENABLE) === 0) return;
		if (this.fifo.length === FIFO_DEPTH) {
			this.fifo.pop();
			this.latched |= RR1.overrun;
			this.lostCharacters++;
		}
		this.fifo.push(frame);
		if (frame.parityError) this.latched |= RR1.parityError;
		this.wiring.onChange();
	}

	readPort(port: number): number | undefined {
		switch (port) {
			case CONTROL_PORT:
				return this.readControl();
			case DATA_PORT:
				return this.readData();
			case OTHER_CONTROL_PORT:
				return RR0.transmitEmpty;
			case OTHER_DATA_PORT:
				return 0;
			default:
				return undefined;
		}
	}

	writePort(port: number, value: number): void {
		if (port === DATA_PORT) this.transmitter.write(value);
		else if (port === CONTROL_PORT) this.writeControl(value);
		this.wiring.onChange();
	}

	private readControl(): number {
		const register = this.pointer;
		this.pointer = 0;
		if (register === 1) return this.conditions;
		return register === 0 ? this.status : 0;
	}

	private readData(): number {
		const byte = this.fifo.shift()?.byte ?? 0;
		this.wiring.onChange();
		return byte;
	}

	private writeControl(value: number): void {
		const register = this.pointer;
		this.pointer = 0;
		if (register !== 0) {
			this.setRegister(register, value);
			return;
		}
		this.pointer = value & 7;
		const command = (value >> 3) & 7;
		if (command === CHANNEL_RESET) this.reset();
		else if (command === ERROR_RESET) this.latched = 0;
	}

	private setRegister(register: number, value: number): void {
		this.registers[register] = value;
		if (register === 5) this.setOutputs((value & TRANSMIT_ENABLE) !== 0, (value & RTS) !== 0);
		this.wiring.onChange();
	}

	private reset(): void {
		this.registers.fill(0);
		this.fifo = [];
		this.latched = 0;
		this.transmitter.reset();
		this.setRts(false);
	}
}
