/**
 * The CCP: prompt, built-in commands, programs (CP/M 2.2 manual, 1.5–1.6; wording as a real 2.2 prints it).
 *
 *   A>command ─► built-in, or NAME.COM of that drive and user to 0100h ─► its RET or a warm boot ─► A>
 *
 * Native, but every character goes through the BDOS. Does not handle SUBMIT ($$$.SUB).
 */
import type { Bdos } from "./bdos.js";
import { FAILED } from "./bdos-directory.js";
import { DiskError } from "./bdos-drives.js";
import { builtIn } from "./ccp-commands.js";
import { CommandError, CommandLine, type NamedFile } from "./command-line.js";
import { RECORD_BYTES } from "./cpm-disk.js";
import type { Cpu } from "./cpu.js";
import type { DiskDelay } from "./disk-delay.js";
import { type Layout, PAGE_ZERO, TPA } from "./layout.js";
import type { Native, Next } from "./native.js";

/** Most characters of a command. */
const LINE_LENGTH = 127;
const FCB_BYTES = 36;
const CR_BYTE = 32;

export interface CcpWiring {
	readonly cpu: Cpu;
	readonly layout: Layout;
	readonly bdos: Bdos;
	readonly diskDelay: DiskDelay;
}

export class Ccp {
	constructor(readonly wiring: CcpWiring) {}

	/** Reads and does commands until one is a program, which then stands ready to run. */
	*run(): Native<Next> {
		const { bdos, cpu } = this.wiring;
		for (;;) {
			try {
				this.selectCurrent();
				yield* bdos.console.newLine();
				yield* bdos.console.print(`${String.fromCharCode(0x41 + bdos.drives.current)}>`);
				const line = yield* bdos.console.readLine(LINE_LENGTH);
				const text = String.fromCharCode(...line).toUpperCase();
				if (text.trim() !== "" && (yield* this.execute(new CommandLine(text)))) return "jump";
			} catch (error) {
				if (error instanceof DiskError) yield* bdos.reportDiskError(error);
				else if (error instanceof CommandError) yield* this.complain(error);
				else throw error;
			}
			cpu.regs.sp = this.wiring.layout.stackTop;
		}
	}

	/** `A>` again after a program's RET, without a warm boot. */
	*resume(): Native<Next> {
		this.wiring.bdos.files.dma = PAGE_ZERO.buffer;
		this.wiring.cpu.regs.sp = this.wiring.layout.stackTop;
		return yield* this.run();
	}

	/** Writes the FCBs and the tail, and sets the registers as for a program that has just been loaded. */
	prepareProgram(line: CommandLine): void {
		const { cpu, layout, bdos } = this.wiring;
		const tail = line.tail.slice(0, LINE_LENGTH);
		writeFcb(cpu.memory, PAGE_ZERO.fcb1, line.file());
		const second = line.file();
		cpu.memory.set(fcbBytes(second).subarray(0, 16), PAGE_ZERO.fcb2);
		cpu.memory[PAGE_ZERO.fcb1 + CR_BYTE] = 0;
		cpu.memory[PAGE_ZERO.buffer] = tail.length;
		for (let i = 0; i < tail.length; i++) cpu.memory[PAGE_ZERO.buffer + 1 + i] = tail.charCodeAt(i);
		if (tail.length < LINE_LENGTH) cpu.memory[PAGE_ZERO.buffer + 1 + tail.length] = 0;
		bdos.files.dma = PAGE_ZERO.buffer;
		cpu.regs.sp = layout.stackTop;
		cpu.push(layout.programReturn);
		cpu.regs.pc = TPA;
	}

	/** `\r\n` and a message. */
	*say(message: string): Native<void> {
		yield* this.wiring.bdos.console.newLine();
		yield* this.wiring.bdos.console.print(message);
	}

	/** Drive and user of the byte at 0004h. */
	selectCurrent(): void {
		const { cpu, bdos } = this.wiring;
		const byte = cpu.memory[PAGE_ZERO.currentDisk] as number;
		bdos.directory.user = byte >> 4;
		bdos.drives.setCurrent(byte & 0x0f);
	}

	setCurrent(drive: number, user: number): void {
		this.wiring.cpu.memory[PAGE_ZERO.currentDisk] = ((user & 0x0f) << 4) | (drive & 0x0f);
	}

	/** Puts a name into the CCP's FCB, its drive included. @returns its address. */
	useFcb(file: NamedFile): number {
		const { ccpFcb } = this.wiring.layout;
		writeFcb(this.wiring.cpu.memory, ccpFcb, file);
		return ccpFcb;
	}

	/** A key has been pressed: it is taken, and the command ends. */
	*interruptedByKey(): Native<boolean> {
		const { console } = this.wiring.bdos;
		if (!(yield* console.status())) return false;
		yield* console.input();
		return true;
	}

	/** @returns whether a program is ready to run. */
	private *execute(line: CommandLine): Native<boolean> {
		const command = line.file();
		const action = command.drive === 0 ? builtIn(command.name) : undefined;
		if (action !== undefined) {
			yield* action(this, line);
			return false;
		}
		if (command.name.trim() === "") {
			this.changeDrive(command, line);
			return false;
		}
		if (command.name.slice(8) !== "   " || command.ambiguous) throw line.error();
		return yield* this.load({ ...command, name: `${command.name.slice(0, 8)}COM` }, line);
	}

	private changeDrive(command: NamedFile, line: CommandLine): void {
		if (command.drive < 1 || command.drive > 26) throw line.error();
		const { drives, directory } = this.wiring.bdos;
		if (command.drive > 16) throw new DiskError("Select", command.drive - 1);
		drives.setCurrent(command.drive - 1);
		this.setCurrent(command.drive - 1, directory.user);
	}

	private *load(command: NamedFile, line: CommandLine): Native<boolean> {
		const { bdos, layout } = this.wiring;
		const { files } = bdos;
		const fcb = this.useFcb(command);
		if (files.open(fcb) === FAILED) throw line.error();
		for (let address = TPA; ; address += RECORD_BYTES) {
			files.dma = address;
			if (address + RECORD_BYTES > layout.ccp) {
				// Full to the brim is fine as long as nothing more comes: one more read, out of the way.
				files.dma = layout.ccp;
				if (files.readSequential(fcb) !== 0) break;
				files.dma = PAGE_ZERO.buffer;
				yield* this.say("BAD LOAD");
				return false;
			}
			if (files.readSequential(fcb) !== 0) break;
		}
		yield* bdos.console.newLine();
		this.prepareProgram(line);
		return true;
	}

	private *complain(error: CommandError): Native<void> {
		yield* this.say(`${error.word}?`);
		yield* this.wiring.bdos.console.newLine();
	}
}

function fcbBytes(file: NamedFile): Uint8Array {
	const fcb = new Uint8Array(FCB_BYTES);
	fcb[0] = file.drive;
	for (let i = 0; i < 11; i++) fcb[1 + i] = file.name.charCodeAt(i);
	return fcb;
}

function writeFcb(memory: Uint8Array, address: number, file: NamedFile): void {
	memory.set(fcbBytes(file), address);
}
