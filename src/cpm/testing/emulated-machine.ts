/** An emulated RC2014 for session tests: RX on drive A, a link into it, and what is on the drive as the test sees it. */
import { openEmulatorLink } from "../../emu/emulator-link.js";
import { parseFileName } from "../../emu/file-name.js";
import { Machine, type MachineOptions } from "../../emu/machine.js";
import { MemoryDrive, type MemoryDriveOptions } from "../../emu/memory-drive.js";
import { bytesToText } from "../../transport/byte-reader.js";
import type { Link } from "../../transport/link.js";
import { loadProfile, type Profile } from "../../transport/profile.js";
import { Ccp } from "../ccp.js";
import { assembleReceiver, RECEIVER_NAME } from "../receiver.js";

export interface EmulatedOptions extends MachineOptions {
	readonly files?: ReadonlyMap<string, Uint8Array>;
	readonly disk?: Omit<MemoryDriveOptions, "files">;
	/** False: the drive has no receiver. */
	readonly receiver?: boolean;
}

export class EmulatedMachine {
	readonly drive: MemoryDrive;
	readonly machine: Machine;
	readonly profile: Profile = loadProfile("emulator");
	link: Link;
	unplug: () => void;
	/** Everything the machine has sent. */
	output = "";

	constructor(options: EmulatedOptions = {}) {
		const { files, disk, receiver, ...machine } = options;
		const all = new Map(files);
		if (receiver !== false) all.set(RECEIVER_NAME, assembleReceiver("68b50"));
		this.drive = new MemoryDrive({ ...disk, files: all });
		this.machine = new Machine({ ...machine, drive: this.drive });
		const { link, unplug } = openEmulatorLink({ machine: this.machine });
		this.link = link;
		this.unplug = unplug;
		this.#listen();
	}

	/** Another cable into the same machine. */
	replug(): void {
		const { link, unplug } = openEmulatorLink({ machine: this.machine });
		this.link = link;
		this.unplug = unplug;
		this.#listen();
	}

	#listen(): void {
		this.link.onData((bytes) => {
			this.output += bytesToText(bytes);
		});
	}

	/** At its prompt, with someone to type. */
	async ccp(): Promise<Ccp> {
		const ccp = new Ccp(this.link, this.profile);
		await ccp.find();
		return ccp;
	}

	/** Names on drive A, sorted. */
	get names(): string[] {
		return this.drive.disk
			.listFiles()
			.map(({ name }) => `${name.slice(0, 8).trim()}.${name.slice(8).trim()}`)
			.sort();
	}

	setReadOnly(fileName: string): void {
		const bytes = this.drive.read(fileName);
		const name = parseFileName(fileName);
		if (bytes === undefined || name === undefined) throw new Error(`no ${fileName}`);
		this.drive.disk.removeFile(name);
		this.drive.disk.writeFile(name, bytes, 0, true);
	}
}

/** Bytes that look like nothing in particular; a whole number of records unless `length` says otherwise. */
export function someBytes(length: number, salt = 1): Uint8Array {
	return Uint8Array.from({ length }, (_, i) => (Math.imul(i + salt, 2654435761) >>> 13) & 0xff);
}
