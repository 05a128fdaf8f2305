/**
 * A drive in memory, gone with the machine. Starts with the files it is given.
 */
import { ZulmError } from "../base/errors.js";
import { CpmDisk, geometryFor } from "./cpm-disk.js";
import type { Drive } from "./drive.js";
import { parseFileName } from "./file-name.js";

/** 1 MB: room for a few chat programs. */
const DEFAULT_CAPACITY_BYTES = 1024 * 1024;

export interface MemoryDriveOptions {
	/** By 8.3 name, all in user area 0. */
	readonly files?: ReadonlyMap<string, Uint8Array>;
	/** Directory included; see `geometryFor`. */
	readonly capacityBytes?: number;
	/** One per 16 K of each file. */
	readonly directoryEntries?: number;
	readonly readOnly?: boolean;
}

export class MemoryDrive implements Drive {
	readonly disk: CpmDisk;
	readonly readOnly: boolean;

	/** @throws ZulmError `name-invalid`, `disk-full` */
	constructor(options: MemoryDriveOptions = {}) {
		this.disk = new CpmDisk(geometryFor(options.capacityBytes ?? DEFAULT_CAPACITY_BYTES, options.directoryEntries));
		this.readOnly = options.readOnly ?? false;
		for (const [name, bytes] of options.files ?? []) this.write(name, bytes);
	}

	/** A file's whole records; undefined when there is no such file. */
	read(fileName: string, user = 0): Uint8Array | undefined {
		const name = parseFileName(fileName);
		return name === undefined ? undefined : this.disk.readFile(name, user);
	}

	/** @throws ZulmError `name-invalid`, `disk-full` */
	write(fileName: string, bytes: Uint8Array, user = 0): void {
		const name = parseFileName(fileName);
		if (name === undefined) {
			throw new ZulmError("name-invalid", `${JSON.stringify(fileName)} is not a CP/M file name.`, {
				hint: "Use up to eight letters or digits, a dot, and up to three more.",
			});
		}
		if (!this.disk.writeFile(name, bytes, user)) {
			throw new ZulmError("disk-full", `${fileName} does not fit on the emulated disk.`, {
				hint: "Give the machine a larger drive or fewer files.",
			});
		}
	}

	mount(): void {
		this.disk.rebuildAllocation();
	}

	accepts(): boolean {
		return true;
	}

	commit(): boolean {
		return true;
	}
}
