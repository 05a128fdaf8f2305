import { describe, expect, test } from "vitest";
import { MemoryDrive } from "./memory-drive.js";
import { runProgram } from "./run-program.js";
import { ascii, printingProgram, program, text } from "./testing/z80-programs.js";

/** Prints every line it reads with function 10 in brackets, for ever. */
const LINES = program(`
next:	ld de,buffer
	ld c,10
	call bdos
	ld e,'['
	ld c,2
	call bdos
	ld hl,buffer+1
	ld a,(hl)
	or a
	jr z,done
	ld b,a
char:	inc hl
	push hl
	push bc
	ld e,(hl)
	ld c,2
	call bdos
	pop bc
	pop hl
	djnz char
done:	ld e,']'
	ld c,2
	call bdos
	jr next
buffer:	db 80`);

/** Echoes keys without waiting for them, for ever. */
const POLLER = program(`
next:	ld e,0FFh
	ld c,6
	call bdos
	or a
	jr z,next
	ld e,a
	ld c,6
	call bdos
	jr next`);

const FOREVER = program("here:\tjr here");

async function* pieces(...parts: string[]): AsyncGenerator<Uint8Array> {
	for (const part of parts) {
		await new Promise((resolve) => setImmediate(resolve));
		yield ascii(part);
	}
}

test("output, T-states and the way it ended", async () => {
	const seen: number[] = [];
	const result = await runProgram(printingProgram("hello"), "", { stdout: (bytes) => seen.push(...bytes) });
	expect(text(result.output)).toBe("hello");
	expect(text(seen)).toBe("hello");
	expect(result.exit).toBe("returned");
	// ld de 10, ld c 7, jp 5 10, jp FBASE 10, and our RET 10.
	expect(result.tStates).toBe(47);
	expect((await runProgram(program("\tjp 0"), "")).exit).toBe("warm-boot");
});

test("arguments are the command tail, in upper case as from the CCP", async () => {
	const tail = program(
		"\tld hl,80h\n\tld a,(hl)\n\tinc hl\n\tadd a,l\n\tld l,a\n\tld (hl),'$'\n\tld de,81h\n\tld c,9\n\tjp bdos",
	);
	expect(text((await runProgram(tail, "b:file.txt /v")).output)).toBe(" B:FILE.TXT /V");
	expect(text((await runProgram(tail, "")).output)).toBe("");
});

describe("input", () => {
	test("LF, CR LF and CR are all RETURN; at the end the program reads ^Z and is stopped", async () => {
		const result = await runProgram(LINES, "", { stdin: ascii("one\ntwo\r\nthree\r") });
		expect(text(result.output)).toBe("one\r[one]two\r[two]three\r[three]^Z");
		expect(result.exit).toBe("end-of-input");
	});

	test("input that comes in pieces gives the same", async () => {
		const result = await runProgram(LINES, "", { stdin: pieces("on", "e\r", "\ntwo\n") });
		expect(text(result.output)).toBe("one\r[one]two\r[two]^Z");
	});

	test("no input is the end of input", async () => {
		expect((await runProgram(LINES, "")).exit).toBe("end-of-input");
	});

	test("a program that only polls is stopped too", async () => {
		const result = await runProgram(POLLER, "", { stdin: pieces("ab") });
		expect(text(result.output)).toBe("ab\x1a");
		expect(result.exit).toBe("end-of-input");
	});

	test("input that cannot be read is an error", async () => {
		async function* broken(): AsyncGenerator<Uint8Array> {
			yield ascii("x");
			throw new Error("gone");
		}
		await expect(runProgram(LINES, "", { stdin: broken() })).rejects.toMatchObject({ code: "file-unreadable" });
	});
});

describe("limits", () => {
	test("so many T-states", async () => {
		const result = await runProgram(FOREVER, "", { maxTStates: 3_000_000 });
		expect(result.exit).toBe("cut-off");
		expect(result.tStates).toBeGreaterThanOrEqual(3_000_000);
		expect(result.tStates).toBeLessThan(3_000_100);
	});

	test("the signal ends a program that loops, and one that waits for input", async () => {
		const looping = new AbortController();
		const loop = runProgram(FOREVER, "", { signal: looping.signal });
		setImmediate(() => looping.abort());
		await expect(loop).rejects.toMatchObject({ code: "interrupted" });
		const waiting = new AbortController();
		async function* never(): AsyncGenerator<Uint8Array> {
			await new Promise(() => {});
			yield ascii("");
		}
		const wait = runProgram(LINES, "", { stdin: never(), signal: waiting.signal });
		setImmediate(() => waiting.abort());
		await expect(wait).rejects.toMatchObject({ code: "interrupted" });
	});

	test("a string without an end is printed once through memory", async () => {
		const endless = program("\tld de,0\n\tld c,9\n\tjp bdos");
		expect((await runProgram(endless, "")).output.length).toBeGreaterThan(60_000);
	});

	test("a program that does not fit is refused", async () => {
		await expect(runProgram(new Uint8Array(60_000), "")).rejects.toMatchObject({ code: "program-too-large" });
	});
});

test("files are those of the drive it is given", async () => {
	const drive = new MemoryDrive();
	const maker = program("\tld de,5Ch\n\tld c,22\n\tcall bdos\n\tld de,5Ch\n\tld c,16\n\tjp bdos");
	await runProgram(maker, "NEW.DAT", { drive });
	expect(drive.read("NEW.DAT")).toHaveLength(0);
});
