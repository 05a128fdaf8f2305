/**
 * Which machine was behind which adapter the last time, by the adapter's serial number, so that `--profile` need be
 * given once:
 *
 *   {"A50285BI": "rc2014-romwbw", "FT1234": "./my-machine.toml"}
 *
 * A file that cannot be read is a memory lost, not an error. Adapters without a serial number are not remembered.
 */
import { readFileSync } from "node:fs";
import { writeFileAtomic } from "../base/files.js";

/** The profile remembered for an adapter, a name or a path. */
export function recallProfile(file: string, serialNumber: string | undefined): string | undefined {
	return serialNumber === undefined ? undefined : readMemory(file).get(serialNumber);
}

/** Notes `profile` (a name or a path) for an adapter. @throws ZulmError `file-unwritable` */
export function rememberProfile(file: string, serialNumber: string | undefined, profile: string): void {
	const memory = readMemory(file);
	if (serialNumber === undefined || memory.get(serialNumber) === profile) return;
	memory.set(serialNumber, profile);
	writeFileAtomic(file, `${JSON.stringify(Object.fromEntries(memory), null, "\t")}\n`);
}

function readMemory(file: string): Map<string, string> {
	try {
		const value: unknown = JSON.parse(readFileSync(file, "utf8"));
		if (typeof value !== "object" || value === null) return new Map();
		return new Map(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
	} catch {
		return new Map();
	}
}
