/**
 * LOAD: Intel HEX into a .COM file, with the figures and the error texts of CP/M 2.2's (CP/M 2.2 manual, 1.6.3 and 1.8).
 *
 *   NAME.HEX  :LLAAAATT data CC …  ─► 0100h … ─► NAME.COM         FIRST ADDRESS, LAST ADDRESS, BYTES READ, RECORDS WRITTEN
 *
 * Holds the image whole where the real one has a window. Makes the .COM file before it reads, so after an error an
 * empty one is there, as with the real LOAD.
 */
import { CommandLine } from "../command-line.js";
import { RECORD_BYTES } from "../cpm-disk.js";
import { TPA } from "../layout.js";
import type { Native, Next } from "../native.js";
import { hex2, hex4, type ToolFile, type ToolSystem } from "./tool-system.js";

const SOURCE_FCB = 0x0200;
const TARGET_FCB = 0x0240;
const CTRL_Z = 0x1a;
const COLON = 0x3a;
/** A guess: LOAD is compiled PL/M. The 112 characters of the captured sessions take less than 0.1 s at 4 MHz. */
const T_STATES_PER_CHARACTER = 500;

/** The message of an error and where it was. */
class LoadError extends Error {
	override readonly name = "LoadError";
	constructor(
		readonly kind: "record" | "plain",
		message: string,
	) {
		super(message);
	}
}

interface Loading {
	readonly image: Uint8Array;
	first: number | undefined;
	last: number;
	bytes: number;
	/** Of the record at hand: its address, and its bytes so far. */
	address: number;
	record: number[];
}

export function* load(system: ToolSystem): Native<Next> {
	const name = new CommandLine(system.tail).file();
	const source = system.file({ ...name, name: `${name.name.slice(0, 8)}HEX` }, SOURCE_FCB);
	const target = system.file({ ...name, name: `${name.name.slice(0, 8)}COM` }, TARGET_FCB);
	const loading: Loading = {
		image: new Uint8Array(0x10000),
		first: undefined,
		last: 0,
		bytes: 0,
		address: TPA,
		record: [],
	};
	try {
		if (!source.open()) throw new LoadError("plain", "CANNOT OPEN SOURCE");
		target.erase();
		if (!target.make()) throw new LoadError("plain", "NO MORE DIRECTORY SPACE");
		yield* readHex(system, source, loading);
		const records = yield* writeImage(system, target, loading);
		yield* system.print(
			`\r\nFIRST ADDRESS ${hex4(loading.first ?? 0)}\r\nLAST  ADDRESS ${hex4(loading.last)}\r\n` +
				`BYTES READ    ${hex4(loading.bytes)}\r\nRECORDS WRITTEN ${hex2(records)}\r\n\r\n`,
		);
	} catch (error) {
		if (!(error instanceof LoadError)) throw error;
		if (error.kind === "record") yield* diagnose(system, error.message, loading);
		else yield* system.print(`\r\nERROR: ${error.message}, LOAD ADDRESS ${hex4(loading.address)}\r\n`);
	}
	return system.warmBoot();
}

/** All records up to the one without data. @throws LoadError */
function* readHex(system: ToolSystem, source: ToolFile, loading: Loading): Native<void> {
	const next = characters(source);
	const character = function* (): Native<number> {
		yield* system.timer.wait(T_STATES_PER_CHARACTER);
		return next();
	};
	for (;;) {
		for (let c = yield* character(); c !== COLON; c = yield* character()) {
			if (c === CTRL_Z) throw new LoadError("plain", "DISK READ");
		}
		loading.record = [];
		let sum = 0;
		const byte = function* (): Native<number> {
			const digits = String.fromCharCode(yield* character(), yield* character());
			if (!/^[0-9A-F]{2}$/.test(digits)) throw new LoadError("record", "INVALID HEX DIGIT ");
			const value = Number.parseInt(digits, 16);
			sum = (sum + value) & 0xff;
			return value;
		};
		const length = yield* byte();
		const address = ((yield* byte()) << 8) | (yield* byte());
		if (length === 0) return;
		loading.address = address;
		if (address < TPA || (loading.first !== undefined && address < loading.first)) {
			throw new LoadError("plain", "INVERTED LOAD ADDRESS");
		}
		yield* byte();
		for (let i = 0; i < length; i++) loading.record.push(yield* byte());
		yield* byte();
		if (sum !== 0) throw new LoadError("record", "CHECK SUM ERROR ");
		loading.image.set(loading.record.slice(0, 0x10000 - address), address);
		loading.first ??= address;
		loading.last = Math.max(loading.last, address + length - 1);
		loading.bytes += length;
	}
}

/** @returns the number of records. @throws LoadError */
function* writeImage(system: ToolSystem, target: ToolFile, loading: Loading): Native<number> {
	const records = loading.first === undefined ? 0 : Math.ceil((loading.last + 1 - TPA) / RECORD_BYTES);
	for (let record = 0; record < records; record++) {
		const at = TPA + record * RECORD_BYTES;
		if (!target.write(loading.image.subarray(at, at + RECORD_BYTES))) throw new LoadError("plain", "DISK WRITE");
	}
	yield* system.burst();
	if (!target.close()) throw new LoadError("plain", "CANNOT CLOSE FILE");
	return records;
}

/** What was wrong, where, and the bytes of the record up to there. */
function* diagnose(system: ToolSystem, message: string, { address, record }: Loading): Native<void> {
	yield* system.print(
		`\r\n${message}\r\nLOAD  ADDRESS ${hex4(address)}\r\nERROR ADDRESS ${hex4(address + record.length)}`,
	);
	yield* system.print(`\r\nBYTES READ:\r\n${hex4(address)}: `);
	for (const [i, byte] of record.entries()) {
		if (((address + i) & 0x0f) === 0) yield* system.print(`\r\n${hex4(address + i)}: `);
		yield* system.print(`${hex2(byte)} `);
	}
	yield* system.print("\r\n");
}

/** A file's characters, ^Z for ever at its end. */
function characters(file: ToolFile): () => number {
	let record: Uint8Array | undefined = new Uint8Array(0);
	let at = 0;
	return () => {
		if (record !== undefined && at === record.length) {
			record = file.read();
			at = 0;
		}
		return record?.[at++] ?? CTRL_Z;
	};
}
