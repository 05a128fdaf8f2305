/**
 * A program's view of the BDOS file functions, without the program: FCBs in memory, records in the DMA buffer.
 */
import { BdosDirectory } from "../bdos-directory.js";
import { BdosDrives } from "../bdos-drives.js";
import { BdosFiles } from "../bdos-files.js";
import type { Drive } from "../drive.js";
import { MemoryDrive } from "../memory-drive.js";
import { ascii } from "./z80-programs.js";

const FCB = 0x5c;
const DMA = 0x80;
const RECORD_BYTES = 128;

export class FileCalls {
	readonly memory = new Uint8Array(0x10000);
	readonly drives: BdosDrives;
	readonly directory: BdosDirectory;
	readonly files: BdosFiles;

	constructor(readonly drive: Drive = new MemoryDrive()) {
		this.drives = new BdosDrives([drive]);
		this.directory = new BdosDirectory(this.drives);
		this.files = new BdosFiles(this.memory, this.drives, this.directory);
		this.drives.reset();
	}

	/** A fresh FCB at 5Ch; `name` is 11 characters. */
	fcb(name: string, extent = 0): number {
		this.memory.fill(0, FCB, FCB + 36);
		this.memory.set(ascii(name), FCB + 1);
		this.memory[FCB + 12] = extent;
		return FCB;
	}

	byte(offset: number): number {
		return this.memory[FCB + offset] as number;
	}

	set(offset: number, value: number): void {
		this.memory[FCB + offset] = value;
	}

	setRandom(record: number): void {
		this.memory.set([record & 0xff, (record >> 8) & 0xff, record >> 16], FCB + 33);
	}

	random(): number {
		return this.byte(33) | (this.byte(34) << 8) | (this.byte(35) << 16);
	}

	/** Fills the DMA buffer with the number of a record, twice over, so that records can be told apart. */
	fill(number: number): void {
		for (let i = 0; i < RECORD_BYTES; i += 2) this.memory.set([number & 0xff, number >> 8], DMA + i);
	}

	/** The number in the DMA buffer. */
	filled(): number {
		return (this.memory[DMA] as number) | ((this.memory[DMA + 1] as number) << 8);
	}

	/** The 32-byte directory entry that a search left in the DMA buffer. */
	found(code: number): Uint8Array {
		return this.memory.slice(DMA + code * 32, DMA + (code + 1) * 32);
	}

	/** Makes a file of numbered records and closes it. */
	create(name: string, records: number): void {
		const fcb = this.fcb(name);
		if (this.files.make(fcb) === 0xff) throw new Error("directory full");
		for (let i = 0; i < records; i++) {
			this.fill(i);
			if (this.files.writeSequential(fcb) !== 0) throw new Error(`cannot write record ${i}`);
		}
		if (this.files.close(fcb) === 0xff) throw new Error("cannot close");
	}

	/** The numbers of all records of a file, read from its start. */
	readAll(name: string): number[] {
		const fcb = this.fcb(name);
		if (this.files.open(fcb) === 0xff) throw new Error("no such file");
		const numbers: number[] = [];
		while (this.files.readSequential(fcb) === 0) numbers.push(this.filled());
		return numbers;
	}
}
