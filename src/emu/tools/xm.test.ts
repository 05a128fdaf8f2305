/** XM, XMODEM 2.7 and PCGET on emulated machines: whole files, patience, refusals, cancelling, mishaps on the line. */
import { describe, expect, test } from "vitest";
import { crc16 } from "../../base/crc16.js";
import { ACK, CAN, EOT, NAK, SOH } from "../../transport/xmodem/control-bytes.js";
import { sendXmodem } from "../../transport/xmodem/send-xmodem.js";
import { BARE, ROMWBW_LIKE } from "../machine-config.js";
import { MemoryDrive, type MemoryDriveOptions } from "../memory-drive.js";
import { Terminal } from "../testing/terminal.js";
import { type ToolName, toolFiles } from "./tools.js";

const FILE = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 31 + (i >> 8)) & 0xff);

async function boot(
	config: object,
	tool: ToolName,
	files: [string, Uint8Array][] = [],
	options: MemoryDriveOptions = {},
) {
	const drive = new MemoryDrive({ ...options, files: new Map([...toolFiles([tool]), ...files]) });
	return { drive, terminal: await Terminal.boot({ ...config, drive }) };
}

function bytes(...values: number[]): string {
	return String.fromCharCode(...values);
}

/** A block with a CRC, or with a sum. */
function block(number: number, fill: number, check: "crc" | "sum" = "crc"): string {
	const data = new Uint8Array(128).fill(fill);
	const tail = check === "crc" ? [crc16(data) >> 8, crc16(data) & 0xff] : [(fill * 128) & 0xff];
	return bytes(SOH, number & 0xff, ~number & 0xff, ...data, ...tail);
}

describe("XM", () => {
	const start =
		(command = "XM R X.COM") =>
		async () => {
			const booted = await boot(ROMWBW_LIKE, "XM");
			return { ...booted, banner: await booted.terminal.command(command) };
		};

	test("tells what it will do, then asks with CK every five seconds", async () => {
		const { terminal, banner } = await start()();
		expect(banner).toBe(
			"\r\n\r\nXMODEM v12.5 - 07/13/86\r\nRomWBW, 30-May-2020 [WBW], HBIOS FastPath on COM0\r\n\r\n" +
				"Receiving: A0:X.COM\r\n1018k available for uploads\r\n" +
				"File open - ready to receive\r\nTo cancel: Ctrl-X, pause, Ctrl-X\r\n",
		);
		await terminal.emulator.link.clock.sleep(10.5);
		expect(terminal.output.endsWith("Ctrl-X\r\nCKCK")).toBe(true);
	});

	test.each([
		["XM RX X.COM", "C"],
		["XM RC X.COM", bytes(NAK)],
	])("%s asks with %j", async (command, request) => {
		const { terminal } = await start(command)();
		await terminal.emulator.link.clock.sleep(10.5);
		expect(terminal.output.endsWith(`Ctrl-X\r\n${request}${request}`)).toBe(true);
	});

	test("falls back to NAK at the fifteenth try and gives up after the twentieth", async () => {
		const { terminal } = await start("XM RX X.COM")();
		await terminal.emulator.link.clock.sleep(110);
		const end = "\r\n\r\n++ Receive cancelled ++++ Partial file deleted ++\r\nA>";
		expect(terminal.output.endsWith(`Ctrl-X\r\n${"C".repeat(15)}${bytes(NAK).repeat(5)}${end}`)).toBe(true);
	});

	test.each([
		["XM R X.COM", 1024],
		["XM RX X.COM", 128],
		["XM RC X.COM", 128],
	])("%s takes a file in blocks of %i", async (command, blockSize) => {
		const { terminal, drive } = await start(command)();
		const result = await sendXmodem(terminal.emulator.link, FILE);
		expect(result).toMatchObject({ blockSize, retries: 0 });
		await terminal.type("");
		expect(terminal.output).toMatch(/\r\nThanks for the upload\r\n\r\nA>$/);
		expect(drive.read("X.COM")?.subarray(0, FILE.length)).toEqual(FILE);
	});

	test("is on the ROM disk too, which cannot be written", async () => {
		const terminal = await Terminal.boot(ROMWBW_LIKE);
		await terminal.command("ERA XM.COM");
		expect(await terminal.command("XM R X.COM")).toBe("\r\nXM?\r\n\r\nA>");
		expect(await terminal.command("B:XM R X.COM")).toContain("Receiving: A0:X.COM\r\n");
		const other = await Terminal.boot(ROMWBW_LIKE);
		expect(await other.command("XM R B:X.COM")).toMatch(/Receiving: B0:X\.COM\r\n.*\r\n\r\nBdos Err On B: R\/O$/);
	});

	test("refuses a file that exists", async () => {
		const { terminal } = await boot(ROMWBW_LIKE, "XM", [["X.COM", FILE]]);
		expect(await terminal.command("XM R X.COM")).toMatch(
			/uploads\r\n\+\+ File exists, use a different name \+\+\r\nA>$/,
		);
	});

	test("is cancelled by CAN, a pause and CAN; not by CANs that come together", async () => {
		const { terminal, drive } = await start("XM RX X.COM")();
		await terminal.emulator.link.clock.sleep(6);
		expect(await terminal.type(bytes(CAN, CAN, CAN))).toBe("");
		await terminal.emulator.link.clock.sleep(8);
		await terminal.type(bytes(CAN));
		await terminal.emulator.link.clock.sleep(0.5);
		expect(await terminal.type(bytes(CAN))).toMatch(/Receive cancelled.*Partial file deleted \+\+\r\nA>$/);
		expect(drive.read("X.COM")).toBeUndefined();
	});

	test("asks again for a damaged block, takes a repeated one once, stops at one out of order", async () => {
		const { terminal } = await start("XM RX X.COM")();
		await terminal.emulator.link.clock.sleep(6);
		expect(await terminal.type(block(1, 0x11))).toBe(bytes(ACK));
		expect(await terminal.type(block(1, 0x11))).toBe(bytes(ACK));
		const spoilt = block(2, 0x22).replace("\x22", "\x23");
		expect(await terminal.type(spoilt, 1)).toBe(bytes(NAK));
		expect(await terminal.type(block(2, 0x22))).toBe(bytes(ACK));
		expect(await terminal.type(block(4, 0x44), 10)).toBe(`${bytes(CAN)}\r++ XMODEM aborted ++\r\nA>`);
	});

	test("says so when the disk is full", async () => {
		const { terminal } = await boot(ROMWBW_LIKE, "XM", [], { capacityBytes: 12 * 1024 });
		await terminal.command("XM R X.COM");
		await expect(sendXmodem(terminal.emulator.link, FILE)).rejects.toMatchObject({ code: "transfer-cancelled" });
		await terminal.type("");
		expect(terminal.output).toContain("++ Error writing file ++");
	});

	test("holds the sender with RTS: without it bytes are lost at 115200 baud", async () => {
		const { terminal } = await boot({ ...ROMWBW_LIKE, flowControl: false }, "XM");
		await terminal.command("XM R X.COM");
		const result = await sendXmodem(terminal.emulator.link, FILE);
		expect(result.retries).toBeGreaterThan(0);
		expect(result.blockSize).toBe(128);
	});

	test.each(["XM", "XM S X.COM", "XM RK X.COM"])("does not know %j", async (command) => {
		const { terminal } = await boot(ROMWBW_LIKE, "XM");
		expect(await terminal.command(command)).toMatch(/\+\+ Invalid command: .*\r\n\r\nA>$/);
	});
});

describe("XMODEM 2.7", () => {
	const FAST = { ...BARE, diskStallS: 0 };

	test("speaks, is silent for five seconds, then asks without a line end", async () => {
		const { terminal, drive } = await boot(FAST, "XMODEM");
		expect(await terminal.command("XMODEM X.COM /R /X0 /Q")).toBe("\r\n\r\nFile created\r\nReceiving via CON");
		await terminal.emulator.link.clock.sleep(5);
		expect(terminal.output.endsWith(" with CRCsC")).toBe(true);
		expect(await terminal.type(block(1, 0x55))).toBe(bytes(ACK));
		expect(await terminal.type(bytes(EOT))).toBe(`${bytes(ACK)}\r\nOK\r\nReceived 1 blocks\r\nA>`);
		expect(drive.read("X.COM")).toEqual(new Uint8Array(128).fill(0x55));
	});

	test("takes CAN and ^C for noise, asks every ten seconds, ten times", async () => {
		const { terminal } = await boot(FAST, "XMODEM");
		await terminal.command("XMODEM X.COM /R /X0 /Q");
		await terminal.type("", 20);
		expect(await terminal.type(bytes(CAN, CAN, CAN, 3))).toBe("");
		await terminal.emulator.link.clock.sleep(200);
		expect(terminal.output).toMatch(/ with CRCsC{10}\r\nABORT: 10 block errors\r\nA>$/);
	});

	test("leaves the old file when the answer is not Y", async () => {
		const { terminal, drive } = await boot(FAST, "XMODEM", [["X.COM", FILE]]);
		expect(await terminal.command("XMODEM X.COM /R /X0")).toBe("\r\n\r\nFile exists. Overwrite (Y/N)?");
		expect(await terminal.type("N\r")).toBe("N\r\r\nA>");
		expect(drive.read("X.COM")?.length).toBe(157 * 128);
	});

	test("a whole file, and its figures", async () => {
		const { terminal, drive } = await boot(FAST, "XMODEM");
		await terminal.command("XMODEM X.COM /R /X0 /Q /C");
		await sendXmodem(terminal.emulator.link, FILE, { startTimeoutS: 30, bannerEnd: /with checksums/ });
		await terminal.type("");
		expect(terminal.output).toMatch(/\r\nOK\r\nReceived 157 blocks\r\nA>$/);
		expect(drive.read("X.COM")?.subarray(0, FILE.length)).toEqual(FILE);
	});
});

describe("PCGET", () => {
	const FAST = { ...BARE, diskStallS: 0 };

	test("erases the old file, starts with NAK, takes sums", async () => {
		const { terminal, drive } = await boot(FAST, "PCGET", [["X.COM", FILE]]);
		expect(await terminal.command("PCGET X.COM")).toBe(`\r\n\r\nPCGET: send the file with XMODEM.\r\n${bytes(NAK)}`);
		expect(drive.read("X.COM")).toEqual(new Uint8Array(0));
		expect(await terminal.type(block(1, 0x77, "sum"))).toBe(bytes(ACK));
		expect(await terminal.type(block(1, 0x77, "sum"))).toBe(bytes(ACK));
		expect(await terminal.type(bytes(EOT))).toBe(`${bytes(ACK)}\r\nTransfer Complete\r\nA>`);
		expect(drive.read("X.COM")).toEqual(new Uint8Array(128).fill(0x77));
	});

	test("asks every three seconds; CAN ends it and leaves an empty file", async () => {
		const { terminal, drive } = await boot(FAST, "PCGET");
		await terminal.command("PCGET X.COM");
		const before = terminal.output.length;
		await terminal.emulator.link.clock.sleep(6.2);
		expect(terminal.output.slice(before)).toBe(bytes(NAK, NAK));
		expect(await terminal.type(bytes(CAN))).toBe("\r\nTransfer Aborted\r\nA>");
		expect(drive.read("X.COM")).toEqual(new Uint8Array(0));
	});
});
