/**
 * CP/M as a native tool sees it: its command tail, the console and the files, all through the BDOS.
 *
 *   tool ─► BDOS console (columns, type-ahead, ^S) ─► line          tool ─► FCB in memory ─► BDOS files ─► drive
 */
import type { Bdos } from "../bdos.js";
import { FAILED } from "../bdos-directory.js";
import type { Bios } from "../bios.js";
import type { NamedFile } from "../command-line.js";
import { RECORD_BYTES } from "../cpm-disk.js";
import type { Cpu } from "../cpu.js";
import type { DiskDelay } from "../disk-delay.js";
import { FCB_BYTES } from "../fcb.js";
import { PAGE_ZERO } from "../layout.js";
import { type Native, type Next, WarmBoot } from "../native.js";
import type { Timer } from "../timer.js";

/** Runs until it is done, which ends in a warm boot, or hands the CPU on. */
export type Tool = (system: ToolSystem) => Native<Next>;

export interface ToolSystemWiring {
	readonly cpu: Cpu;
	readonly bdos: Bdos;
	readonly bios: Bios;
	readonly timer: Timer;
	readonly diskDelay: DiskDelay;
}

export class ToolSystem {
	readonly timer: Timer;

	constructor(private readonly wiring: ToolSystemWiring) {
		this.timer = wiring.timer;
	}

	get cpu(): Cpu {
		return this.wiring.cpu;
	}

	get memory(): Uint8Array {
		return this.wiring.cpu.memory;
	}

	get bdos(): Bdos {
		return this.wiring.bdos;
	}

	get bios(): Bios {
		return this.wiring.bios;
	}

	/** What was typed after the tool's name, upper case, the blank before it included. */
	get tail(): string {
		const { memory } = this;
		const length = memory[PAGE_ZERO.buffer] as number;
		return String.fromCharCode(...memory.subarray(PAGE_ZERO.buffer + 1, PAGE_ZERO.buffer + 1 + length));
	}

	*print(text: string): Native<void> {
		yield* this.bdos.console.print(text);
	}

	/** Prints past the BDOS, which would look for ^S and keep a character that has been typed. */
	*say(text: string): Native<void> {
		for (let i = 0; i < text.length; i++) yield* this.bios.consoleOutput(text.charCodeAt(i));
	}

	/** Reads a character as BDOS function 1 does, with its echo. */
	*readKey(): Native<number> {
		return yield* this.bdos.console.inputWithEcho();
	}

	/** A line as BDOS function 10 reads it, in upper case. */
	*readLine(max = 127): Native<string> {
		return String.fromCharCode(...(yield* this.bdos.console.readLine(max))).toUpperCase();
	}

	/** @param fcb where in memory its FCB is to be. */
	file(name: NamedFile, fcb: number = PAGE_ZERO.fcb1): ToolFile {
		return new ToolFile(this, name, fcb);
	}

	/** One record has been given to the BDOS; now and then the disk is written. */
	*recordWritten(): Native<void> {
		yield* this.wiring.diskDelay.recordWritten();
	}

	/** What the BDOS has of a file goes to the disk. */
	*flushDisk(): Native<void> {
		yield* this.wiring.diskDelay.flush();
	}

	/** Many records go to the disk at once. */
	*burst(): Native<void> {
		yield* this.wiring.diskDelay.burst();
	}

	/** The usual end of a tool. */
	warmBoot(): never {
		throw new WarmBoot();
	}
}

/** One file through one FCB. */
export class ToolFile {
	constructor(
		private readonly system: ToolSystem,
		readonly name: NamedFile,
		private readonly fcb: number,
	) {}

	/** @returns whether there is such a file. */
	open(): boolean {
		return this.files.open(this.place(this.name)) !== FAILED;
	}

	/** Whether a file of this name is in the directory. */
	exists(): boolean {
		this.files.dma = PAGE_ZERO.buffer;
		return this.files.searchFirst(this.place(this.name)) !== FAILED;
	}

	/** @returns false when the directory is full. */
	make(): boolean {
		return this.files.make(this.place(this.name)) !== FAILED;
	}

	erase(): void {
		this.files.delete(this.place(this.name));
	}

	/** Gives the file the attribute bits of this name. @returns 255 when there is no such file. */
	setAttributes(): number {
		return this.files.setAttributes(this.place(this.name));
	}

	/** @returns whether there was such a file. */
	rename(to: NamedFile): boolean {
		const fcb = this.place(this.name);
		for (let i = 0; i < 11; i++) this.system.memory[fcb + 17 + i] = to.name.charCodeAt(i);
		return this.files.rename(fcb) !== FAILED;
	}

	/** The next record, a copy; undefined at the end. */
	read(): Uint8Array | undefined {
		const { files, system } = this;
		files.dma = PAGE_ZERO.buffer;
		if (files.readSequential(this.fcb) !== 0) return undefined;
		return system.memory.slice(PAGE_ZERO.buffer, PAGE_ZERO.buffer + RECORD_BYTES);
	}

	/** @returns false when the disk is full. */
	write(record: Uint8Array): boolean {
		const { files, system } = this;
		files.dma = PAGE_ZERO.buffer;
		system.memory.set(record.subarray(0, RECORD_BYTES), PAGE_ZERO.buffer);
		return files.writeSequential(this.fcb) === 0;
	}

	/** @returns false when it could not be kept. */
	close(): boolean {
		return this.files.close(this.fcb) !== FAILED;
	}

	private get files() {
		return this.system.bdos.files;
	}

	private place(name: NamedFile): number {
		const { memory } = this.system;
		memory.fill(0, this.fcb, this.fcb + FCB_BYTES);
		memory[this.fcb] = name.drive;
		for (let i = 0; i < 11; i++) memory[this.fcb + 1 + i] = name.name.charCodeAt(i);
		return this.fcb;
	}
}

/** 16-bit number as CP/M's tools print it. */
export function hex4(value: number): string {
	return (value & 0xffff).toString(16).toUpperCase().padStart(4, "0");
}

export function hex2(value: number): string {
	return (value & 0xff).toString(16).toUpperCase().padStart(2, "0");
}
