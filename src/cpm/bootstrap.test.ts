/**
 * Machines with nothing on the disk but CP/M's own tools: our receiver typed in, or the whole program, and what a
 * person is told when that cannot be.
 */
import { describe, expect, test } from "vitest";
import { openEmulatorLink } from "../emu/emulator-link.js";
import { Machine, type MachineOptions } from "../emu/machine.js";
import { BARE } from "../emu/machine-config.js";
import { MemoryDrive, type MemoryDriveOptions } from "../emu/memory-drive.js";
import { toolFiles } from "../emu/tools/tools.js";
import { bytesToText } from "../transport/byte-reader.js";
import type { Link } from "../transport/link.js";
import { loadProfile, type Profile } from "../transport/profile.js";
import { Ccp } from "./ccp.js";
import { packModel } from "./pack.js";
import { assembleReceiver } from "./receiver.js";
import type { SessionEvent } from "./session-events.js";
import { someBytes } from "./testing/emulated-machine.js";
import { type RandomModelShape, randomModel } from "./testing/random-model.js";
import { upload } from "./upload.js";

const SHAPE: RandomModelShape = {
	features: { buckets: 128, ngrams: [3] },
	hidden: [8],
	characters: 20,
	density: 0.4,
	biasRange: 200,
};
const PROGRAM = packModel(randomModel(1, SHAPE), { name: "TINY" }).image;
const GENERIC = loadProfile("generic");

class Bare {
	readonly drive: MemoryDrive;
	readonly link: Link;
	readonly events: SessionEvent[] = [];
	output = "";

	constructor(options: Partial<MachineOptions> & { readonly disk?: MemoryDriveOptions; without?: string[] } = {}) {
		const { disk, without = [], ...machine } = options;
		const tools = [...toolFiles(BARE.tools)].filter(([name]) => !without.includes(name));
		this.drive = new MemoryDrive({ ...disk, files: new Map([...tools, ...(disk?.files ?? [])]) });
		this.link = openEmulatorLink({ machine: new Machine({ ...BARE, ...machine, drive: this.drive }) }).link;
		this.link.onData((bytes) => {
			this.output += bytesToText(bytes);
		});
	}

	push(profile: Profile = GENERIC, program = PROGRAM, signal?: AbortSignal) {
		return upload(this.link, profile, program, {
			name: "CHAT.COM",
			signal,
			onEvent: (event) => this.events.push(event),
		});
	}

	get names(): string[] {
		return this.drive.disk
			.listFiles()
			.map(({ name }) => `${name.slice(0, 8).trim()}.${name.slice(8).trim()}`)
			.filter((name) => !toolFiles(BARE.tools).has(name))
			.sort();
	}
}

describe("the bare machine: 9600 baud, no flow control, 2 s for each writing of the disk", () => {
	test("gets our receiver typed in, and the program through it", async () => {
		const machine = new Bare();
		const result = await machine.push();
		expect(result).toMatchObject({
			receiver: "rx",
			transfer: { protocol: "xmodem-crc", bytes: PROGRAM.length, bootstrapped: true },
			verify: { ok: true },
		});
		expect(machine.drive.read("CHAT.COM")).toEqual(PROGRAM);
		expect(machine.names).toEqual(["CHAT.COM", "RX.COM"]);
		expect(machine.drive.read("RX.COM")?.subarray(0, assembleReceiver("bios").length)).toEqual(
			assembleReceiver("bios"),
		);
		expect(machine.output).toContain("RX OK");
		const kinds = new Set(machine.events.map(({ type }) => type));
		expect([...kinds]).toEqual(expect.arrayContaining(["receiver-missing", "bootstrap", "typing", "bootstrapped"]));
	});

	test("the second time the receiver is there", async () => {
		const machine = new Bare();
		await machine.push();
		const again = await machine.push(GENERIC, someBytes(1280));
		expect(again).toMatchObject({ receiver: "rx", transfer: { bootstrapped: false }, replaced: true });
	});

	test("no LOAD: DDT reads the HEX file", async () => {
		const machine = new Bare({ without: ["LOAD.COM"] });
		expect(await machine.push()).toMatchObject({ receiver: "rx", verify: { ok: true } });
		expect(machine.output).toContain("DDT ZULMRX.HEX");
		expect(machine.names).toEqual(["CHAT.COM", "RX.COM"]);
	});

	test("no PIP: every byte is typed into DDT and compared", async () => {
		const machine = new Bare({ without: ["PIP.COM", "LOAD.COM"] });
		expect(await machine.push()).toMatchObject({ receiver: "rx", verify: { ok: true } });
		expect(machine.output).toMatch(/S0100\s+0100 [0-9A-F]{2} /);
		expect(machine.output).toContain("SAVE 4 ZULMRX.COM");
		expect(machine.names).toEqual(["CHAT.COM", "RX.COM"]);
	});

	test("nothing at all: says what is missing, and leaves the machine as it was", async () => {
		const machine = new Bare({ without: ["PIP.COM", "LOAD.COM", "DDT.COM"] });
		await expect(machine.push()).rejects.toMatchObject({
			code: "no-receiver",
			exitCode: 4,
			message: "The machine has none of the receiving programs this profile knows: RX, XM, XMODEM, PCGET, DOWNLOAD.",
			hint: expect.stringContaining("PIP or DDT"),
		});
		expect(machine.names).toEqual([]);
		expect(machine.output).toMatch(/A>$/);
	});

	test("a console that loses bit 7 gets the whole program as text", async () => {
		const machine = new Bare({ stripBit7: true });
		const result = await machine.push();
		expect(result).toMatchObject({
			receiver: "typed",
			transfer: { protocol: "intel-hex", bytes: PROGRAM.length, bootstrapped: true },
			verify: { ok: true },
		});
		expect(machine.events.some(({ type }) => type === "console-not-8-bit")).toBe(true);
		expect(machine.drive.read("CHAT.COM")).toEqual(PROGRAM);
		expect(machine.names).toEqual(["CHAT.COM"]);
	});

	test("a program longer than PIP's buffer, as text: nothing is lost while the disk is written", async () => {
		const machine = new Bare({ stripBit7: true });
		const program = someBytes(12_800);
		const result = await machine.push(GENERIC, program);
		expect(result).toMatchObject({ receiver: "typed", verify: null });
		expect(machine.drive.read("CHAT.COM")).toEqual(program);
		expect(machine.events.filter((event) => event.type === "typing").every(({ again }) => again === 0)).toBe(true);
	});

	test("in another user area, where no program is: changes to user area 0 and says so", async () => {
		const machine = new Bare();
		const ccp = new Ccp(machine.link, GENERIC);
		await ccp.find();
		await ccp.run("USER 3");
		ccp.close();
		expect(await machine.push()).toMatchObject({ verify: { ok: true } });
		expect(machine.events).toContainEqual({ type: "user-area", userArea: 0 });
		expect(machine.drive.read("CHAT.COM")).toEqual(PROGRAM);
	});

	test("faster than PIP takes characters: begun anew, one character at a time", async () => {
		const machine = new Bare({ baud: 38_400 });
		expect(await machine.push()).toMatchObject({ receiver: "rx", verify: { ok: true } });
		const typing = machine.events.filter((event) => event.type === "typing");
		expect(typing.at(-1)).toMatchObject({ again: 1 });
		expect(machine.names).toEqual(["CHAT.COM", "RX.COM"]);
	});

	test("tools on A:, the work on another drive", async () => {
		const work = new MemoryDrive();
		const machine = new Bare({ drives: { C: work } });
		const ccp = new Ccp(machine.link, GENERIC);
		await ccp.find();
		await ccp.run("C:");
		ccp.close();
		expect(await machine.push()).toMatchObject({ receiver: "rx", verify: { ok: true } });
		expect(machine.output).toContain("A:PIP ZULMRX.HEX=CON:");
		expect(work.read("CHAT.COM")).toEqual(PROGRAM);
		expect(machine.names).toEqual([]);
	});

	test("a receiver that does not work there: the program goes as text", async () => {
		const machine = new Bare();
		const wrong = { ...GENERIC, uart: "8251" };
		const result = await machine.push(wrong);
		expect(result).toMatchObject({ receiver: "typed", verify: { ok: true } });
		expect(machine.names).toEqual(["CHAT.COM"]);
	});

	test("a full disk is called that, and nothing of ours stays", async () => {
		const files = new Map([["BIG.DAT", someBytes(54 * 1024)]]);
		const machine = new Bare({ disk: { files, capacityBytes: 64 * 1024 } });
		await expect(machine.push()).rejects.toMatchObject({ code: "disk-full", exitCode: 4 });
		expect(machine.names.filter((name) => !name.startsWith("RX"))).toEqual(["BIG.DAT"]);
		expect(machine.output).toMatch(/A>$/);
	});

	test("a read-only disk is called that", async () => {
		const machine = new Bare({ disk: { readOnly: true } });
		await expect(machine.push()).rejects.toMatchObject({ code: "disk-read-only", exitCode: 4 });
		expect(machine.output).toMatch(/A>$/);
	});

	test.each([5, 12, 40])("Ctrl-C after %i lines of typing leaves the machine at its prompt", async (lines) => {
		const machine = new Bare();
		const stop = new AbortController();
		let typed = 0;
		const error = await upload(machine.link, GENERIC, PROGRAM, {
			name: "CHAT.COM",
			signal: stop.signal,
			onEvent: (event) => {
				if (event.type === "typing" && ++typed === lines) stop.abort();
			},
		}).catch((reason: unknown) => reason);
		expect(error).toMatchObject({ code: "interrupted", exitCode: 130 });
		expect(machine.output).toMatch(/A>$/);
		expect((await machine.push()).verify).toMatchObject({ ok: true });
		expect(machine.names).toEqual(["CHAT.COM", "RX.COM"]);
	});
});
