/**
 * The 68B50 of an RC2014 at its ports: 80h control and status, 81h data. And what its BIOS does with it.
 */
import { Acia6850, STATUS } from "./acia6850.js";
import type { FrameTiming, ReceivedFrame } from "./serial-frame.js";
import type { Uart, UartDriver, UartWiring } from "./uart.js";

const STATUS_PORT = 0x80;
const DATA_PORT = 0x81;
/** Control words: clock / 64, 8N1, transmit interrupt off (MC6850 data sheet, table 1). */
const MASTER_RESET = 0x03;
const CLOCK_64_8N1 = 0x16;
const DROP_RTS = 0x40;
const RECEIVE_INTERRUPT = 0x80;
const DIVIDER = 64;

export class AciaUart implements Uart {
	readonly driver: UartDriver;
	private readonly acia: Acia6850;

	/** @param bitTStates T-states of a bit at the line's speed, which clock / 64 gives. */
	constructor(
		bitTStates: number,
		private readonly wiring: UartWiring,
	) {
		const acia = new Acia6850(bitTStates / DIVIDER, wiring);
		this.acia = acia;
		const now = () => wiring.nowT();
		this.driver = {
			reset: () => acia.writeControl(MASTER_RESET, now()),
			configure: (interrupt, rts) =>
				acia.writeControl(CLOCK_64_8N1 | (interrupt ? RECEIVE_INTERRUPT : 0) | (rts ? 0 : DROP_RTS), now()),
			receiveReady: () => (acia.status & STATUS.receiveDataFull) !== 0,
			receive: () => acia.readData(),
			transmitReady: () => (acia.status & STATUS.transmitDataEmpty) !== 0,
			transmit: (byte) => acia.writeData(byte, now()),
		};
	}

	get rts(): boolean {
		return this.acia.rts;
	}

	get irq(): boolean {
		return this.acia.irq;
	}

	get timing(): FrameTiming {
		return this.acia.timing;
	}

	get lostCharacters(): number {
		return this.acia.lostCharacters;
	}

	get nextEvent(): number {
		return this.acia.nextEvent;
	}

	advance(tState: number): void {
		this.acia.advance(tState);
	}

	receive(frame: ReceivedFrame): void {
		this.acia.receive(frame);
	}

	setCts(asserted: boolean): void {
		this.acia.setCts(asserted, this.wiring.nowT());
	}

	readPort(port: number): number | undefined {
		if (port === STATUS_PORT) return this.acia.status;
		return port === DATA_PORT ? this.acia.readData() : undefined;
	}

	writePort(port: number, value: number): void {
		if (port === STATUS_PORT) this.acia.writeControl(value, this.wiring.nowT());
		else if (port === DATA_PORT) this.acia.writeData(value, this.wiring.nowT());
	}
}
