/**
 * STAT: room on the disks, read-only files and disks, what the devices are (CP/M 2.2 manual, 1.6.1; texts as captured).
 *
 *   STAT ─► A: R/W, Space: 11k        STAT X.COM $R/O ─► X.COM set to R/O        STAT A:=R/O        STAT DEV:  STAT VAL:
 *
 * Not known: sizes of files, DSK:, USR:, assigning devices (the emulated BIOS has none to choose from).
 */
import { FAILED } from "../bdos-directory.js";
import { CommandLine } from "../command-line.js";
import { formatFileName } from "../file-name.js";
import type { Native, Next } from "../native.js";
import type { ToolSystem } from "./tool-system.js";

/** Each of the four logical devices and what it may be, in the order of the IOBYTE's bits. */
const DEVICES = [
	["CON:", ["TTY:", "CRT:", "BAT:", "UC1:"]],
	["RDR:", ["TTY:", "PTR:", "UR1:", "UR2:"]],
	["PUN:", ["TTY:", "PTP:", "UP1:", "UP2:"]],
	["LST:", ["TTY:", "CRT:", "LPT:", "UL1:"]],
] as const;
const IOBYTE = 0x03;
const TYPE_AT = 8;
const READ_ONLY = 0x80;

export function* stat(system: ToolSystem): Native<Next> {
	const command = system.tail.trim();
	const protect = /^([A-P]):=R\/O$/.exec(command);
	const attribute = /^(\S+) *\$R\/([OW])$/.exec(command);
	if (command === "" || /^[A-P]:$/.test(command)) yield* showRoom(system, command);
	else if (command === "DEV:") yield* showDevices(system);
	else if (command === "VAL:") yield* showValues(system);
	else if (protect !== null) {
		system.bdos.drives.setCurrent((protect[1] as string).charCodeAt(0) - 0x41);
		system.bdos.drives.protectCurrent();
		// Without a warm boot, which would forget it.
		return "return";
	} else if (attribute !== null) {
		yield* setReadOnly(system, attribute[1] as string, attribute[2] === "O");
		return "return";
	} else yield* system.print("\r\nOnly STAT, d:, d:=R/O, FILE $R/O, FILE $R/W, DEV: and VAL: are emulated.\r\n");
	return system.warmBoot();
}

/** Every drive that is logged in, or the one that is named. */
function* showRoom(system: ToolSystem, named: string): Native<void> {
	const { drives } = system.bdos;
	const current = drives.current;
	const named0 = named === "" ? undefined : named.charCodeAt(0) - 0x41;
	if (named0 !== undefined) {
		yield* system.print(`\r\nBytes Remaining On ${named} ${roomK(system, named0)}k\r\n`);
		return;
	}
	for (let drive = 0; drive < 16; drive++) {
		if ((drives.loginVector & (1 << drive)) === 0) continue;
		const room = roomK(system, drive);
		const access = drives.isProtected() ? "R/O" : "R/W";
		yield* system.print(`${String.fromCharCode(0x41 + drive)}: ${access}, Space: ${room}k\r\n`);
	}
	drives.setCurrent(current);
	yield* system.print("\r\n");
}

function roomK({ bdos: { drives } }: ToolSystem, drive: number): number {
	drives.setCurrent(drive);
	const { freeBlocks, geometry } = drives.disk;
	return (freeBlocks * geometry.blockBytes) / 1024;
}

function* showDevices(system: ToolSystem): Native<void> {
	let iobyte = system.memory[IOBYTE] as number;
	for (const [name, choices] of DEVICES) {
		yield* system.print(`${name} is ${choices[iobyte & 3]}\r\n`);
		iobyte >>= 2;
	}
}

function* showValues(system: ToolSystem): Native<void> {
	yield* system.print("\r\nTemp R/O Disk: d:=R/O\r\nSet Indicator: d:filename.typ $R/O $R/W $SYS $DIR\r\n");
	yield* system.print("Disk Status  : DSK: d:DSK:\r\nUser Status  : USR:\r\nIobyte Assign:");
	for (const [name, choices] of DEVICES) yield* system.print(`\r\n${name.slice(0, 3)}: = ${choices.join(" ")}`);
}

function* setReadOnly(system: ToolSystem, text: string, readOnly: boolean): Native<void> {
	const name = new CommandLine(text).file();
	const bits = [...name.name].map((character) => character.charCodeAt(0));
	if (readOnly) bits[TYPE_AT] = (bits[TYPE_AT] as number) | READ_ONLY;
	const marked = { ...name, name: String.fromCharCode(...bits) };
	const found = system.file(marked).setAttributes() !== FAILED;
	if (!found) yield* system.print("\r\nFile Not Found\r\n");
	else yield* system.print(`\r\n${formatFileName(name.name)} set to R/${readOnly ? "O" : "W"}`);
}
