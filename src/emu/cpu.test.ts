import { describe, expect, test, vi } from "vitest";
import { Cpu } from "./cpu.js";
import { program } from "./testing/z80-programs.js";

/** A CPU with a program at 0100h and the stack at 8000h. */
function cpuWith(source: string): Cpu {
	const cpu = new Cpu({ read: (port) => port, write: () => {} });
	cpu.memory.set(program(source), 0x100);
	cpu.regs.pc = 0x100;
	cpu.regs.sp = 0x8000;
	return cpu;
}

/** Runs one instruction and returns its T-states. */
function step(cpu: Cpu): number {
	const before = cpu.tStateCount;
	cpu.deadline = before + 1;
	cpu.run();
	return cpu.tStateCount - before;
}

describe("T-states (Zilog Z80 CPU User Manual, instruction tables)", () => {
	test.each([
		["nop", 4],
		["ld a,12h", 7],
		["ld a,(hl)", 7],
		["ld (hl),12h", 10],
		["ld hl,1234h", 10],
		["ld hl,(1234h)", 16],
		["ld sp,hl", 6],
		["add a,b", 4],
		["add hl,de", 11],
		["adc hl,de", 15],
		["inc hl", 6],
		["inc (hl)", 11],
		["push bc", 11],
		["pop bc", 10],
		["ex (sp),hl", 19],
		["exx", 4],
		["jp 1234h", 10],
		["jr $+5", 12],
		["call 1234h", 17],
		["ret", 10],
		["rst 38h", 11],
		["in a,(12h)", 11],
		["out (12h),a", 11],
		["in a,(c)", 12],
		["bit 7,(hl)", 12],
		["set 7,(hl)", 15],
		["ld a,(ix+1)", 19],
		["inc (ix+1)", 23],
		["bit 1,(ix+1)", 20],
		["ldi", 16],
		["ld a,i", 9],
		["rld", 18],
	])("%s takes %i", (source, tStates) => {
		const cpu = cpuWith(`\t${source}`);
		cpu.regs.hl = 0x4000;
		expect(step(cpu)).toBe(tStates);
	});

	test("repeated and conditional instructions take what they do", () => {
		const djnz = cpuWith("loop:\tdjnz loop");
		djnz.regs.b = 3;
		expect([step(djnz), step(djnz), step(djnz)]).toEqual([13, 13, 8]);
		const ldir = cpuWith("\tldir");
		ldir.regs.bc = 2;
		ldir.regs.de = 0x5000;
		expect([step(ldir), step(ldir)]).toEqual([21, 16]);
		const jr = cpuWith("\txor a\n\tjr nz,$");
		expect([step(jr), step(jr)]).toEqual([4, 7]);
	});
});

describe("what the package lacks", () => {
	test("undefined ED opcodes do nothing in 8 T-states and print nothing", () => {
		const log = vi.spyOn(console, "log").mockImplementation(() => {});
		const cpu = cpuWith("\tdb 0EDh,0FEh\n\tdb 0EDh,77h\n\tld a,7");
		expect([step(cpu), step(cpu), step(cpu), cpu.regs.a]).toEqual([8, 8, 7, 7]);
		expect(log).not.toHaveBeenCalled();
		log.mockRestore();
	});

	test("a DD before an opcode without an index form costs 4 T-states and the opcode runs", () => {
		const log = vi.spyOn(console, "log").mockImplementation(() => {});
		const cpu = cpuWith("\tdb 0DDh\n\tld b,12h\n\tdb 0FDh\n\tex de,hl");
		cpu.regs.de = 0x1234;
		expect([step(cpu), step(cpu), cpu.regs.b]).toEqual([4, 7, 0x12]);
		expect([step(cpu), step(cpu), cpu.regs.hl]).toEqual([4, 4, 0x1234]);
		expect(log).not.toHaveBeenCalled();
		log.mockRestore();
	});

	test("every opcode and prefix pair runs without a word", () => {
		const log = vi.spyOn(console, "log").mockImplementation(() => {});
		for (const prefix of [[], [0xcb], [0xed], [0xdd], [0xfd], [0xdd, 0xcb, 1], [0xfd, 0xcb, 1]]) {
			for (let opcode = 0; opcode < 256; opcode++) {
				const cpu = cpuWith("\tnop");
				cpu.memory.set([...prefix, opcode, 0, 0, 0], 0x100);
				step(cpu);
				step(cpu);
			}
		}
		expect(log).not.toHaveBeenCalled();
		log.mockRestore();
	});
});

describe("interrupts", () => {
	/** IM 2 with the vector at 80FFh leading to 9000h. */
	function withInterrupts(source: string): Cpu {
		const cpu = cpuWith(source);
		cpu.regs.i = 0x80;
		cpu.regs.im = 2;
		cpu.writeWord(0x80ff, 0x9000);
		return cpu;
	}

	test("a request waits until the instruction after EI is done", () => {
		const cpu = withInterrupts("\tei\n\tret");
		cpu.push(0x4444);
		cpu.irq = true;
		// EI 4, RET 10, and 19 for the IM 2 response.
		expect(step(cpu)).toBe(33);
		expect(cpu.regs.pc).toBe(0x9000);
		expect(cpu.readWord(cpu.regs.sp)).toBe(0x4444);
	});

	test("IM 1 goes to 0038h in 13 T-states", () => {
		const cpu = withInterrupts("\tnop");
		cpu.regs.im = 1;
		cpu.regs.iff1 = 1;
		cpu.irq = true;
		expect(step(cpu)).toBe(4 + 13);
		expect(cpu.regs.pc).toBe(0x38);
	});

	test("nothing happens while interrupts are off", () => {
		const cpu = withInterrupts("\tdi\n\tnop");
		cpu.regs.iff1 = 1;
		step(cpu);
		cpu.irq = true;
		expect(step(cpu)).toBe(4);
		expect(cpu.regs.pc).toBe(0x102);
	});

	test("HALT waits for the deadline in whole NOPs, and an interrupt goes on after it", () => {
		const cpu = withInterrupts("\thalt\n\tnop");
		cpu.regs.iff1 = 1;
		cpu.deadline = 1001;
		expect(cpu.run()).toBe("deadline");
		expect(cpu.tStateCount).toBe(1004);
		cpu.irq = true;
		step(cpu);
		expect(cpu.regs.pc).toBe(0x9000);
		expect(cpu.readWord(cpu.regs.sp)).toBe(0x101);
	});
});

test("a trap stops the CPU before the instruction there", () => {
	const cpu = cpuWith("\tnop\n\tinc a");
	cpu.traps[0x101] = 1;
	cpu.deadline = 100;
	expect(cpu.run()).toBe("trap");
	expect([cpu.regs.pc, cpu.regs.a, cpu.tStateCount]).toEqual([0x101, 0, 4]);
});

test("memory wraps at the top", () => {
	const cpu = cpuWith("\tnop");
	cpu.memory[0xffff] = 0x3e;
	cpu.memory[0] = 0x55;
	cpu.regs.pc = 0xffff;
	step(cpu);
	expect([cpu.regs.a, cpu.regs.pc]).toEqual([0x55, 1]);
});
