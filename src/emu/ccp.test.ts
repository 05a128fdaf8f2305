/**
 * The CCP and the line editor, character by character as a real CP/M 2.2 answers (captures of a simulated one).
 */
import { describe, expect, test } from "vitest";
import { MemoryDrive } from "./memory-drive.js";
import { Terminal } from "./testing/terminal.js";
import { ascii, printingProgram, program } from "./testing/z80-programs.js";

const PROMPT = "\r\nA>";

function files(...names: string[]): Map<string, Uint8Array> {
	return new Map(names.map((name) => [name, ascii(`contents of ${name}\r\n\x1a`)]));
}

describe("built-in commands", () => {
	test("an empty line prompts again", async () => {
		const terminal = await Terminal.boot();
		expect(await terminal.type("\r")).toBe(`\r${PROMPT}`);
	});

	test("DIR: four to a row, a pattern, nothing found", async () => {
		const terminal = await Terminal.boot({ files: files("ONE.COM", "TWO.TXT", "THREE", "FOUR.A", "FIVE.B") });
		expect(await terminal.command("DIR")).toBe(
			`\r\nA: ONE      COM : TWO      TXT : THREE        : FOUR     A  \r\nA: FIVE     B  ${PROMPT}`,
		);
		expect(await terminal.command("dir t*.*")).toBe(`\r\nA: TWO      TXT : THREE       ${PROMPT}`);
		expect(await terminal.command("DIR A:F???.?")).toBe(`\r\nA: FOUR     A   : FIVE     B  ${PROMPT}`);
		expect(await terminal.command("DIR X.*")).toBe(`\r\nNO FILE${PROMPT}`);
	});

	test("ERA, with its question for everything", async () => {
		const drive = new MemoryDrive({ files: files("ONE.COM", "TWO.COM", "TWO.TXT") });
		const terminal = await Terminal.boot({ drive });
		expect(await terminal.command("ERA *.COM")).toBe(PROMPT);
		expect(await terminal.command("ERA *.COM")).toBe(`\r\nNO FILE${PROMPT}`);
		expect(await terminal.command("ERA *.*")).toBe("\r\nALL (Y/N)?");
		expect(await terminal.command("N")).toBe(PROMPT);
		expect(drive.disk.listFiles()).toHaveLength(1);
		await terminal.command("ERA *.*");
		expect(await terminal.command("y")).toBe(PROMPT);
		expect(drive.disk.listFiles()).toEqual([]);
	});

	test("TYPE expands tabs and stops at ^Z; a name that is not there is repeated", async () => {
		const terminal = await Terminal.boot({ files: new Map([["T.TXT", ascii("a\tb\r\nend\x1abehind")]]) });
		expect(await terminal.command("TYPE T.TXT")).toBe(`\r\na       b\r\nend${PROMPT}`);
		expect(await terminal.command("TYPE NOFILE")).toBe(`\r\nNOFILE?\r\n${PROMPT}`);
		expect(await terminal.command("TYPE *.TXT")).toBe(`\r\n*.TXT?\r\n${PROMPT}`);
	});

	test("REN, and its two refusals", async () => {
		const drive = new MemoryDrive({ files: files("ONE.COM", "TWO.COM") });
		const terminal = await Terminal.boot({ drive });
		expect(await terminal.command("REN NEW.COM=ONE.COM")).toBe(PROMPT);
		expect(drive.read("NEW.COM")).toBeDefined();
		expect(await terminal.command("REN TWO.COM=NEW.COM")).toBe(`\r\nFILE EXISTS${PROMPT}`);
		expect(await terminal.command("REN X.COM=Y.COM")).toBe(`\r\nNO FILE${PROMPT}`);
		expect(await terminal.command("REN X.COM")).toBe(`\r\nX.COM?\r\n${PROMPT}`);
	});

	test("SAVE writes pages from 0100h", async () => {
		const drive = new MemoryDrive({ files: new Map([["P.COM", printingProgram("hi")]]) });
		const terminal = await Terminal.boot({ drive });
		await terminal.command("P");
		expect(await terminal.command("SAVE 2 COPY.COM")).toBe(PROMPT);
		expect(drive.read("COPY.COM")).toHaveLength(512);
		expect(await terminal.command("COPY")).toBe(`\r\nhi${PROMPT}`);
		expect(await terminal.command("SAVE X.COM")).toBe(`\r\nX.COM?\r\n${PROMPT}`);
		expect(await terminal.command("SAVE 256 X.COM")).toBe(`\r\n256?\r\n${PROMPT}`);
	});

	test("SAVE on a full disk", async () => {
		const drive = new MemoryDrive({ capacityBytes: 16 * 1024, directoryEntries: 32 });
		const terminal = await Terminal.boot({ drive });
		expect(await terminal.command("SAVE 100 BIG.COM")).toBe(`\r\nNO SPACE${PROMPT}`);
	});

	test("USER keeps files apart and does not show in the prompt", async () => {
		const terminal = await Terminal.boot({ files: files("ONE.COM") });
		expect(await terminal.command("USER 3")).toBe(PROMPT);
		expect(await terminal.command("DIR")).toBe(`\r\nNO FILE${PROMPT}`);
		expect(await terminal.command("USER 16")).toBe(`\r\n16?\r\n${PROMPT}`);
		await terminal.command("USER 0");
		expect(await terminal.command("DIR")).toBe(`\r\nA: ONE      COM${PROMPT}`);
	});

	test("drives", async () => {
		const terminal = await Terminal.boot({ drives: { B: new MemoryDrive({ files: files("X.TXT") }) } });
		expect(await terminal.command("B:")).toBe("\r\nB>");
		expect(await terminal.command("DIR")).toBe("\r\nB: X        TXT\r\nB>");
		expect(await terminal.command("DIR A:")).toBe("\r\nNO FILE\r\nB>");
		expect(await terminal.command("A:")).toBe(PROMPT);
	});
});

describe("disk errors wait for a key, which is not echoed, and boot", () => {
	test("a drive that is not there", async () => {
		const terminal = await Terminal.boot();
		expect(await terminal.command("DIR Z:")).toBe("\r\nBdos Err On Z: Select");
		expect(await terminal.type("k")).toBe(PROMPT);
		expect(await terminal.command("C:")).toBe("\r\nBdos Err On C: Select");
		expect(await terminal.type("\r")).toBe(PROMPT);
	});

	test("a read-only drive", async () => {
		const terminal = await Terminal.boot({ drive: new MemoryDrive({ readOnly: true }) });
		expect(await terminal.command("SAVE 1 X.COM")).toBe("\r\nBdos Err On A: R/O");
		expect(await terminal.type("k")).toBe(PROMPT);
	});

	test("a read-only file", async () => {
		const drive = new MemoryDrive();
		drive.disk.writeFile("P       COM", new Uint8Array(1), 0, true);
		const terminal = await Terminal.boot({ drive });
		expect(await terminal.command("ERA P.COM")).toBe("\r\nBdos Err On A: File R/O");
		expect(await terminal.type("k")).toBe(PROMPT);
		expect(drive.read("P.COM")).toBeDefined();
	});
});

describe("programs", () => {
	test("run and return to the prompt; unknown ones are repeated in upper case", async () => {
		const terminal = await Terminal.boot({ files: new Map([["HI.COM", printingProgram("hi there")]]) });
		expect(await terminal.command("hi")).toBe(`\r\nhi there${PROMPT}`);
		expect(await terminal.command("foo bar")).toBe(`\r\nFOO?\r\n${PROMPT}`);
		expect(await terminal.command("HI.TXT")).toBe(`\r\nHI.TXT?\r\n${PROMPT}`);
	});

	test("are found on the drive and in the user area at hand only", async () => {
		const drives = { B: new MemoryDrive({ files: new Map([["HI.COM", printingProgram("hi")]]) }) };
		const terminal = await Terminal.boot({ drives });
		expect(await terminal.command("HI")).toBe(`\r\nHI?\r\n${PROMPT}`);
		expect(await terminal.command("B:HI")).toBe(`\r\nhi${PROMPT}`);
		await terminal.command("B:");
		expect(await terminal.command("USER 2")).toBe("\r\nB>");
		expect(await terminal.command("HI")).toBe("\r\nHI?\r\n\r\nB>");
	});

	test("find their arguments in the FCBs and the tail", async () => {
		// Prints 5Ch–67h, 6Ch–77h with drive codes made printable, then the tail.
		const show = program(`
	ld hl,5Ch
	call name
	ld hl,6Ch
	call name
	ld hl,80h
	ld b,(hl)
tail:	inc hl
	ld a,(hl)
	call put
	djnz tail
	ret
name:	ld a,(hl)
	add a,'0'
	call put
	ld b,11
char:	inc hl
	ld a,(hl)
	call put
	djnz char
	ld a,'|'
put:	push hl
	push bc
	ld e,a
	ld c,2
	call bdos
	pop bc
	pop hl
	ret`);
		const terminal = await Terminal.boot({ files: new Map([["SHOW.COM", show]]) });
		expect(await terminal.command("show b:one.txt *.c? rest")).toBe(
			`\r\n2ONE     TXT|0????????C? | B:ONE.TXT *.C? REST${PROMPT}`,
		);
	});

	test("that do not fit below the CCP are not loaded", async () => {
		const terminal = await Terminal.boot({ files: new Map([["BIG.COM", new Uint8Array(0xd000 - 0x100 + 1)]]) });
		expect(await terminal.command("BIG")).toBe(`\r\nBAD LOAD${PROMPT}`);
	});

	test("that just fit are", async () => {
		const image = new Uint8Array(0xd000 - 0x100);
		image.set(printingProgram("fits"));
		const terminal = await Terminal.boot({ files: new Map([["BIG.COM", image]]) });
		expect(await terminal.command("BIG")).toBe(`\r\nfits${PROMPT}`);
	});

	test("end by RET, JP 0 or function 0 alike", async () => {
		const terminal = await Terminal.boot({
			files: new Map([
				["R.COM", program("\tret")],
				["J.COM", program("\tjp 0")],
				["F.COM", program("\tld c,0\n\tjp bdos")],
			]),
		});
		for (const name of ["R", "J", "F"]) expect(await terminal.command(name)).toBe(`\r\n${PROMPT}`);
	});
});

describe("the line editor", () => {
	test("^H and DEL take characters back", async () => {
		const terminal = await Terminal.boot();
		expect(await terminal.type("DIX\bR\r")).toBe(`DIX\b \bR\r\r\nNO FILE${PROMPT}`);
		expect(await terminal.type("DIX\x7fR\r")).toBe(`DIXXR\r\r\nNO FILE${PROMPT}`);
		expect(await terminal.type("\b\x7f\r")).toBe(`\r${PROMPT}`);
	});

	test("^H takes a control character's two columns back", async () => {
		const terminal = await Terminal.boot();
		expect(await terminal.type("A\x01\b\b\r")).toBe(`A^A\b \b\b \b\b \b\r${PROMPT}`);
	});

	test("^X erases the line, ^U leaves it behind", async () => {
		const terminal = await Terminal.boot();
		expect(await terminal.type("junk\x18\r")).toBe(`junk${"\b \b".repeat(4)}\r${PROMPT}`);
		expect(await terminal.type("junk\x15DIR\r")).toBe(`junk#\r\n  DIR\r\r\nNO FILE${PROMPT}`);
	});

	test("^R types the line again, ^E breaks it", async () => {
		const terminal = await Terminal.boot();
		expect(await terminal.type("DI\x12R\r")).toBe(`DI#\r\n  DIR\r\r\nNO FILE${PROMPT}`);
		expect(await terminal.type("D\x05IR\r")).toBe(`D\r\nIR\r\r\nNO FILE${PROMPT}`);
	});

	test("^C boots in column 0 only; other control characters are part of the line", async () => {
		const terminal = await Terminal.boot();
		expect(await terminal.type("\x03")).toBe(`^C${PROMPT}`);
		expect(await terminal.type("\x1a\x03DIR\r")).toBe(`^Z^CDIR\r\r\n\x1a\x03DIR?\r\n${PROMPT}`);
	});

	test("LF ends a line as CR does, and bit 7 is stripped", async () => {
		const terminal = await Terminal.boot();
		expect(await terminal.type("\xc4IR\n")).toBe(`DIR\r\r\nNO FILE${PROMPT}`);
	});

	test("the 127th character ends the command by itself", async () => {
		const terminal = await Terminal.boot();
		const line = "X".repeat(127);
		expect(await terminal.type(line)).toBe(`${line}\r\r\n${line}?\r\n${PROMPT}`);
	});

	test("^P sends what is printed to the list device too", async () => {
		const terminal = await Terminal.boot();
		let printed = "";
		terminal.emulator.machine.listeners.onList = (byte) => {
			printed += String.fromCharCode(byte);
		};
		await terminal.type("\x10DIR\r");
		await terminal.type("\x10DIR\r");
		expect(printed).toBe("DIR\r\r\nNO FILE\r\nA>");
	});
});
