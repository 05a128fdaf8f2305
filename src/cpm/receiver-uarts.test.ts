/**
 * RX on each UART it knows, run by the bare CPU: a chip of two ports, a BDOS that keeps what is written, and a sender that
 * answers what RX asks. The 68B50 also runs on the whole emulated machine (receiver.test.ts).
 *
 *   sender ─bytes─► [status bit, data port] ─► RX ─► BDOS: make, write, close, delete, rename ─► file
 */
import { expect, test } from "vitest";
import { type Hal, Z80 } from "z80-emulator";
import { assembleReceiver, type ReceiverUart } from "./receiver.js";
import { someBytes } from "./testing/emulated-machine.js";
import { ACK, C, EOT, frame } from "./testing/manual-sender.js";

interface Chip {
	readonly status: number;
	readonly data: number;
	readonly receiveReady: number;
	readonly transmitReady: number;
}

/** Data sheets: MC6850 table "status register", Z80 SIO RR0, 8251A status. */
const CHIPS: Record<Exclude<ReceiverUart, "bios">, Chip> = {
	"68b50": { status: 0x80, data: 0x81, receiveReady: 1, transmitReady: 2 },
	"sio2": { status: 0x80, data: 0x81, receiveReady: 1, transmitReady: 4 },
	"8251": { status: 0x21, data: 0x20, receiveReady: 2, transmitReady: 1 },
};

const BDOS = 0xd806;
const BIOS = 0xe600;
const RET = 0xc9;
const JP = 0xc3;
/** CP/M 2.2 Interface Guide, 3; every other call succeeds and returns 0. */
const F = { print: 9, search: 17, write: 21, rename: 23, dma: 26 } as const;

/** What RX has written and said, and the commands the chip was given. */
class Bench {
	readonly memory = new Uint8Array(0x10000);
	readonly records: number[][] = [];
	readonly calls: number[] = [];
	readonly controls: number[] = [];
	said = "";
	#toChip: number[] = [];
	#dma = 0x80;
	readonly #z80: Z80;

	constructor(
		private readonly chip: Chip,
		/** What the sender says to each byte of RX's. */
		private readonly answer: (byte: number) => Uint8Array | undefined,
	) {
		const { memory } = this;
		const hal = {
			tStateCount: 0,
			readMemory: (address: number) => memory[address] as number,
			writeMemory: (address: number, value: number) => {
				memory[address] = value;
			},
			contendMemory: () => {},
			contendPort: () => {},
			readPort: (port: number) => this.#read(port & 0xff),
			writePort: (port: number, value: number) => this.#write(port & 0xff, value),
		} satisfies Hal;
		this.#z80 = new Z80(hal);
	}

	/** Runs RX.COM until it returns to the CCP. */
	run(image: Uint8Array, name: string): void {
		const { memory } = this;
		memory.set(image, 0x100);
		memory.set([JP, (BIOS + 3) & 0xff, (BIOS + 3) >> 8], 0);
		memory.set([JP, BDOS & 0xff, BDOS >> 8], 5);
		memory[BDOS] = RET;
		memory.set([0, ...Buffer.from(name.padEnd(11))], 0x5c);
		const { regs } = this.#z80;
		regs.sp = 0xd000;
		regs.pc = 0x100;
		for (let steps = 0; regs.pc !== 0; steps++) {
			if (steps > 20_000_000) throw new Error(`RX does not end; it said ${JSON.stringify(this.said)}`);
			if (regs.pc === BDOS) this.#bdos();
			this.#z80.step();
		}
	}

	#bdos(): void {
		const { regs } = this.#z80;
		this.calls.push(regs.c);
		if (regs.c === F.print) for (let at = regs.de; this.memory[at] !== 0x24; at++) this.#say(this.memory[at] as number);
		if (regs.c === 2) this.#say(regs.e);
		if (regs.c === F.dma) this.#dma = regs.de;
		if (regs.c === F.write) this.records.push([...this.memory.subarray(this.#dma, this.#dma + 128)]);
		regs.hl = 0;
		regs.a = regs.c === F.search ? 0xff : 0;
	}

	#say(byte: number): void {
		this.said += String.fromCharCode(byte);
	}

	#read(port: number): number {
		const { status, data, receiveReady, transmitReady } = this.chip;
		if (port === status) return transmitReady | (this.#toChip.length > 0 ? receiveReady : 0);
		return port === data ? (this.#toChip.shift() ?? 0) : 0xff;
	}

	#write(port: number, value: number): void {
		if (port === this.chip.status) this.controls.push(value);
		if (port === this.chip.data) this.#toChip.push(...(this.answer(value) ?? []));
	}
}

test.each(Object.entries(CHIPS))(
	"%s: 1K and 128-byte blocks come whole, and the file is put in its place",
	(uart, chip) => {
		const blocks = [someBytes(1024, 1), someBytes(128, 2)];
		let sent = 0;
		const bench = new Bench(chip, (byte) => {
			if (byte === C) return undefined;
			if (byte !== 0x4b && byte !== ACK) throw new Error(`RX said ${byte}`);
			const block = blocks[sent++];
			if (block !== undefined) return frame(sent, block);
			return sent === blocks.length + 1 ? Uint8Array.of(EOT) : undefined;
		});
		bench.run(assembleReceiver(uart as ReceiverUart), "NEW     DAT");
		expect(bench.said).toContain("RX OK 9 records");
		expect(Uint8Array.from(bench.records.flat())).toEqual(Uint8Array.from(blocks.flatMap((block) => [...block])));
		expect(bench.calls).toContain(F.rename);
	},
);

test("sio2: RTS is dropped around disk writes and is on at the end", () => {
	let sent = 0;
	const bench = new Bench(CHIPS.sio2, (byte) => {
		if (byte === C) return undefined;
		sent++;
		return sent === 1 ? frame(1, someBytes(128)) : sent === 2 ? Uint8Array.of(EOT) : undefined;
	});
	bench.run(assembleReceiver("sio2"), "NEW     DAT");
	const wr5 = bench.controls.filter((_, i) => bench.controls[i - 1] === 5);
	expect(wr5.filter((value) => (value & 2) === 0).length).toBe(2);
	expect(wr5.at(-1)).toBe(0xea);
});
