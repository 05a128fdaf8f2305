/**
 * BDOS and BIOS console calls as programs make them: functions 1–12, the BIOS jump table, interrupts while CP/M waits.
 */
import { describe, expect, test } from "vitest";
import { Terminal } from "./testing/terminal.js";
import { ascii, program } from "./testing/z80-programs.js";

async function started(source: string, name = "T"): Promise<{ terminal: Terminal; output: string }> {
	const terminal = await Terminal.boot({ files: new Map([[`${name}.COM`, program(source)]]) });
	return { terminal, output: await terminal.command(name) };
}

/** Prints A, then goes back to the CCP. */
const PRINT_A = "\tld e,a\n\tld c,2\n\tjp bdos";

describe("BDOS functions", () => {
	test("function 1 echoes what is printable", async () => {
		const { terminal } = await started("loop:\tld c,1\n\tcall bdos\n\tcp '.'\n\tjr nz,loop\n\tret");
		expect(await terminal.type("a\x02b\t.")).toBe("ab      .\r\nA>");
	});

	test("function 2 stops at ^S until any key, and ^S ^C boots", async () => {
		const endless = "loop:\tld e,'x'\n\tld c,2\n\tcall bdos\n\tjr loop";
		const { emulator } = await Terminal.boot({ files: new Map([["T.COM", program(endless)]]) });
		const terminal = new Terminal(emulator);
		await emulator.link.write(ascii("T\r"));
		await emulator.link.clock.sleep(0.1);
		expect(await terminal.type("\x13")).toMatch(/^x*$/);
		expect(await terminal.type("")).toBe("");
		await emulator.link.write(Uint8Array.of(0x20));
		await emulator.link.clock.sleep(0.05);
		expect(terminal.output.length).toBeGreaterThan(500);
		expect(await terminal.type("\x13")).toMatch(/^x*$/);
		expect(await terminal.type("\x03")).toBe("\r\nA>");
	});

	test("function 2 keeps one character of type-ahead, which function 6 does not see", async () => {
		// Waits until keys are there, prints one character with 2, then reads with 6 until a dot.
		const reader = program(`
	ld de,4000h
wait:	dec de
	ld a,d
	or e
	jr nz,wait
	ld e,'>'
	ld c,2
	call bdos
read:	ld c,6
	ld e,0FFh
	call bdos
	or a
	jr z,read
	cp '.'
	ret z
	ld e,a
	ld c,6
	call bdos
	jr read`);
		const terminal = await Terminal.boot({ files: new Map([["T.COM", reader]]) });
		expect(await terminal.type("T\rabc.")).toBe("T\r\r\n>bc\r\nA>a");
	});

	test("function 10 fills the buffer and says how much", async () => {
		const { terminal } = await started(
			`\tld de,buffer\n\tld c,10\n\tcall bdos\n\tld a,(buffer+1)\n\tadd a,'0'\n${PRINT_A}\nbuffer:\tdb 5,0\n\tds 6`,
		);
		// Five characters fill it: it comes back without RETURN.
		expect(await terminal.type("abcde")).toBe("abcde\r5\r\nA>");
	});

	test("functions 11 and 12", async () => {
		const { output } = await started("\tld c,12\n\tcall bdos\n\tld a,l\n\tadd a,'A'\n\tld e,a\n\tld c,2\n\tjp bdos");
		expect(output).toBe("\r\nc\r\nA>");
		const { terminal } = await started(`loop:\tld c,11\n\tcall bdos\n\tor a\n\tjr z,loop\n\tadd a,'0'\n${PRINT_A}`);
		expect(await terminal.type("k")).toBe("1\r\nA>k");
	});

	test("results come back in A and L, and in B and H", async () => {
		const { terminal } = await started(
			"\tld c,12\n\tcall bdos\n\tld (200h),a\n\tld a,b\n\tld (201h),a\n\tld (202h),hl\n\tret",
		);
		expect([...terminal.emulator.machine.memory.subarray(0x200, 0x204)]).toEqual([0x22, 0, 0x22, 0]);
	});

	test("functions that do not exist return 0", async () => {
		const { terminal } = await started("\tld c,200\n\tld a,1\n\tcall bdos\n\tld (200h),a\n\tret");
		expect(terminal.emulator.machine.memory[0x200]).toBe(0);
	});

	test("function 27 and 31 give vectors that a program can read", async () => {
		const { terminal } = await started(
			"\tld c,31\n\tcall bdos\n\tld (200h),hl\n\tld c,27\n\tcall bdos\n\tld (202h),hl\n\tret",
		);
		const { memory } = terminal.emulator.machine;
		const dpb = (memory[0x200] as number) | ((memory[0x201] as number) << 8);
		const allocation = (memory[0x202] as number) | ((memory[0x203] as number) << 8);
		expect(memory[dpb + 2]).toBe(4);
		// Two blocks of directory and one of the program.
		expect(memory[allocation]).toBe(0xe0);
	});
});

describe("page zero and BIOS", () => {
	test("the words at 0001h and 0006h", async () => {
		const { emulator } = await Terminal.boot({ fbase: 0xec06 });
		const { memory } = emulator.machine;
		expect([...memory.subarray(5, 8)]).toEqual([0xc3, 0x06, 0xec]);
		expect([...memory.subarray(0, 3)]).toEqual([0xc3, 0x03, 0xfa]);
	});

	test("CONST, CONIN and CONOUT through the jump table", async () => {
		const { terminal } = await started(`
	ld hl,(1)
	ld de,3
	add hl,de
	ld (status+1),hl
	add hl,de
	ld (input+1),hl
	add hl,de
	ld (output+1),hl
status:	call 0
	or a
	jr z,status
input:	call 0
	ld c,a
	inc c
output:	call 0
	ret`);
		expect(await terminal.type("a")).toBe("b\r\nA>");
	});

	test("a program that redirects CONOUT sees what the BDOS prints", async () => {
		// Every character goes to memory at 300h instead; the pointer is at 2FEh.
		const { terminal, output } = await started(`
	ld hl,300h
	ld (2FEh),hl
	ld hl,(1)
	ld de,10
	add hl,de
	ld e,(hl)
	inc hl
	ld d,(hl)
	push de
	ld de,catch
	ld (hl),d
	dec hl
	ld (hl),e
	push hl
	ld de,text
	ld c,9
	call bdos
	pop hl
	pop de
	ld (hl),e
	inc hl
	ld (hl),d
	ret
catch:	ld hl,(2FEh)
	ld (hl),c
	inc hl
	ld (2FEh),hl
	ret
text:	db "caught$"`);
		expect(output).toBe("\r\n\r\nA>");
		const { memory } = terminal.emulator.machine;
		expect(String.fromCharCode(...memory.subarray(0x300, 0x306))).toBe("caught");
	});

	test("disks have no sectors: SELDSK says there is none, READ fails", async () => {
		const { terminal } = await started(`
	ld hl,(1)
	ld l,27
	ld c,0
	ld de,back
	push de
	jp (hl)
back:	ld (200h),hl
	ld hl,(1)
	ld l,39
	ld de,end
	push de
	jp (hl)
end:	ld (202h),a
	ret`);
		expect([...terminal.emulator.machine.memory.subarray(0x200, 0x203)]).toEqual([0, 0, 1]);
	});
});

describe("interrupts", () => {
	test("a program's own receive interrupt runs while the BDOS prints, and nothing is lost", async () => {
		// IM 1 handler at 0038h that counts characters at 200h; prints while they come, then shows that all came.
		const counter = program(`
	di
	ld a,0C3h
	ld (38h),a
	ld hl,handler
	ld (39h),hl
	im 1
	xor a
	ld (200h),a
	ei
print:	ld e,'.'
	ld c,6
	call bdos
	ld a,(200h)
	cp 50
	jr nz,print
	jp 0
handler:
	push af
	in a,(81h)
	ld a,(200h)
	inc a
	ld (200h),a
	pop af
	ei
	reti`);
		const terminal = await Terminal.boot({ files: new Map([["T.COM", counter]]) });
		const { link } = terminal.emulator;
		await link.write(ascii("T\r"));
		await link.clock.sleep(0.05);
		expect(await terminal.type("x".repeat(50))).toMatch(/\.+\r\nA>$/);
		expect(terminal.emulator.machine.uart.lostCharacters).toBe(0);
		// The warm boot gave the interrupt back to the BIOS.
		expect(await terminal.command("DIR")).toContain("T        COM");
	});

	test("a program that leaves interrupts off can still be followed by typing", async () => {
		const { terminal } = await started("\tdi\n\tret");
		expect(await terminal.command("ERA X")).toBe("\r\nNO FILE\r\nA>");
	});

	test("a machine whose BIOS polls works the same at a prompt", async () => {
		const terminal = await Terminal.boot({ receiveRing: undefined });
		expect(await terminal.command("DIR")).toBe("\r\nNO FILE\r\nA>");
		expect(terminal.emulator.machine.uart.irq).toBe(false);
	});
});
