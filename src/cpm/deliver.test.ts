/**
 * Files onto machines that have something to receive with: asked for by name, on the current drive and on others, and
 * what happens when a program of that name is another one.
 */
import { describe, expect, test } from "vitest";
import { openEmulatorLink } from "../emu/emulator-link.js";
import { Machine, type MachineOptions } from "../emu/machine.js";
import { RC2014, RC2014_STOCK, ROMWBW_LIKE } from "../emu/machine-config.js";
import { MemoryDrive, type MemoryDriveOptions } from "../emu/memory-drive.js";
import { type ToolName, toolFiles } from "../emu/tools/tools.js";
import { bytesToText } from "../transport/byte-reader.js";
import { loadProfile } from "../transport/profile.js";
import { Ccp } from "./ccp.js";
import { deliverFile } from "./deliver.js";
import { packModel } from "./pack.js";
import { receiveFile } from "./receive.js";
import type { SessionEvent } from "./session-events.js";
import { EmulatedMachine, someBytes } from "./testing/emulated-machine.js";
import { type RandomModelShape, randomModel } from "./testing/random-model.js";
import { ScriptedMachine } from "./testing/scripted-machine.js";
import { upload } from "./upload.js";

const FILE = someBytes(3000);
const SHAPE: RandomModelShape = {
	features: { buckets: 128, ngrams: [3] },
	hidden: [8],
	characters: 20,
	density: 0.4,
	biasRange: 200,
};
const PROGRAM = packModel(randomModel(1, SHAPE), { name: "TINY" }).image;

function stock(options: Partial<MachineOptions> = {}, disk: MemoryDriveOptions = {}) {
	const drive = new MemoryDrive({ ...disk, files: new Map([...toolFiles(["DOWNLOAD"]), ...(disk.files ?? [])]) });
	const { link } = openEmulatorLink({ machine: new Machine({ ...RC2014_STOCK, ...options, drive }) });
	const heard = { output: "" };
	link.onData((bytes) => {
		heard.output += bytesToText(bytes);
	});
	return { link, drive, heard };
}

describe("the stock RC2014: DOWNLOAD.COM behind the Small Computer Monitor", () => {
	const profile = loadProfile("rc2014-stock");

	test.each([1, 127, 128, 129, 3000, 12_800])("%i bytes", async (length) => {
		const { link, drive, heard } = stock();
		const bytes = someBytes(length);
		const result = await upload(link, profile, bytes, { name: "CHAT.COM" });
		expect(result).toMatchObject({ receiver: "download", transfer: { protocol: "download", bytes: length } });
		expect(drive.read("CHAT.COM")?.subarray(0, length)).toEqual(bytes);
		expect(heard.output).toMatch(/OK\r\nA>/);
	});

	test("needs neither flow control nor bit 7", async () => {
		const { link, drive } = stock({ flowControl: false, stripBit7: true, diskStallS: 2, baud: 9600 });
		await upload(link, { ...profile, line: { ...profile.line, rtscts: false } }, FILE, { name: "CHAT.COM" });
		expect(drive.read("CHAT.COM")?.subarray(0, FILE.length)).toEqual(FILE);
	});

	test("a full disk, which DOWNLOAD does not notice: the program does", async () => {
		const files = new Map([["BIG.DAT", someBytes(56 * 1024)]]);
		const { link, drive } = stock({}, { files, capacityBytes: 64 * 1024 });
		await expect(upload(link, profile, PROGRAM, { name: "CHAT.COM" })).rejects.toMatchObject({ code: "verify-failed" });
		expect(drive.read("CHAT.COM")).toBeUndefined();
		expect(drive.read("ZULMTMP.COM")).toBeUndefined();
	});

	test("a machine that misses characters gets a sentence, and is at its prompt", async () => {
		const { link, drive, heard } = stock({ flowControl: false, receiveRing: undefined });
		await expect(upload(link, profile, FILE, { name: "CHAT.COM" })).rejects.toMatchObject({ code: "transfer-failed" });
		expect(drive.read("ZULMTMP.COM")).toBeUndefined();
		expect(heard.output).toMatch(/A>$/);
	});

	test("Ctrl-C in the middle", async () => {
		const { link, drive, heard } = stock();
		const stop = new AbortController();
		const onEvent = (event: SessionEvent) => {
			if (event.type === "progress" && event.progress.block === 7) stop.abort();
		};
		await expect(upload(link, profile, FILE, { name: "CHAT.COM", signal: stop.signal, onEvent })).rejects.toMatchObject(
			{
				code: "interrupted",
			},
		);
		expect(drive.read("ZULMTMP.COM")).toBeUndefined();
		expect(heard.output).toMatch(/A>$/);
	});

	test("a cable that damages one byte: the bad file does not stay", async () => {
		const { link, drive } = stock();
		const { write } = link;
		let written = 0;
		link.write = (bytes) => {
			written += bytes.length;
			const hit = written > 2000 && bytes.length === 256;
			if (hit) written = Number.NEGATIVE_INFINITY;
			return write.call(link, hit ? bytes.with(10, bytes[10] === 0x30 ? 0x31 : 0x30) : bytes);
		};
		await expect(upload(link, profile, FILE, { name: "CHAT.COM" })).rejects.toMatchObject({
			code: "transfer-failed",
			message: expect.stringContaining("Checksum Error"),
		});
		expect(drive.read("ZULMTMP.COM")).toBeUndefined();
		expect(drive.read("CHAT.COM")).toBeUndefined();
	});
});

describe("receivers of other makers", () => {
	const OLD = someBytes(640, 7);

	function machineWith(tool: ToolName, config: Partial<MachineOptions> = RC2014, disk: MemoryDriveOptions = {}) {
		const files = new Map([...toolFiles([tool]), ["CHAT.COM", OLD] as const, ...(disk.files ?? [])]);
		const drive = new MemoryDrive({ ...disk, files });
		const { link } = openEmulatorLink({ machine: new Machine({ ...config, drive }) });
		const heard = { output: "" };
		link.onData((bytes) => {
			heard.output += bytesToText(bytes);
		});
		return { link, drive, heard };
	}

	test.each([
		["XM", "rc2014-romwbw", "xm-crc", ROMWBW_LIKE],
		["XM", "rc2014-romwbw", "xm-crc", { ...ROMWBW_LIKE, stopInLoader: true }],
		["XMODEM", "generic", "xmodem-27", { ...RC2014, baud: 9600 }],
		["PCGET", "generic", "pcget", { ...RC2014, baud: 9600 }],
	] as const)("%s by profile %s", async (tool, profile, receiver, config) => {
		const { link, drive } = machineWith(tool, config);
		const result = await upload(link, loadProfile(profile), PROGRAM, { name: "CHAT.COM" });
		expect(result).toMatchObject({ receiver, verify: { ok: true }, replaced: true, transfer: { bootstrapped: false } });
		expect(drive.read("CHAT.COM")).toEqual(PROGRAM);
		expect(drive.read("ZULMTMP.COM")).toBeUndefined();
	});

	test.each(["XM", "XMODEM", "PCGET"] as const)("%s on a full disk: the old program stays", async (tool) => {
		const files = new Map([["BIG.DAT", someBytes(54 * 1024)]]);
		const { link, drive, heard } = machineWith(tool, { ...RC2014, baud: 9600 }, { files, capacityBytes: 64 * 1024 });
		await expect(upload(link, loadProfile("generic"), PROGRAM, { name: "CHAT.COM" })).rejects.toMatchObject({
			exitCode: expect.toSatisfy((code) => code === 3 || code === 4),
		});
		expect(drive.read("CHAT.COM")).toEqual(OLD);
		expect(drive.read("ZULMTMP.COM")).toBeUndefined();
		expect(heard.output).toMatch(/A>$/);
	});

	test.each(["XM", "XMODEM", "PCGET"] as const)("Ctrl-C while %s receives", async (tool) => {
		const { link, drive, heard } = machineWith(tool, { ...RC2014, baud: 9600 });
		const stop = new AbortController();
		const onEvent = (event: SessionEvent) => {
			if (event.type === "progress" && event.progress.block >= 3) stop.abort();
		};
		await expect(
			upload(link, loadProfile("generic"), PROGRAM, { name: "CHAT.COM", signal: stop.signal, onEvent }),
		).rejects.toMatchObject({ code: "interrupted" });
		expect(drive.read("CHAT.COM")).toEqual(OLD);
		expect(heard.output).toMatch(/A>$/);
	});
});

describe("asking", () => {
	test("a receiver on another drive that the profile names", async () => {
		const machine = new EmulatedMachine({ receiver: false, drives: { B: new EmulatedMachine().drive } });
		const ccp = await machine.ccp();
		const { receiver } = await deliverFile(ccp, { ...machine.profile, toolDrives: ["C", "B"] }, "NEW.COM", FILE);
		expect(receiver).toBe("rx");
		expect(machine.drive.read("NEW.COM")?.subarray(0, FILE.length)).toEqual(FILE);
		expect(machine.output).toContain("B:RX NEW.COM");
		expect(machine.output).not.toContain("C:RX");
	});

	test("a program of a receiver's name that is another one leads to the next receiver", async () => {
		const events: SessionEvent[] = [];
		const machine = new ScriptedMachine({
			prompt: "A>",
			answer: (line) => (line.startsWith("XMODEM ") ? "XMODEM 5.0  Usage: XMODEM S|R filename" : undefined),
		});
		const ccp = new Ccp(machine.link, loadProfile("generic"));
		await ccp.find();
		const { receivers } = loadProfile("generic");
		const onEvent = (event: SessionEvent) => events.push(event);
		await expect(deliverFile(ccp, { receivers }, "NEW.COM", FILE, { onEvent })).rejects.toMatchObject({
			code: "machine-refused",
			message: expect.stringContaining("XMODEM 5.0  Usage"),
		});
		expect(events.find(({ type }) => type === "receiver-refused")).toMatchObject({ receiver: "xmodem-27" });
		expect(machine.lines).toContain("PCGET NEW.COM");
		expect(machine.lines).toContain("PIP ZULMRX.HEX=CON:");
		expect(machine.lines).toContain("DDT");
	});

	test("receiveFile puts nothing on the machine", async () => {
		const machine = new ScriptedMachine({ prompt: "A>" });
		const ccp = new Ccp(machine.link, loadProfile("generic"));
		await ccp.find();
		await expect(receiveFile(ccp, loadProfile("generic").receivers, "NEW.COM", FILE)).rejects.toMatchObject({
			code: "no-receiver",
		});
		expect(machine.lines.some((line) => /^(?:PIP|DDT)/.test(line))).toBe(false);
	});
});
