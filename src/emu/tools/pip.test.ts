/** PIP and LOAD on emulated machines: echoes, pace, what is lost without flow control, what errors leave behind. */
import { describe, expect, test } from "vitest";
import { BARE, type MachineConfig } from "../machine-config.js";
import { MemoryDrive } from "../memory-drive.js";
import { Terminal } from "../testing/terminal.js";
import { text } from "../testing/z80-programs.js";
import { toolFiles } from "./tools.js";

const FAST: Partial<MachineConfig> = { ...BARE, diskStallS: 0 };
const HELLO_HEX = ":100100000E09110901CD0500C948454C4C4F204648\r\n:0A011000524F4D204845580D0A24B7\r\n:0000000000\r\n";

function driveWith(files: Record<string, string> = {}, options = {}): MemoryDrive {
	const contents = Object.entries(files).map(([name, content]): [string, Uint8Array] => [
		name,
		Buffer.from(content, "latin1"),
	]);
	return new MemoryDrive({ files: new Map([...toolFiles(BARE.tools), ...contents]), ...options });
}

function contents(drive: MemoryDrive, name: string): string | undefined {
	const bytes = drive.read(name);
	return bytes === undefined ? undefined : text(bytes).split("\x1a")[0];
}

describe("PIP from the console", () => {
	test("echoes every byte as it comes, keeps bit 7, ends with ^Z", async () => {
		const drive = driveWith();
		const terminal = await Terminal.boot({ ...FAST, drive });
		expect(await terminal.command("PIP X.TXT=CON:")).toBe("\r\n");
		expect(await terminal.type("A\xb1\xdf\r\n")).toBe("A\xb1\xdf\r\n");
		expect(await terminal.type("\x1a")).toBe("\r\nA>");
		expect(contents(drive, "X.TXT")).toBe("A\xb1\xdf\r\n");
		expect(drive.read("X.$$$")).toBeUndefined();
	});

	test("takes 2780 T-states a character: 1439 a second at 4 MHz where the line is faster", async () => {
		const terminal = await Terminal.boot({
			...FAST,
			baud: 115_200,
			flowControl: true,
			receiveRing: { size: 32, dropRtsAt: 16, raiseRtsAt: 8 },
		});
		await terminal.command("PIP X.TXT=CON:");
		const from = terminal.arrivalsS.length;
		await terminal.type("x".repeat(1440));
		const arrivalsS = terminal.arrivalsS.slice(from);
		expect(arrivalsS.length).toBe(1440);
		expect((arrivalsS.at(-1) as number) - (arrivalsS[0] as number)).toBeCloseTo((1439 * 2780) / 4e6, 2);
	});

	test("hears nothing while a full buffer is written: 9600 baud without flow control loses that much", async () => {
		const drive = driveWith();
		const stalling = await Terminal.boot({ ...FAST, diskStallS: 2, drive }, 3);
		await stalling.command("PIP X.TXT=CON:");
		const echo = await stalling.type("x".repeat(29_000));
		// 0.3 s + 2 s at 960 characters a second, less the two that wait in the receiver.
		expect(29_000 - echo.length).toBeGreaterThan(2190);
		expect(29_000 - echo.length).toBeLessThan(2215);
		await stalling.type("\x1a");
		expect(contents(drive, "X.TXT")?.length).toBe(echo.length);
	});

	test("with flow control the same is slower and whole", async () => {
		const drive = driveWith();
		const ring = { size: 32, dropRtsAt: 16, raiseRtsAt: 8 };
		const terminal = await Terminal.boot({ ...FAST, diskStallS: 2, flowControl: true, receiveRing: ring, drive }, 3);
		await terminal.command("PIP X.TXT=CON:");
		expect((await terminal.type("x".repeat(29_000))).length).toBe(29_000);
		await terminal.type("\x1a");
		expect(contents(drive, "X.TXT")?.length).toBe(29_000);
	});

	test("[H] lets correct records through only, and stops at wrong ones", async () => {
		const drive = driveWith();
		const terminal = await Terminal.boot({ ...FAST, drive });
		await terminal.command("PIP X.HEX=CON:[H]");
		expect(await terminal.type(":0100000055AB")).toBe(
			":0100000055AB\r\nCHECKSUM ERROR\r\n\r\n:0100000055AB\r\nCORRECT ERROR, TYPE RETURN OR CTL-Z\r\n",
		);
		expect(await terminal.type("\r:0100000055AA\r:0G")).toBe(
			"\r:0100000055AA\r:0G\r\nINVALID DIGIT\r\n\r\n:0G\r\nCORRECT ERROR, TYPE RETURN OR CTL-Z\r\n",
		);
		expect(await terminal.type("\x1a")).toBe("\r\nA>");
		expect(contents(drive, "X.HEX")).toBe(":0100000055AA\r\n");
	});
});

describe("PIP with files", () => {
	test("copies, joins, shows", async () => {
		const drive = driveWith({ "A.TXT": "one\r\n", "B.TXT": "two\r\n" });
		const terminal = await Terminal.boot({ ...FAST, drive });
		expect(await terminal.command("PIP C.TXT=A.TXT")).toBe("\r\n\r\nA>");
		expect(await terminal.command("PIP D.TXT=C.TXT,B.TXT[U]")).toBe("\r\n\r\nA>");
		expect(await terminal.command("PIP CON:=D.TXT")).toBe("\r\none\r\nTWO\r\n\r\nA>");
	});

	test("keeps the old file when the new one does not fit", async () => {
		const drive = driveWith({ "OLD.TXT": "old" }, { capacityBytes: 12 * 1024 });
		const terminal = await Terminal.boot({ ...FAST, drive });
		await terminal.command("PIP OLD.TXT=CON:");
		await terminal.type("x".repeat(8 * 1024));
		expect(await terminal.type("\x1a")).toBe("\r\nDISK WRITE ERROR: OLD.TXT\r\n\r\nA>");
		expect(contents(drive, "OLD.TXT")).toBe("old");
	});

	test.each([
		["PIP X.TXT=NONE.TXT", "\r\nNO FILE: =NONE.TXT\r\n"],
		["PIP X.TXT=NUL:[?]", "\r\nBAD PARAMETER: =NUL:[?\r\n"],
		["PIP X.TXT", "\r\nINVALID FORMAT: \r\n"],
		["PIP NUL:=X.TXT", "\r\nCANNOT WRITE: NUL:\r\n"],
		["PIP X.TXT=PUN:", "\r\nCANNOT READ: =PUN:\r\n"],
	])("%s is refused", async (command, message) => {
		const terminal = await Terminal.boot(FAST);
		expect(await terminal.command(command)).toBe(`\r\n${message}\r\nA>`);
	});

	test("a disk that cannot be written is the BDOS's to report", async () => {
		const terminal = await Terminal.boot({ ...FAST, drive: driveWith({}, { readOnly: true }) });
		expect(await terminal.command("PIP X.TXT=CON:")).toBe("\r\n\r\nBdos Err On A: R/O");
		expect(await terminal.type("\r")).toBe("\r\nA>");
	});

	test("without a command it asks for several", async () => {
		const terminal = await Terminal.boot({ ...FAST, drive: driveWith({ "A.TXT": "one" }) });
		expect(await terminal.command("PIP")).toBe("\r\n\r\n*");
		expect(await terminal.type("B.TXT=A.TXT\r")).toBe("B.TXT=A.TXT\r\r\n\r\n*");
		expect(await terminal.type("\r")).toBe("\r\r\nA>");
	});
});

describe("LOAD", () => {
	test("makes a program and gives its figures", async () => {
		const drive = driveWith({ "H.HEX": HELLO_HEX });
		const terminal = await Terminal.boot({ ...FAST, drive });
		expect(await terminal.command("LOAD H")).toBe(
			"\r\n\r\nFIRST ADDRESS 0100\r\nLAST  ADDRESS 0119\r\nBYTES READ    001A\r\nRECORDS WRITTEN 01\r\n\r\n\r\nA>",
		);
		expect(drive.read("H.COM")?.subarray(0, 3)).toEqual(Uint8Array.of(0x0e, 0x09, 0x11));
		expect(await terminal.command("H")).toBe("\r\nHELLO FROM HEX\r\n\r\nA>");
	});

	test.each([
		["no source", {}, "\r\nERROR: CANNOT OPEN SOURCE, LOAD ADDRESS 0100\r\n"],
		["no last record", { "H.HEX": ":0101000055A9\r\n" }, "\r\nERROR: DISK READ, LOAD ADDRESS 0100\r\n"],
		[
			"below the program area",
			{ "H.HEX": ":0100000055AA\r\n" },
			"\r\nERROR: INVERTED LOAD ADDRESS, LOAD ADDRESS 0000\r\n",
		],
		[
			"a wrong digit",
			{ "H.HEX": ":0301000055G0" },
			"\r\nINVALID HEX DIGIT \r\nLOAD  ADDRESS 0100\r\nERROR ADDRESS 0101\r\nBYTES READ:\r\n0100: \r\n0100: 55 \r\n",
		],
	])("%s", async (_, files, message) => {
		const terminal = await Terminal.boot({ ...FAST, drive: driveWith(files as Record<string, string>) });
		expect(await terminal.command("LOAD H")).toBe(`\r\n${message}\r\nA>`);
	});

	test("after a wrong sum there is a program, an empty one", async () => {
		const drive = driveWith({ "H.HEX": ":0101000055A8\r\n:0000000000\r\n" });
		const terminal = await Terminal.boot({ ...FAST, drive });
		expect(await terminal.command("LOAD H")).toContain("CHECK SUM ERROR");
		expect(drive.read("H.COM")).toEqual(new Uint8Array(0));
	});
});

test("a tool's file says what it is on a machine that is not ours", async () => {
	const stub = toolFiles(["PIP"]).get("PIP.COM") as Uint8Array;
	expect(text(stub)).toContain("PIP of the zulm emulator");
	const terminal = await Terminal.boot({ ...FAST, drive: driveWith() });
	// The signature gone, as on any other machine.
	const { machine } = terminal.emulator;
	const bios = (machine.memory[1] as number) | ((machine.memory[2] as number) << 8);
	machine.memory[bios + 0x61] = 0;
	expect(await terminal.command("PIP A.TXT=B.TXT")).toBe("\r\nPIP of the zulm emulator: it runs only there.\r\n\r\nA>");
});
