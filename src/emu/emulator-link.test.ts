import { describe, expect, test } from "vitest";
import type { ZulmError } from "../base/errors.js";
import { openEmulatorLink } from "./emulator-link.js";
import { Terminal } from "./testing/terminal.js";
import { ascii, printingProgram, program, text } from "./testing/z80-programs.js";

/** Ten bits at 115200. */
const CHARACTER_S = 10 / 115_200;

/** Receives 200h bytes from the ACIA, polling, DELAY times 26 T-states after each, and prints their sum. */
const SUMMER = (delay: number) =>
	program(`
	di
	ld a,16h
	out (80h),a
	ld de,0
	ld bc,200h
wait:	in a,(80h)
	rrca
	jr nc,wait
	in a,(81h)
	add a,e
	ld e,a
	ld a,0
	adc a,d
	ld d,a
	ld hl,${delay}
slow:	dec hl
	ld a,h
	or l
	jr nz,slow
	dec bc
	ld a,b
	or c
	jr nz,wait
	ei
	ld c,2
	push de
	ld e,'='
	call bdos
	pop de
	ret`);

describe("the line", () => {
	test("characters take ten bits each way", async () => {
		const terminal = await Terminal.boot();
		const startS = terminal.emulator.link.clock.now();
		const first = terminal.arrivalsS.length;
		await terminal.type("ABCDEFGH");
		const [echo, ...rest] = terminal.arrivalsS.slice(first) as [number, ...number[]];
		// There and back; the machine's own part is the interrupt's few T-states.
		expect(echo - startS).toBeGreaterThan(2 * CHARACTER_S - 1e-9);
		expect(echo - startS).toBeLessThan(2 * CHARACTER_S + 100 / 7_372_800);
		let before = echo;
		for (const arrival of rest) {
			expect(arrival - before).toBeGreaterThan(CHARACTER_S - 1e-9);
			before = arrival;
		}
	});

	test("a burst of output runs at the full rate", async () => {
		const terminal = await Terminal.boot({ files: new Map([["P.COM", printingProgram("x".repeat(100))]]) });
		await terminal.command("P");
		const start = terminal.output.indexOf("x".repeat(100));
		const times = terminal.arrivalsS.slice(start, start + 100);
		expect((times[99] as number) - (times[0] as number)).toBeCloseTo(99 * CHARACTER_S, 6);
	});

	test("another speed at both ends works the same", async () => {
		const terminal = await Terminal.boot({ baud: 9600 });
		expect(await terminal.command("DIR")).toBe("\r\nNO FILE\r\nA>");
		expect(terminal.emulator.link.describe()).toEqual({ kind: "emulator", port: "emulator", baud: 9600 });
	});

	test("eight bits pass both ways", async () => {
		const echo = program(`
next:	ld c,6
	ld e,0FFh
	call bdos
	or a
	jr z,next
	cp 0Dh
	ret z
	ld e,a
	ld c,6
	call bdos
	jr next`);
		const terminal = await Terminal.boot({ files: new Map([["ECHO.COM", echo]]) });
		await terminal.command("ECHO");
		// FEh and FFh are not characters to function 6.
		expect(await terminal.type("\xb1\xdd\xfd\x80")).toBe("\xb1\xdd\xfd\x80");
	});

	test("drain waits until the last character has arrived", async () => {
		const { link, machine } = openEmulatorLink();
		await link.clock.sleep(0.1);
		const startS = link.clock.now();
		await link.write(ascii("x".repeat(100)));
		await link.drain();
		expect(machine.linePending).toBe(0);
		expect(link.clock.now() - startS).toBeCloseTo(100 * CHARACTER_S, 5);
	});
});

describe("flow control", () => {
	async function typeAhead(flowControl: boolean): Promise<{ lost: number; output: string }> {
		// Computes for some 0.15 s without looking at the line, with interrupts on.
		const busy = program(
			"\tld b,0\nouter:\tld de,0\ninner:\tdec de\n\tld a,d\n\tor e\n\tjr nz,inner\n\tinc b\n\tld a,b\n\tcp 1\n\tjr nz,outer\n\tret",
		);
		const terminal = await Terminal.boot({ files: new Map([["BUSY.COM", busy]]), flowControl });
		const output = await terminal.type(`BUSY\r${"DIR *.TXT\r".repeat(12)}`);
		return { lost: terminal.emulator.machine.uart.lostCharacters, output };
	}

	test("with RTS obeyed, everything typed ahead arrives", async () => {
		const { lost, output } = await typeAhead(true);
		expect(lost).toBe(0);
		expect(output.match(/NO FILE/g)).toHaveLength(12);
	});

	test("with RTS ignored, the ring overflows and typed characters are gone", async () => {
		const { output } = await typeAhead(false);
		expect(output.match(/NO FILE/g)?.length ?? 0).toBeLessThan(12);
	});

	test("a program that polls the ACIA keeps up at full speed, and overruns when it is slow", async () => {
		const run = async (delay: number) => {
			const terminal = await Terminal.boot({ files: new Map([["SUM.COM", SUMMER(delay)]]), flowControl: false });
			await terminal.command("SUM");
			const output = await terminal.type("\x01".repeat(0x200));
			return { output, lost: terminal.emulator.machine.uart.lostCharacters };
		};
		expect(await run(1)).toEqual({ output: "=\r\nA>", lost: 0 });
		const slow = await run(40);
		expect(slow.lost).toBeGreaterThan(100);
		expect(slow.output).toBe("");
	});

	test("RTS follows the ACIA, and the host stops within the character", async () => {
		// RTS off, wait some 36 ms, RTS on again and the receive interrupt as the BIOS has it.
		const hold = program(
			"\tdi\n\tld a,56h\n\tout (80h),a\n\tld de,2800h\nwait:\tdec de\n\tld a,d\n\tor e\n\tjr nz,wait\n\tld a,96h\n\tout (80h),a\n\tei\n\tret",
		);
		const { emulator } = await Terminal.boot({ files: new Map([["HOLD.COM", hold]]) });
		const changes: boolean[] = [];
		emulator.machine.listeners.onRtsChange = (asserted) => changes.push(asserted);
		await emulator.link.write(ascii("HOLD\r"));
		await emulator.link.drain();
		await emulator.link.clock.sleep(0.01);
		expect(emulator.machine.rts).toBe(false);
		expect(await emulator.link.controlLines?.get()).toMatchObject({ cts: false });
		await emulator.link.write(ascii("ABC"));
		await emulator.link.clock.sleep(0.005);
		expect(emulator.machine.linePending).toBe(3);
		await emulator.link.drain();
		expect(changes).toEqual([false, true]);
		expect(emulator.machine.uart.lostCharacters).toBe(0);
	});

	test("the host's RTS holds the machine's output", async () => {
		const terminal = await Terminal.boot();
		await terminal.emulator.link.controlLines?.set({ rts: false });
		expect(await terminal.type("\r")).toBe("");
		await terminal.emulator.link.controlLines?.set({ rts: true });
		expect(await terminal.type("")).toBe("\r\r\nA>");
	});

	test("without the wires the host's RTS holds nothing, and its inputs are off", async () => {
		const terminal = await Terminal.boot({ flowControl: false });
		await terminal.emulator.link.controlLines?.set({ rts: false });
		expect(await terminal.type("\r")).toBe("\r\r\nA>");
		expect(await terminal.emulator.link.controlLines?.get()).toEqual({ cts: false, dsr: false, dcd: false });
	});

	test("a wrong divider at the machine's end gives garbage, as on a real line", async () => {
		const fast = program("\tdi\n\tld a,15h\n\tout (80h),a\n\tld a,'U'\n\tout (81h),a\nhere:\tjr here");
		const terminal = await Terminal.boot({ files: new Map([["FAST.COM", fast]]) });
		expect(await terminal.command("FAST")).not.toContain("U");
	});
});

describe("determinism", () => {
	test("the same session twice gives the same bytes at the same times", async () => {
		const run = async () => {
			const files = new Map([["P.COM", printingProgram("hello, world")]]);
			const terminal = await Terminal.boot({ files });
			await Promise.all([terminal.type("DIR\rP\r"), terminal.emulator.link.clock.sleep(0.0123)]);
			await terminal.command("ERA P.COM");
			return { output: terminal.output, times: terminal.arrivalsS, end: terminal.emulator.machine.tStates };
		};
		expect(await run()).toEqual(await run());
	});

	test("idle time is cheap and exact", async () => {
		const { link, machine } = openEmulatorLink();
		await link.clock.sleep(3600);
		expect(machine.timeS).toBeCloseTo(3600, 4);
	});
});

describe("ending", () => {
	test("an unplugged cable is line-lost, once, for everybody", async () => {
		const { link, machine, unplug } = openEmulatorLink();
		await link.clock.sleep(0.1);
		const errors: (ZulmError | undefined)[] = [];
		link.onClose((error) => errors.push(error));
		await link.write(ascii("DIR"));
		const draining = link.drain();
		unplug();
		unplug();
		await expect(draining).rejects.toMatchObject({ code: "line-lost" });
		await expect(link.write(ascii("x"))).rejects.toMatchObject({ code: "line-lost" });
		expect(errors).toHaveLength(1);
		expect(errors[0]?.code).toBe("line-lost");
		await link.clock.sleep(0.1);
		expect(machine.timeS).toBeGreaterThan(0.1);
	});

	test("a close is silent and can be repeated", async () => {
		const { link } = openEmulatorLink();
		const errors: (ZulmError | undefined)[] = [];
		link.onClose((error) => errors.push(error));
		await link.close();
		await link.close();
		expect(errors).toEqual([undefined]);
	});

	test("a machine can be plugged in again, and its files are still there", async () => {
		const first = await Terminal.boot();
		await first.command("SAVE 1 KEPT.COM");
		first.emulator.unplug();
		const again = new Terminal(openEmulatorLink({ machine: first.emulator.machine }));
		expect(await again.command("DIR")).toBe("\r\nA: KEPT     COM\r\nA>");
	});

	test("reset boots again with the drive as it is", async () => {
		const terminal = await Terminal.boot();
		await terminal.command("SAVE 1 KEPT.COM");
		terminal.emulator.machine.reset();
		expect(await terminal.type("")).toBe("\r\nZULM 59K CP/M 2.2 (emulated)\r\n\r\nA>");
		expect(await terminal.command("DIR")).toContain("KEPT");
	});

	test("listeners can be taken off", async () => {
		const { link } = openEmulatorLink();
		const seen: number[] = [];
		const stop = link.onData((bytes) => seen.push(...bytes));
		await link.clock.sleep(0.0005);
		stop();
		const before = text(seen);
		await link.clock.sleep(1);
		expect(text(seen)).toBe(before);
	});
});
