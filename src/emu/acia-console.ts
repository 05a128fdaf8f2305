/**
 * The BIOS's driver of the 68B50: receives by interrupt into a ring and holds the sender off with RTS, as the BIOS of
 * an RC2014 does (RomWBW's acia.asm: ring of 32, RTS dropped at 16, raised again at 8); or polls, without a ring.
 *
 *   RXD ─► ACIA ─irq─► ring [ … ] ─► CONIN          fill ≥ dropRtsAt: RTS off      fill ≤ raiseRtsAt: RTS on
 *
 * Kinder than the real one in one thing: while CONIN waits it also polls, so a program that left interrupts off can
 * still be typed to.
 */
import { type Acia6850, STATUS } from "./acia6850.js";
import type { ConsoleDevice } from "./console-device.js";

export interface ReceiveRing {
	readonly size: number;
	readonly dropRtsAt: number;
	readonly raiseRtsAt: number;
}

/** Control words: clock / 64, 8N1, transmit interrupt off (MC6850 data sheet, table 1). */
const MASTER_RESET = 0x03;
const POLLED = 0x16;
const INTERRUPT = 0x96;
const INTERRUPT_RTS_DROPPED = 0xd6;

export class AciaConsole implements ConsoleDevice {
	readonly nextEvent = Number.POSITIVE_INFINITY;
	private ring: number[] = [];
	private holding = false;

	/**
	 * @param shape undefined: polled.
	 * @param nowT the machine's time.
	 */
	constructor(
		private readonly acia: Acia6850,
		private readonly shape: ReceiveRing | undefined,
		private readonly nowT: () => number,
		/** Bit 7 of what comes in is cleared, as BIOSes for terminals of seven bits do. */
		private readonly stripBit7 = false,
	) {}

	advance(): void {}

	boot(cold: boolean): void {
		if (cold) {
			this.acia.writeControl(MASTER_RESET, this.nowT());
			this.ring = [];
			this.holding = false;
		}
		if (this.shape === undefined) this.acia.writeControl(POLLED, this.nowT());
		else this.hold(this.holding);
	}

	/** The receive interrupt's service: moves what has arrived into the ring. */
	service(): void {
		if (this.shape === undefined) return;
		while ((this.acia.status & STATUS.receiveDataFull) !== 0) {
			const byte = this.acia.readData();
			// A full ring loses the newest, as the real driver does.
			if (this.ring.length < this.shape.size) this.ring.push(byte);
		}
		if (!this.holding && this.ring.length >= this.shape.dropRtsAt) this.hold(true);
	}

	inputReady(): boolean {
		this.service();
		return this.ring.length > 0 || (this.shape === undefined && this.received());
	}

	read(): number | undefined {
		const byte = this.readWhole();
		return byte !== undefined && this.stripBit7 ? byte & 0x7f : byte;
	}

	private readWhole(): number | undefined {
		this.service();
		if (this.shape === undefined) return this.received() ? this.acia.readData() : undefined;
		const byte = this.ring.shift();
		if (this.holding && this.ring.length <= this.shape.raiseRtsAt) this.hold(false);
		return byte;
	}

	write(byte: number): boolean {
		if ((this.acia.status & STATUS.transmitDataEmpty) === 0) return false;
		this.acia.writeData(byte, this.nowT());
		return true;
	}

	starved(): boolean {
		return false;
	}

	private received(): boolean {
		return (this.acia.status & STATUS.receiveDataFull) !== 0;
	}

	private hold(hold: boolean): void {
		this.holding = hold;
		this.acia.writeControl(hold ? INTERRUPT_RTS_DROPPED : INTERRUPT, this.nowT());
	}
}
