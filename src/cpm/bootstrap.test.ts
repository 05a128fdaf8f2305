/**
 * Machines with nothing on the disk but CP/M's own tools: our receiver typed in, or the whole program, and what a
 * person is told when that cannot be.
 */
import { describe, expect, test } from "vitest";
import { openEmulatorLink } from "../emu/emulator-link.js";
import { BARE } from "../emu/machine-config.js";
import { Machine, type MachineOptions } from "../emu/machine.js";
import { MemoryDrive, type MemoryDriveOptions } from "../emu/memory-drive.js";
import { toolFiles } from "../emu/tools/tools.js";
import { bytesToText } from "../transport/byte-reader.js";
import type { Link } from "../transport/link.js";
import { loadProfile, type Profile } from "../transport/profile.js";
import { packModel } from "./pack.js";
import { assembleReceiver } from "./receiver.js";
import type { SessionEvent } from "./session-events.js";
import { someBytes } from "./testing/emulated-machine.js";
import { randomModel } from "./testing/random-model.js";
import { upload } from "./upload.js";

const SHAPE = { features: { buckets: 128, ngrams: [3] }, hidden: [8], characters: 20, density: 0.4, biasRange: 200 };
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
			.filter((name) => !["PIP.COM", "LOAD.COM", "DDT.COM"].includes(name))
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
		expect(machine.drive.read("RX.COM")?.subarray(0, assembleReceiver("bios").length)).toEqual(assembleReceiver("bios"));
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
});
