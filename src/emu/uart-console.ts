/**
 * The BIOS's driver of the serial line: receives by interrupt into a ring and holds the sender off with RTS, as the BIOS
 * of an RC2014 does (RomWBW's acia.asm: ring of 32, RTS dropped at 16, raised again at 8); or polls, without a ring.
 *
 *   RXD ─► chip ─irq─► ring [ … ] ─► CONIN          fill ≥ dropRtsAt: RTS off      fill ≤ raiseRtsAt: RTS on
 *
 * Kinder than the real one in one thing: while CONIN waits it also polls, so a program that left interrupts off can
 * still be typed to.
 */
import type { ConsoleDevice } from "./console-device.js";
import type { UartDriver } from "./uart.js";

export interface ReceiveRing {
	readonly size: number;
	readonly dropRtsAt: number;
	readonly raiseRtsAt: number;
}

export class UartConsole implements ConsoleDevice {
	readonly nextEvent = Number.POSITIVE_INFINITY;
	private ring: number[] = [];
	private holding = false;

	/** @param shape undefined: polled. */
	constructor(
		private readonly chip: UartDriver,
		private readonly shape: ReceiveRing | undefined,
		/** Bit 7 of what comes in is cleared, as BIOSes for terminals of seven bits do. */
		private readonly stripBit7 = false,
	) {}

	advance(): void {}

	boot(cold: boolean): void {
		if (cold) {
			this.chip.reset();
			this.ring = [];
			this.holding = false;
		}
		if (this.shape === undefined) this.chip.configure(false, true);
		else this.hold(this.holding);
	}

	/** The receive interrupt's service: moves what has arrived into the ring. */
	service(): void {
		if (this.shape === undefined) return;
		while (this.chip.receiveReady()) {
			const byte = this.chip.receive();
			// A full ring loses the newest, as the real driver does.
			if (this.ring.length < this.shape.size) this.ring.push(byte);
		}
		if (!this.holding && this.ring.length >= this.shape.dropRtsAt) this.hold(true);
	}

	inputReady(): boolean {
		this.service();
		return this.ring.length > 0 || (this.shape === undefined && this.chip.receiveReady());
	}

	read(): number | undefined {
		const byte = this.readWhole();
		return byte !== undefined && this.stripBit7 ? byte & 0x7f : byte;
	}

	write(byte: number): boolean {
		if (!this.chip.transmitReady()) return false;
		this.chip.transmit(byte);
		return true;
	}

	starved(): boolean {
		return false;
	}

	private readWhole(): number | undefined {
		this.service();
		if (this.shape === undefined) return this.chip.receiveReady() ? this.chip.receive() : undefined;
		const byte = this.ring.shift();
		if (this.holding && this.ring.length <= this.shape.raiseRtsAt) this.hold(false);
		return byte;
	}

	private hold(hold: boolean): void {
		this.holding = hold;
		this.chip.configure(true, !hold);
	}
}
