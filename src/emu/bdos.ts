/**
 * The BDOS: function number in C, argument in DE, result in A and HL (CP/M 2.2 Interface Guide, 2). Costs the program
 * nothing but its own CALL and our RET; time passes only while the line is waited for.
 *
 *   CALL 5 ─► JP FBASE ─► trap ─► function C ─► RET
 *
 * Functions above 40 and the unassigned ones return 0. The error messages are those of a 2.2 seen on the line.
 */
import { BdosConsole } from "./bdos-console.js";
import { BdosDirectory } from "./bdos-directory.js";
import { BdosDrives, DiskError } from "./bdos-drives.js";
import { BdosFiles } from "./bdos-files.js";
import type { Bios } from "./bios.js";
import type { Cpu } from "./cpu.js";
import type { DiskDelay } from "./disk-delay.js";
import { diskParameterBlock } from "./dpb.js";
import type { Drive } from "./drive.js";
import { type Layout, PAGE_ZERO } from "./layout.js";
import { type Native, type Next, WarmBoot } from "./native.js";

/** CP/M 2.2, as function 12 says it. */
const VERSION = 0x0022;
const DOLLAR = 0x24;
/** Functions after which the disk may have to be written. */
const WRITES: ReadonlySet<number> = new Set([21, 34, 40]);
const CLOSE = 16;

export interface BdosWiring {
	readonly cpu: Cpu;
	readonly layout: Layout;
	readonly bios: Bios;
	/** By number, 0 = A. */
	readonly drives: readonly (Drive | undefined)[];
	readonly diskDelay: DiskDelay;
	/** Function 10 has read a line for a program. */
	onConsoleLine(line: Uint8Array): void;
}

export class Bdos {
	readonly console: BdosConsole;
	readonly drives: BdosDrives;
	readonly directory: BdosDirectory;
	readonly files: BdosFiles;

	constructor(private readonly wiring: BdosWiring) {
		this.console = new BdosConsole(wiring.bios);
		this.drives = new BdosDrives(wiring.drives);
		this.directory = new BdosDirectory(this.drives);
		this.files = new BdosFiles(wiring.cpu.memory, this.drives, this.directory);
	}

	/** The trap at FBASE. */
	*entry(): Native<Next> {
		const { cpu } = this.wiring;
		const { regs } = cpu;
		const result = yield* this.guard(this.anyFunction(regs.c, regs.de));
		regs.hl = result;
		regs.a = result & 0xff;
		regs.b = result >> 8;
		return "return";
	}

	/** A boot: console and disks as new, the user area as it is. */
	boot(): void {
		this.console.boot();
		this.resetDisks();
	}

	/** Function 13. */
	resetDisks(): void {
		this.drives.reset();
		this.files.dma = PAGE_ZERO.buffer;
	}

	/** Says what is wrong with the disk, waits for a key and boots. */
	*reportDiskError(error: DiskError): Native<never> {
		const drive = String.fromCharCode(0x41 + error.drive);
		yield* this.console.newLine();
		yield* this.console.print(`Bdos Err On ${drive}: ${error.kind}`);
		yield* this.console.input();
		throw new WarmBoot();
	}

	/** Runs native code that uses the disk as the BDOS does: its errors are reported and end in a warm boot. */
	*guard<T>(code: Native<T>): Native<T> {
		try {
			return yield* code;
		} catch (error) {
			if (error instanceof DiskError) return yield* this.reportDiskError(error);
			throw error;
		}
	}

	private *anyFunction(code: number, de: number): Native<number> {
		const result = (yield* this.consoleFunction(code, de)) ?? this.fileFunction(code, de);
		if (WRITES.has(code)) yield* this.wiring.diskDelay.recordWritten();
		else if (code === CLOSE) yield* this.wiring.diskDelay.flush();
		return result;
	}

	/** Functions 0–12; undefined for the others. */
	private *consoleFunction(code: number, de: number): Native<number | undefined> {
		const { bios, cpu } = this.wiring;
		const e = de & 0xff;
		switch (code) {
			case 0:
				throw new WarmBoot();
			case 1:
				return yield* this.console.inputWithEcho();
			case 2:
				yield* this.console.output(e);
				return 0;
			case 3:
				return yield* bios.reader();
			case 4:
				yield* bios.punch(e);
				return 0;
			case 5:
				yield* bios.list(e);
				return 0;
			case 6:
				return yield* this.console.direct(e);
			case 7:
				return cpu.memory[PAGE_ZERO.iobyte] as number;
			case 8:
				cpu.memory[PAGE_ZERO.iobyte] = e;
				return 0;
			case 9:
				yield* this.printString(de);
				return 0;
			case 10:
				yield* this.readBuffer(de);
				return 0;
			case 11:
				return (yield* this.console.status()) ? 1 : 0;
			case 12:
				return VERSION;
			default:
				return undefined;
		}
	}

	/** Functions 13–40. */
	private fileFunction(code: number, de: number): number {
		const { files, drives, directory } = this;
		const { cpu, layout } = this.wiring;
		switch (code) {
			case 13:
				this.resetDisks();
				return 0;
			case 14:
				drives.setCurrent(de & 0xff);
				return 0;
			case 15:
				return files.open(de);
			case 16:
				return files.close(de);
			case 17:
				return files.searchFirst(de);
			case 18:
				return files.searchNext();
			case 19:
				return files.delete(de);
			case 20:
				return files.readSequential(de);
			case 21:
				return files.writeSequential(de);
			case 22:
				return files.make(de);
			case 23:
				return files.rename(de);
			case 24:
				return drives.loginVector;
			case 25:
				return drives.current;
			case 26:
				files.dma = de;
				return 0;
			case 27:
				drives.selectCurrent();
				writeAllocation(cpu.memory, layout.allocation, drives.disk.used);
				return layout.allocation;
			case 28:
				drives.protectCurrent();
				return 0;
			case 29:
				return drives.readOnlyVector;
			case 30:
				return files.setAttributes(de);
			case 31:
				drives.selectCurrent();
				cpu.memory.set(diskParameterBlock(drives.disk.geometry), layout.dpb);
				return layout.dpb;
			case 32:
				if ((de & 0xff) === 0xff) return directory.user;
				directory.user = de & 0x1f;
				return 0;
			case 33:
				return files.readRandom(de);
			case 34:
				return files.writeRandom(de, false);
			case 35:
				return files.computeSize(de);
			case 36:
				files.setRandom(de);
				return 0;
			case 37:
				drives.logOut(de);
				return 0;
			case 40:
				return files.writeRandom(de, true);
			default:
				return 0;
		}
	}

	/** Up to `$`; once through memory when there is none. */
	private *printString(address: number): Native<void> {
		const { memory } = this.wiring.cpu;
		for (let i = 0; i < memory.length; i++) {
			const byte = memory[(address + i) & 0xffff] as number;
			if (byte === DOLLAR) return;
			yield* this.console.output(byte);
		}
	}

	/** The buffer: most characters, characters read, characters. */
	private *readBuffer(address: number): Native<void> {
		const { memory } = this.wiring.cpu;
		const line = yield* this.console.readLine(memory[address] as number);
		memory[(address + 1) & 0xffff] = line.length;
		line.forEach((byte, i) => {
			memory[(address + 2 + i) & 0xffff] = byte;
		});
		this.wiring.onConsoleLine(Uint8Array.from(line));
	}
}

/** One bit a block, bit 7 of the first byte for block 0. */
function writeAllocation(memory: Uint8Array, address: number, used: Uint8Array): void {
	memory.fill(0, address, address + Math.ceil(used.length / 8));
	used.forEach((inUse, block) => {
		if (inUse === 0) return;
		const at = address + (block >> 3);
		memory[at] = (memory[at] as number) | (0x80 >> (block & 7));
	});
}
