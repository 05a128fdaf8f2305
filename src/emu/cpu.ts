/**
 * The Z80, on the z80-emulator package: registers, exact T-states, 64 K of RAM, I/O ports, one interrupt line.
 *
 *          ┌──────────┐◄── irq (level)
 *   ports ─┤   Z80    ├─ memory: Uint8Array(65536), RAM throughout
 *          └──────────┘◄── traps: addresses at which native code takes over
 *
 * Adds what the package lacks: the one-instruction delay after EI, undefined ED opcodes and redundant DD/FD prefixes as
 * no-operations (the package prints a line and skips them), time skipped over HALT. Not emulated: NMI, interrupt mode 0
 * with anything but RST 38h on the bus, contended memory, the bus state after BUSREQ.
 */
import { type Hal, Z80 } from "z80-emulator";

export interface Ports {
	/** `port` is 0–255. */
	read(port: number): number;
	write(port: number, value: number): void;
}

/** Why `run` came back. */
export type CpuStop = "deadline" | "trap";

/** What a floating data bus reads as. */
export const FLOATING_BUS = 0xff;

const EI = 0xfb;
const ED = 0xed;
const DD = 0xdd;
const FD = 0xfd;
const NOP_T_STATES = 4;

export class Cpu implements Hal {
	/** T-states since power-on. Exact below 2^53, which is 38 years at 7.3728 MHz. */
	tStateCount = 0;
	/** `run` comes back at the first instruction boundary at or after this. Devices lower it when they schedule. */
	deadline = 0;
	/** The interrupt request line. */
	irq = false;
	/** [65536], non-zero where native code takes over instead of the instruction there. */
	readonly traps = new Uint8Array(0x10000);
	readonly memory = new Uint8Array(0x10000);
	readonly z80: Z80;

	constructor(private readonly ports: Ports) {
		this.z80 = new Z80(this);
	}

	get regs(): Z80["regs"] {
		return this.z80.regs;
	}

	/** Registers as after RESET; memory and time stay. */
	reset(): void {
		this.z80.reset();
		this.irq = false;
	}

	/** Runs until the deadline is reached or the program counter stands on a trap (which may be at once). */
	run(): CpuStop {
		const { memory, traps, z80 } = this;
		while (this.tStateCount < this.deadline) {
			const regs = z80.regs;
			const pc = regs.pc;
			if (traps[pc] !== 0) return "trap";
			const opcode = memory[pc] as number;
			if (opcode === EI) {
				this.runEi();
				continue;
			}
			if ((opcode === ED || opcode === DD || opcode === FD) && this.isNoOperation(opcode, pc)) {
				this.skipPrefix(opcode);
			} else {
				z80.step();
				if (regs.halted !== 0) this.waitInHalt();
			}
			if (this.irq && regs.iff1 !== 0) z80.maskableInterrupt();
		}
		return "deadline";
	}

	/** Takes a pending interrupt while native code holds the CPU at a trap. Returns whether there was one. */
	interruptNow(): boolean {
		if (!this.irq || this.regs.iff1 === 0) return false;
		this.z80.maskableInterrupt();
		return true;
	}

	/** RET as native code does it, with its 10 T-states. */
	returnFromCall(): void {
		this.z80.regs.pc = this.z80.popWord();
		this.tStateCount += 4;
	}

	push(word: number): void {
		const { regs, memory } = this;
		regs.sp = (regs.sp - 1) & 0xffff;
		memory[regs.sp] = word >> 8;
		regs.sp = (regs.sp - 1) & 0xffff;
		memory[regs.sp] = word & 0xff;
	}

	readWord(address: number): number {
		return (this.memory[address & 0xffff] as number) | ((this.memory[(address + 1) & 0xffff] as number) << 8);
	}

	writeWord(address: number, word: number): void {
		this.memory[address & 0xffff] = word & 0xff;
		this.memory[(address + 1) & 0xffff] = word >> 8;
	}

	readMemory(address: number): number {
		return this.memory[address & 0xffff] as number;
	}

	writeMemory(address: number, value: number): void {
		this.memory[address & 0xffff] = value;
	}

	readPort(address: number): number {
		return this.ports.read(address & 0xff);
	}

	writePort(address: number, value: number): void {
		this.ports.write(address & 0xff, value);
	}

	contendMemory(): void {}

	contendPort(): void {}

	/** EI, and with it the next instruction: no interrupt comes between them (Z80 CPU User Manual, "EI"). */
	private runEi(): void {
		this.z80.step();
		// A run of EIs holds interrupts off to its end, and a trap after EI must be seen by the caller.
		const next = this.z80.regs.pc;
		if (this.memory[next] === EI || this.traps[next] !== 0) return;
		if (this.isNoOperation(this.memory[next] as number, next)) return;
		this.z80.step();
		if (this.z80.regs.halted !== 0) this.waitInHalt();
		if (this.irq && this.z80.regs.iff1 !== 0) this.z80.maskableInterrupt();
	}

	/** HALT executes NOPs until an interrupt: whole NOPs up to the deadline at once. */
	private waitInHalt(): void {
		if (this.irq && this.z80.regs.iff1 !== 0) return;
		const left = this.deadline - this.tStateCount;
		if (left > 0) this.tStateCount += Math.ceil(left / NOP_T_STATES) * NOP_T_STATES;
	}

	/** Whether the prefix at `pc` starts something the package does not know, which the chip ignores. */
	private isNoOperation(prefix: number, pc: number): boolean {
		const second = this.memory[(pc + 1) & 0xffff] as number;
		if (prefix === ED) return !isDefinedEd(second);
		if (prefix === DD || prefix === FD) return !INDEXED.has(second);
		return false;
	}

	/** An undefined ED pair is an 8 T-state NOP; a redundant DD or FD takes 4 and the opcode after it runs as it is. */
	private skipPrefix(prefix: number): void {
		const length = prefix === ED ? 2 : 1;
		const { regs } = this;
		regs.pc = (regs.pc + length) & 0xffff;
		regs.r = (regs.r + length) & 0xff;
		this.tStateCount += NOP_T_STATES * length;
	}
}

/** The ED opcodes of the package: 40h–7Eh but 77h, and the block instructions (S. Young, Undocumented Z80). */
function isDefinedEd(opcode: number): boolean {
	if (opcode >= 0x40 && opcode <= 0x7e) return opcode !== 0x77;
	return opcode >= 0xa0 && opcode <= 0xbb && (opcode & 0x04) === 0;
}

/** Opcodes that mean something else after DD or FD: those that name HL, H, L or (HL), but EX DE,HL; and CB. */
const INDEXED: ReadonlySet<number> = indexedOpcodes();

function indexedOpcodes(): Set<number> {
	const set = new Set([0x09, 0x19, 0x29, 0x39, 0x21, 0x22, 0x23, 0x2a, 0x2b, 0xcb, 0xe1, 0xe3, 0xe5, 0xe9, 0xf9]);
	for (let register = 4; register <= 6; register++) {
		for (const column of [4, 5, 6]) set.add((register << 3) | column);
		for (let other = 0; other < 8; other++) {
			set.add(0x40 | (register << 3) | other);
			set.add(0x40 | (other << 3) | register);
			set.add(0x80 | (other << 3) | register);
		}
	}
	set.delete(0x76);
	return set;
}
