/**
 * DDT's commands that a bootstrap needs: D, F, G, H, I, M, R and S on the machine's own memory (CP/M 2.2 manual, 4).
 *
 *   -S100 ─► 0100 01 C3⏎ ─► 0101 1F .⏎ ─► -          -G0 ─► warm boot, memory stays for SAVE
 *
 * Knows no breakpoints and does not assemble, list, trace or show registers: those answer `?`, as errors do. Takes no
 * room below the BDOS, where the real one has some 6 K.
 */
import { CommandError, CommandLine, type NamedFile } from "../command-line.js";
import { RECORD_BYTES } from "../cpm-disk.js";
import { TPA } from "../layout.js";
import type { Native, Next } from "../native.js";
import { hex2, hex4, type ToolSystem } from "./tool-system.js";

const LINE_LENGTH = 64;
const LINES_OF_DUMP = 16;
const BYTES_PER_LINE = 16;
const CTRL_Z = 0x1a;

/** Answered with `?`. */
class DdtError extends Error {
	override readonly name = "DdtError";
}

interface Session {
	readonly system: ToolSystem;
	/** Of the last D. */
	dumpAt: number;
	pc: number;
	/** Of the last I, or the command line. */
	file: NamedFile;
}

export function* ddt(system: ToolSystem): Native<Next> {
	const session: Session = { system, dumpAt: TPA, pc: TPA, file: new CommandLine(system.tail).file() };
	yield* system.print("DDT VERS 2.2");
	const given = session.file.name.trim() !== "";
	if (given) yield* orQuestion(session, readFile(session, 0));
	for (;;) {
		yield* system.print("\r\n-");
		const line = (yield* system.readLine(LINE_LENGTH)).trim();
		if ((yield* orQuestion(session, execute(session, line))) === true) return "jump";
	}
}

/** @returns the command's result, or undefined after a `?`. */
function* orQuestion<T>({ system }: Session, command: Native<T>): Native<T | undefined> {
	try {
		return yield* command;
	} catch (error) {
		if (!(error instanceof DdtError || error instanceof CommandError)) throw error;
		yield* system.print("\r\n?");
		return undefined;
	}
}

/** @returns whether the CPU stands before a program. */
function* execute(session: Session, line: string): Native<boolean> {
	const { system } = session;
	if (line === "") return false;
	const rest = line.slice(1);
	switch (line[0]) {
		case "D":
			yield* dump(session, parse(rest, 0, 2));
			return false;
		case "F":
			fill(system.memory, parse(rest, 3, 3));
			return false;
		case "G":
			return go(session, parse(rest, 0, 1)[0]);
		case "H": {
			const [a = 0, b = 0] = parse(rest, 2, 2);
			yield* system.print(`\r\n${hex4(a + b)} ${hex4(a - b)}`);
			return false;
		}
		case "I":
			session.file = new CommandLine(rest).file();
			return false;
		case "M":
			move(system.memory, parse(rest, 3, 3));
			return false;
		case "R":
			yield* readFile(session, parse(rest, 0, 1)[0] ?? 0);
			return false;
		case "S":
			yield* substitute(session, parse(rest, 1, 1)[0] as number);
			return false;
		default:
			throw new DdtError();
	}
}

/** Hexadecimal numbers with commas or blanks between them; of a long one the last four digits count. */
function parse(text: string, least: number, most: number): number[] {
	const words = text.trim() === "" ? [] : text.trim().split(/[, ]/);
	if (words.length < least || words.length > most) throw new DdtError();
	return words.map((word) => {
		if (!/^[0-9A-F]+$/.test(word)) throw new DdtError();
		return Number.parseInt(word.slice(-4), 16);
	});
}

function* dump(session: Session, [from, to]: readonly number[]): Native<void> {
	const { system } = session;
	let at = from ?? session.dumpAt;
	// Without an end: sixteen lines, the first to the next multiple of 16.
	const end = to ?? (at | 0x0f) + (LINES_OF_DUMP - 1) * BYTES_PER_LINE;
	while (at <= Math.min(end, 0xffff)) {
		const lineEnd = Math.min(end, at | 0x0f);
		const bytes = [...system.memory.subarray(at, lineEnd + 1)];
		const text = bytes.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
		yield* system.print(`\r\n${hex4(at)} ${bytes.map((byte) => `${hex2(byte)} `).join("")}${text}`);
		at = lineEnd + 1;
		// A key ends a long dump.
		if (yield* system.bdos.console.status()) {
			yield* system.bdos.console.input();
			break;
		}
	}
	session.dumpAt = at & 0xffff;
}

function fill(memory: Uint8Array, [from = 0, to = 0, value = 0]: readonly number[]): void {
	if (value > 0xff || to < from) throw new DdtError();
	memory.fill(value, from, to + 1);
}

function move(memory: Uint8Array, [from = 0, to = 0, target = 0]: readonly number[]): void {
	if (to < from) throw new DdtError();
	// Byte by byte upwards, as the real one: an overlap repeats.
	for (let at = from; at <= to; at++) memory[(target + at - from) & 0xffff] = memory[at] as number;
}

/** The CPU goes on at `address`, a return leads to a warm boot. */
function go({ system, pc }: Session, address: number | undefined): boolean {
	const { cpu, bdos } = system;
	cpu.regs.pc = address ?? pc;
	cpu.regs.sp = TPA;
	cpu.push(0);
	bdos.files.dma = 0x80;
	return true;
}

function* substitute({ system }: Session, from: number): Native<void> {
	for (let at = from; ; at = (at + 1) & 0xffff) {
		yield* system.print(`\r\n${hex4(at)} ${hex2(system.memory[at] as number)} `);
		const line = (yield* system.readLine(LINE_LENGTH)).trim();
		if (line === ".") return;
		if (line === "") continue;
		const value = parse(line, 1, 1)[0] as number;
		if (value > 0xff) throw new DdtError();
		system.memory[at] = value;
	}
}

/** Reads the file of I or of the command line: .HEX to its own addresses, others to 0100h; `offset` is added. */
function* readFile(session: Session, offset: number): Native<void> {
	const { system, file } = session;
	const source = system.file(file);
	if (!source.open()) throw new DdtError();
	const records: Uint8Array[] = [];
	for (let record = source.read(); record !== undefined; record = source.read()) records.push(record);
	let next = TPA + offset;
	if (file.name.slice(8) === "HEX") {
		next = readHex(system.memory, Buffer.concat(records).toString("latin1"), offset);
	} else {
		for (const record of records) {
			system.memory.set(record.subarray(0, Math.max(0, 0x10000 - next)), next);
			next += RECORD_BYTES;
		}
	}
	yield* system.print(`\r\nNEXT  PC\r\n${hex4(next)} ${hex4(session.pc)}`);
}

/** @returns the address after the highest. @throws DdtError */
function readHex(memory: Uint8Array, text: string, offset: number): number {
	let next = 0;
	for (const [, digits = ""] of (text.split(String.fromCharCode(CTRL_Z))[0] ?? "").matchAll(/:([^:]*)/g)) {
		const record = /^(?:[0-9A-F]{2})+/.exec(digits)?.[0] ?? "";
		const bytes = Uint8Array.from(record.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
		const length = bytes[0] ?? 0;
		if (length === 0) return next;
		const address = ((bytes[1] as number) << 8) | (bytes[2] as number);
		const whole = bytes.subarray(0, length + 5);
		if (whole.length < length + 5 || whole.reduce((sum, byte) => sum + byte, 0) % 256 !== 0) throw new DdtError();
		for (let i = 0; i < length; i++) memory[(address + offset + i) & 0xffff] = whole[4 + i] as number;
		next = Math.max(next, address + offset + length);
	}
	return next;
}
