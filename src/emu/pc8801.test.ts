/** The emulated PC-8801: console on its own screen, the line behind RDR: and PUN: and at the 8251's ports. */
import { describe, expect, test } from "vitest";
import { sendXmodem } from "../transport/xmodem/send-xmodem.js";
import { type EmulatorLink, openEmulatorLink } from "./emulator-link.js";
import { PC8801 } from "./machine-config.js";
import { MemoryDrive } from "./memory-drive.js";
import type { ScreenConsole } from "./screen-console.js";
import { ascii, program, text } from "./testing/z80-programs.js";
import { toolFiles } from "./tools/tools.js";

class Desk {
	readonly drive: MemoryDrive;
	readonly emulator: EmulatorLink;
	/** What came over the line. */
	line = "";

	constructor(files: [string, Uint8Array][] = []) {
		this.drive = new MemoryDrive({ files: new Map([...toolFiles(PC8801.tools), ...files]) });
		this.emulator = openEmulatorLink({ ...PC8801, drive: this.drive });
		this.emulator.link.onData((bytes) => {
			this.line += text(bytes);
		});
	}

	get screen(): ScreenConsole {
		return this.emulator.machine.screen as ScreenConsole;
	}

	/** Types at the machine's keyboard and returns what its screen shows a while later. */
	async type(keys: string, seconds = 0.5): Promise<string> {
		const start = this.screen.text.length;
		this.screen.type(ascii(keys));
		await this.emulator.link.clock.sleep(seconds);
		return this.screen.text.slice(start);
	}

	async send(bytes: string, seconds = 0.5): Promise<void> {
		await this.emulator.link.write(ascii(bytes));
		await this.emulator.link.drain();
		await this.emulator.link.clock.sleep(seconds);
	}
}

async function boot(files: [string, Uint8Array][] = []): Promise<Desk> {
	const desk = new Desk(files);
	await desk.type("");
	return desk;
}

describe("the emulated PC-8801", () => {
	test("shows its prompt on the screen and nothing on the line, whatever comes there", async () => {
		const desk = await boot();
		expect(desk.screen.text).toMatch(/\r\nA>$/);
		await desk.send("DIR\r");
		expect(desk.line).toBe("");
		expect(await desk.type("DIR *.TXT\r")).toBe("DIR *.TXT\r\r\nNO FILE\r\nA>");
	});

	test("PIP X.HEX=RDR: takes what comes over the line up to ^Z", async () => {
		const desk = await boot();
		await desk.type("PIP X.TXT=RDR:\r");
		await desk.send(`${"0123456789ABCDEF\r\n".repeat(100)}\x1a`, 1);
		expect(desk.screen.text).toMatch(/PIP X\.TXT=RDR:\r\r\n\r\nA>$/);
		expect(text(desk.drive.read("X.TXT")?.subarray(0, 1800) ?? [])).toBe("0123456789ABCDEF\r\n".repeat(100));
		expect(desk.emulator.machine.uart.lostCharacters).toBe(0);
	});

	test("PUN: is the line, with all eight bits", async () => {
		const desk = await boot([["K.TXT", ascii("\xb1\xb2\xdf\x1a")]]);
		await desk.type("PIP PUN:=K.TXT\r");
		expect(desk.line).toBe("\xb1\xb2\xdf");
	});

	test("XMODEM /X1 receives over the line and talks on the screen", async () => {
		const desk = await boot();
		const file = Uint8Array.from({ length: 5000 }, (_, i) => (i * 13) & 0xff);
		await desk.type("XMODEM X.COM /R /X1\r");
		expect(desk.screen.text).toMatch(/File created\r\nReceiving via RDR\/PUN$/);
		await sendXmodem(desk.emulator.link, file);
		await desk.type("");
		expect(desk.screen.text).toMatch(/ with CRCs\r\n\+{40}\r\nOK\r\nReceived 40 blocks\r\nA>$/);
		expect(desk.drive.read("X.COM")?.subarray(0, 5000)).toEqual(file);
	});

	test("a program talks over BDOS 3 and 4", async () => {
		const echo = program(`
loop:	ld c,3
	call bdos
	cp 1ah
	ret z
	ld e,a
	ld c,4
	call bdos
	jr loop`);
		const desk = await boot([["ECHO.COM", echo]]);
		await desk.type("ECHO\r");
		await desk.send("\xb1\xb2 abc\x1a");
		expect(desk.line).toBe("\xb1\xb2 abc");
		expect(desk.screen.text).toMatch(/ECHO\r\r\n\r\nA>$/);
	});

	test("a program talks at ports 20h and 21h", async () => {
		const echo = program(`
poll:	in a,(21h)
	and 2
	jr z,poll
	in a,(20h)
	cp 1ah
	ret z
	inc a
	out (20h),a
	jr poll`);
		const desk = await boot([["ECHO.COM", echo]]);
		await desk.type("ECHO\r");
		await desk.send("ABC\x1a");
		expect(desk.line).toBe("BCD");
	});

	test("nothing holds the sender: what comes while nobody reads is lost but for the last", async () => {
		const desk = await boot();
		await desk.send("x".repeat(100));
		expect(desk.emulator.machine.uart.lostCharacters).toBe(99);
	});
});
