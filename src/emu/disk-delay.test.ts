/** How long programs wait for a slow disk: at each full track, and when a file is closed. */
import { expect, test } from "vitest";
import { RC2014 } from "./machine-config.js";
import { MemoryDrive } from "./memory-drive.js";
import { Terminal } from "./testing/terminal.js";
import { program } from "./testing/z80-programs.js";

/** Makes X.DAT of `records` records and closes it, then says so. */
function writer(records: number): Uint8Array {
	return program(`
	ld de,fcb
	ld c,22
	call bdos
	ld b,${records}
next:	push bc
	ld de,fcb
	ld c,21
	call bdos
	pop bc
	djnz next
	ld de,fcb
	ld c,16
	call bdos
	ld de,done
	ld c,9
	jp bdos
done:	db "DONE$"
fcb:	db 0,"X       DAT"
	ds 23
	db 0`);
}

async function secondsToWrite(records: number, diskStallS: number): Promise<number> {
	const drive = new MemoryDrive({ files: new Map([["W.COM", writer(records)]]) });
	const terminal = await Terminal.boot({ ...RC2014, diskStallS, drive }, 3);
	const startS = terminal.emulator.link.clock.now();
	const answer = await terminal.command("W");
	expect(answer).toBe("\r\nDONE\r\nA>");
	expect(drive.read("X.DAT")?.length).toBe(records * 128);
	return (terminal.arrivalsS.at(-1) as number) - startS;
}

test.each([
	[1, 2, 2],
	[32, 2, 2],
	[33, 2, 4],
	[100, 0.5, 2],
])("%i records with stalls of %d s take %d s", async (records, stallS, expectedS) => {
	expect(await secondsToWrite(records, stallS)).toBeCloseTo(expectedS, 1);
});

test("a fast disk takes no time", async () => {
	expect(await secondsToWrite(100, 0)).toBeLessThan(0.05);
});

test("SAVE writes its pages in one go", async () => {
	const terminal = await Terminal.boot({ ...RC2014, diskStallS: 2 }, 3);
	const startS = terminal.emulator.link.clock.now();
	expect(await terminal.command("SAVE 60 X.COM")).toBe("\r\nA>");
	expect((terminal.arrivalsS.at(-1) as number) - startS).toBeCloseTo(2, 1);
});
