/**
 * The CCP's built-in commands: DIR ERA TYPE SAVE REN USER (CP/M 2.2 manual, 1.5).
 */
import { FAILED } from "./bdos-directory.js";
import type { Ccp } from "./ccp.js";
import type { CommandLine, NamedFile } from "./command-line.js";
import { ENTRY_BYTES, isSystem, RECORD_BYTES } from "./cpm-disk.js";
import { formatDirectoryName } from "./file-name.js";
import { PAGE_ZERO, TPA } from "./layout.js";
import type { Native } from "./native.js";

type Command = (ccp: Ccp, line: CommandLine) => Native<void>;

const EVERY_FILE = "???????????";
const NAMES_PER_ROW = 4;
const RECORDS_PER_PAGE = 2;
const USERS = 16;
const CTRL_Z = 0x1a;

/** By name as the FCB has it; undefined when it is not built in. */
export function builtIn(name: string): Command | undefined {
	return COMMANDS.get(name);
}

const COMMANDS: ReadonlyMap<string, Command> = new Map([
	["DIR        ", directory],
	["ERA        ", erase],
	["TYPE       ", type],
	["SAVE       ", save],
	["REN        ", rename],
	["USER       ", user],
]);

function* directory(ccp: Ccp, line: CommandLine): Native<void> {
	const { bdos, cpu } = ccp.wiring;
	const { files } = bdos;
	const given = line.file();
	const wanted = given.name.trim() === "" ? { ...given, name: EVERY_FILE } : given;
	const drive = String.fromCharCode(0x41 + (wanted.drive === 0 ? bdos.drives.current : wanted.drive - 1));
	files.dma = PAGE_ZERO.buffer;
	let shown = 0;
	for (let code = files.searchFirst(ccp.useFcb(wanted)); code !== FAILED; code = files.searchNext()) {
		const at = files.dma + code * ENTRY_BYTES;
		const entry = cpu.memory.slice(at, at + ENTRY_BYTES);
		if (isSystem(entry)) continue;
		yield* shown % NAMES_PER_ROW === 0 ? ccp.say(`${drive}: `) : bdos.console.print(" : ");
		yield* bdos.console.print(formatDirectoryName(entry));
		shown++;
		if (yield* ccp.interruptedByKey()) return;
	}
	if (shown === 0) yield* ccp.say("NO FILE");
}

function* erase(ccp: Ccp, line: CommandLine): Native<void> {
	const { bdos } = ccp.wiring;
	const file = line.file();
	if (file.name === EVERY_FILE) {
		yield* ccp.say("ALL (Y/N)?");
		const answer = String.fromCharCode(...(yield* bdos.console.readLine(127)));
		if (answer.trim().toUpperCase() !== "Y") return;
	}
	if (file.name.trim() === "" || bdos.files.delete(ccp.useFcb(file)) === FAILED) yield* ccp.say("NO FILE");
}

function* type(ccp: Ccp, line: CommandLine): Native<void> {
	const { bdos, cpu } = ccp.wiring;
	const { files } = bdos;
	const file = line.file();
	if (file.ambiguous) throw line.error();
	const fcb = ccp.useFcb(file);
	if (files.open(fcb) === FAILED) throw line.error();
	yield* bdos.console.newLine();
	files.dma = PAGE_ZERO.buffer;
	for (let code = files.readSequential(fcb); code !== 1; code = files.readSequential(fcb)) {
		if (code !== 0) {
			yield* ccp.say("READ ERROR");
			return;
		}
		const record = cpu.memory.slice(files.dma, files.dma + RECORD_BYTES);
		for (const byte of record) {
			if (byte === CTRL_Z) return;
			yield* bdos.console.output(byte);
			if (yield* ccp.interruptedByKey()) return;
		}
	}
}

function* save(ccp: Ccp, line: CommandLine): Native<void> {
	const { files } = ccp.wiring.bdos;
	const pages = line.number();
	const file = line.file();
	if (file.ambiguous || file.name.trim() === "") throw line.error();
	const fcb = ccp.useFcb(file);
	files.delete(fcb);
	let kept = files.make(ccp.useFcb(file)) !== FAILED;
	for (let record = 0; kept && record < pages * RECORDS_PER_PAGE; record++) {
		files.dma = TPA + record * RECORD_BYTES;
		kept = files.writeSequential(fcb) === 0;
	}
	yield* ccp.wiring.diskDelay.burst();
	if (kept) kept = files.close(fcb) !== FAILED;
	files.dma = PAGE_ZERO.buffer;
	if (!kept) yield* ccp.say("NO SPACE");
}

/** REN NEW=OLD */
function* rename(ccp: Ccp, line: CommandLine): Native<void> {
	const { files } = ccp.wiring.bdos;
	const target = line.file();
	if (target.ambiguous || target.name.trim() === "") throw line.error();
	if (files.searchFirst(ccp.useFcb(target)) !== FAILED) {
		yield* ccp.say("FILE EXISTS");
		return;
	}
	line.equals();
	const source = line.file();
	if (source.ambiguous || source.name.trim() === "") throw line.error();
	if (target.drive !== 0 && source.drive !== 0 && target.drive !== source.drive) throw line.error();
	const fcb = ccp.useFcb({ ...source, drive: target.drive || source.drive });
	ccp.wiring.cpu.memory.set(nameBytes(target), fcb + 17);
	if (files.rename(fcb) === FAILED) yield* ccp.say("NO FILE");
}

// biome-ignore lint/correctness/useYield: a command that never waits
function* user(ccp: Ccp, line: CommandLine): Native<void> {
	const number = line.number();
	if (number >= USERS) throw line.error();
	ccp.setCurrent(ccp.wiring.bdos.drives.current, number);
}

function nameBytes(file: NamedFile): Uint8Array {
	return Uint8Array.from(file.name, (character) => character.charCodeAt(0));
}
