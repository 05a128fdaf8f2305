import { describe, expect, it } from "vitest";
import { type Hal, Z80 } from "z80-emulator";
import { assemble } from "./assembler.js";
import { CodeTimes, instructionTime } from "./z80-times.js";

/** Length and T-states of one instruction as the emulated CPU has them, from flags and registers all zero. */
function measure(code: readonly number[]): { length: number; tStates: number } {
	const memory = new Uint8Array(65536);
	memory.set(code, 0x1000);
	const hal: Hal = {
		tStateCount: 0,
		readMemory: (address) => memory[address] as number,
		writeMemory: () => {},
		contendMemory: () => {},
		readPort: () => 0,
		writePort: () => {},
		contendPort: () => {},
	};
	const cpu = new Z80(hal);
	Object.assign(cpu.regs, { pc: 0x1000, sp: 0x8000, hl: 0x4000, ix: 0x4000, iy: 0x4000, bc: 0x0100, f: 0, af: 0 });
	cpu.step();
	return { length: cpu.regs.pc - 0x1000, tStates: hal.tStateCount };
}

/** Those that go elsewhere, or that flags of zero would take: looked at by hand below. */
const JUMPS = new Set(
	[0x10, 0x18, 0x20, 0x30, 0x76, 0xc3, 0xc9, 0xcd, 0xe9].concat(
		[0xc0, 0xd0, 0xe0, 0xf0].flatMap((base) => [base, base + 2, base + 4]),
		Array.from({ length: 8 }, (_, n) => 0xc7 + 8 * n),
	),
);

describe("instructionTime", () => {
	it("knows every plain instruction that goes straight on as the emulated CPU does", () => {
		for (let opcode = 0; opcode < 256; opcode++) {
			if ([0xcb, 0xed, 0xdd, 0xfd].includes(opcode) || JUMPS.has(opcode)) continue;
			const code = [opcode, 0x12, 0x40, 0];
			expect(instructionTime(code), opcode.toString(16)).toMatchObject(measure(code));
		}
	});

	it("knows bit operations and the prefixed instructions that programs use", () => {
		const codes = [
			...Array.from({ length: 256 }, (_, n) => [0xcb, n]),
			...[0x42, 0x52, 0x62, 0x72, 0x4a, 0x5a, 0x43, 0x53, 0x73, 0x4b, 0x5b, 0x7b, 0x44, 0x57, 0xa0].map((n) => [
				0xed,
				n,
			]),
			...[
				0x21, 0x22, 0x2a, 0x39, 0x23, 0x2b, 0xe1, 0xe5, 0xf9, 0xe3, 0x7d, 0x6f, 0x2d, 0x7e, 0x77, 0x34, 0x36, 0x86,
			].map((n) => [0xdd, n]),
		];
		for (const code of codes) {
			const full = [...code, 0x05, 0x40];
			expect(instructionTime(full), full.join()).toMatchObject(measure(full));
		}
	});

	it.each([
		["djnz", [0x10, 0], 2, 8, false],
		["jr", [0x18, 0], 2, 12, true],
		["jr nz", [0x20, 0], 2, 7, false],
		["ret", [0xc9], 1, 10, true],
		["ret nz", [0xc0], 1, 5, false],
		["jp", [0xc3, 0, 0], 3, 10, true],
		["jp nz", [0xc2, 0, 0], 3, 10, false],
		["call", [0xcd, 0, 0], 3, 17, false],
		["jp (iy)", [0xfd, 0xe9], 2, 8, true],
	] as const)("%s", (_, code, length, tStates, leaves) => {
		expect(instructionTime(code)).toEqual({ length, tStates, leaves });
	});
});

it("CodeTimes sums between labels and over blocks", () => {
	const source = "\torg 100h\none:\tpop bc\n\tld l,c\ntwo:\tld a,(hl)\n\tjr c,one\n\tcall one\n\tret\nthree:\tnop\n";
	const { bytes, origin, symbols } = assemble("a", () => source);
	const times = new CodeTimes(bytes, origin, symbols);
	expect(times.between("one", "two")).toBe(14);
	expect(times.between("one", "three")).toBe(14 + 7 + 7 + 17 + 10);
	expect(times.block("two")).toBe(7 + 7 + 17 + 10);
	expect(() => times.block("four")).toThrow("no label four");
});
