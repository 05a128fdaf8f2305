/**
 * The machine as a whole: where CP/M lies, what its parts are wired to, how a run stops.
 */
import { describe, expect, test } from "vitest";
import { DirectConsole } from "./direct-console.js";
import { layoutFor } from "./layout.js";
import { Machine } from "./machine.js";
import { printingProgram, program, text } from "./testing/z80-programs.js";

describe("layout", () => {
	test("the stock RC2014's: CCP, BDOS and BIOS where its disk has them", () => {
		const layout = layoutFor(0xd806);
		expect([layout.ccp, layout.bios, layout.sizeK]).toEqual([0xd000, 0xe600, 59]);
	});

	test("a 64 K system's", () => {
		const layout = layoutFor(0xec06);
		expect([layout.ccp, layout.bios, layout.sizeK]).toEqual([0xe400, 0xfa00, 64]);
	});

	test.each([0xd807, 0x1006, 0xf406])("%i is no place for a BDOS", (fbase) => {
		expect(() => new Machine({ fbase })).toThrow(/cannot have its BDOS/);
	});
});

describe("boot", () => {
	test("banner and prompt come over the line at its rate", () => {
		const machine = new Machine();
		const output: number[] = [];
		let lastT = 0;
		machine.listeners.onTransmit = (byte, tState) => {
			output.push(byte);
			lastT = tState;
		};
		expect(machine.runUntil(machine.config.clockHz)).toBe("deadline");
		expect(text(output)).toBe("\r\nZULM 59K CP/M 2.2 (emulated)\r\n\r\nA>");
		// 64 T-states a bit, ten bits a character, from the first to the last without a gap.
		expect(lastT).toBe(output.length * 640);
		expect(machine.rts).toBe(true);
	});

	test("it can be called anything and run at any clock", () => {
		const machine = new Machine({ name: "other", clockHz: 4_000_000, baud: 9600 });
		machine.runUntil(4_000_000);
		expect([machine.config.name, machine.timeS]).toEqual(["other", 1]);
	});
});

describe("ports", () => {
	test("80h and 81h are the ACIA; others float", () => {
		const reads = program("\tin a,(80h)\n\tld (200h),a\n\tin a,(0FFh)\n\tld (201h),a\n\tret");
		const machine = new Machine({ console: new DirectConsole() });
		machine.startProgram(reads);
		expect(machine.runUntil(1000)).toBe("ended");
		expect([...machine.memory.subarray(0x200, 0x202)]).toEqual([0, 0xff]);
	});

	test("status read in the middle of an instruction is that of the T-state it is read at", () => {
		// Sends, then polls TDRE and a second send's end: each poll loop is 4+11+7+12 T-states at most.
		const send = program(`
	di
	ld a,3
	out (80h),a
	ld a,16h
	out (80h),a
	out (81h),a
	out (81h),a
wait:	in a,(80h)
	and 2
	jr z,wait
	ret`);
		const machine = new Machine({ console: new DirectConsole() });
		machine.startProgram(send);
		machine.runUntil(10_000);
		expect(machine.tStates).toBeGreaterThan(640);
		expect(machine.tStates).toBeLessThan(640 + 100);
	});
});

describe("a run stops", () => {
	test("when a program waits for input that only the host can give", () => {
		const console = new DirectConsole();
		const machine = new Machine({ console });
		machine.startProgram(program("\tld c,1\n\tcall bdos\n\tld (200h),a\n\tret"));
		expect(machine.runUntil(1_000_000)).toBe("starved");
		expect(machine.tStates).toBeLessThan(100);
		console.type(Uint8Array.of(0x41));
		expect(machine.runUntil(1_000_000)).toBe("ended");
		expect([machine.memory[0x200], machine.ended]).toEqual([0x41, "returned"]);
	});

	test("when a listener asks, right after what it heard", () => {
		const machine = new Machine({ console: new DirectConsole() });
		let heard = 0;
		machine.listeners.onConsoleOutput = () => {
			heard++;
			machine.pause();
		};
		machine.startProgram(program("again:\tld e,'x'\n\tld c,6\n\tcall bdos\n\tjr again"));
		for (let i = 1; i <= 3; i++) {
			expect(machine.runUntil(1_000_000)).toBe("paused");
			expect(heard).toBe(i);
		}
	});

	test("and goes on as if it had not: slices of any size give the same T-states", () => {
		const times = (slice: number) => {
			const machine = new Machine({ files: new Map([["P.COM", printingProgram("some text")]]) });
			const seen: number[] = [];
			machine.listeners.onTransmit = (byte, tState) => seen.push(byte, tState);
			machine.runUntil(100_000);
			machine.sendToMachine(Uint8Array.from([0x50, 0x0d]));
			while (machine.tStates < 200_000) machine.runUntil(Math.min(200_000, machine.tStates + slice));
			return seen;
		};
		expect(times(7)).toEqual(times(200_000));
		expect(times(1000)).toEqual(times(200_000));
	});
});
