/**
 * PIP: copies between files and devices, with the echo, pace, messages and habits of CP/M 2.2's PIP 1.5.
 *
 *   CON: ─echo─► buffer, 26,112 bytes ─full: the disk is written, nobody listens─► NAME.$$$ ─^Z─► NAME.HEX
 *
 * The old file goes only when the new one is whole. Figures from captured sessions: 2780 T-states a character from the
 * console, 0.3 s for a full buffer on a fast disk. See pip-command.ts for what is not known.
 */
import { RECORD_BYTES } from "../cpm-disk.js";
import type { Native, Next } from "../native.js";
import { type Device, type PipCommand, PipError, parsePipCommand, type Source } from "./pip-command.js";
import { HexChecker } from "./pip-hex.js";
import type { ToolFile, ToolSystem } from "./tool-system.js";

const T_STATES_PER_CHARACTER = 2780;
const BUFFER_BYTES = 204 * RECORD_BYTES;
const FULL_BUFFER_S = 0.3;
const CTRL_Z = 0x1a;
const NULS = 40;
const FCBS = { source: 0x0200, target: 0x0240, old: 0x0280 } as const;

export function* pip(system: ToolSystem): Native<Next> {
	const line = system.tail.trim();
	if (line !== "") {
		yield* obey(system, line);
		return system.warmBoot();
	}
	for (;;) {
		yield* system.print("\r\n*");
		const command = (yield* system.readLine()).trim();
		if (command === "") return system.warmBoot();
		yield* system.print("\r\n");
		yield* obey(system, command);
	}
}

function* obey(system: ToolSystem, line: string): Native<void> {
	try {
		yield* copy(system, parsePipCommand(line));
	} catch (error) {
		if (!(error instanceof PipError)) throw error;
		yield* system.print(`\r\n${error.message}: ${error.piece}\r\n`);
	}
}

function* copy(system: ToolSystem, command: PipCommand): Native<void> {
	const sink = openSink(system, command);
	for (const source of command.sources) {
		const whole = command.sources.length === 1 && source.parameters.size === 0 && command.target.kind === "file";
		yield* copySource(system, source, sink, whole);
	}
	yield* sink.end();
}

/** Takes characters until its end; `whole`: a file's records as they are, ^Z or not. */
function* copySource(system: ToolSystem, source: Source, sink: Sink, whole: boolean): Native<void> {
	const { parameters } = source;
	const binary = whole || parameters.has("O");
	const read = openSource(system, source, sink.fromConsole);
	const hex = parameters.has("H") || parameters.has("I") ? new HexChecker(parameters.has("I")) : undefined;
	for (let c = yield* read(); c !== undefined; c = yield* read()) {
		if (c === CTRL_Z && !(binary && source.place.kind === "file")) return;
		const byte = convert(c, parameters);
		if (hex === undefined) {
			yield* sink.put(byte);
			continue;
		}
		const { record, error } = hex.take(byte);
		if (record !== undefined) for (const character of Buffer.from(record, "latin1")) yield* sink.put(character);
		if (error === undefined) continue;
		yield* system.print(`\r\n${error.message}\r\n\r\n${error.record}\r\nCORRECT ERROR, TYPE RETURN OR CTL-Z\r\n`);
		if ((yield* system.readKey()) === CTRL_Z) return;
	}
}

function convert(byte: number, parameters: ReadonlySet<string>): number {
	const c = parameters.has("Z") ? byte & 0x7f : byte;
	if (parameters.has("L") && c >= 0x41 && c <= 0x5a) return c | 0x20;
	if (parameters.has("U") && c >= 0x61 && c <= 0x7a) return c & 0x5f;
	return c;
}

type Reader = () => Native<number | undefined>;

/** @throws PipError */
function openSource(system: ToolSystem, { place, parameters, text }: Source, toConsole: boolean): Reader {
	if (place.kind === "device") return deviceReader(system, place.device, parameters.has("E") && !toConsole, text);
	const file = system.file(place.file, FCBS.source);
	if (!file.open()) throw new PipError("NO FILE", text);
	let record: Uint8Array | undefined = new Uint8Array(0);
	let at = 0;
	// biome-ignore lint/correctness/useYield: a file on our disks is read at once
	return function* () {
		if (record !== undefined && at === record.length) {
			record = file.read();
			at = 0;
		}
		return record?.[at++];
	};
}

function deviceReader(system: ToolSystem, device: Device, echo: boolean, text: string): Reader {
	let left = device === "NUL" ? NULS : 0;
	switch (device) {
		case "CON":
			return function* () {
				const byte = yield* system.readKey();
				yield* system.timer.wait(T_STATES_PER_CHARACTER);
				return byte;
			};
		case "RDR":
			return function* () {
				const byte = yield* system.bios.reader();
				if (echo) yield* system.bdos.console.output(byte);
				yield* system.timer.wait(T_STATES_PER_CHARACTER);
				return byte;
			};
		case "NUL":
		case "EOF":
			// biome-ignore lint/correctness/useYield: nothing to wait for
			return function* () {
				return left-- > 0 ? 0 : CTRL_Z;
			};
		default:
			throw new PipError("CANNOT READ", text);
	}
}

interface Sink {
	/** What it gets is to be seen on the console anyway. */
	readonly fromConsole: boolean;
	put(byte: number): Native<void>;
	end(): Native<void>;
}

/** @throws PipError */
function openSink(system: ToolSystem, { target, targetText }: PipCommand): Sink {
	if (target.kind === "file") return new FileSink(system, target.file, targetText);
	const put = {
		CON: (byte: number) => system.bdos.console.output(byte),
		PUN: (byte: number) => system.bios.punch(byte),
		LST: (byte: number) => system.bios.list(byte),
	}[target.device as string];
	if (put === undefined) throw new PipError("CANNOT WRITE", targetText);
	return { fromConsole: target.device === "CON", put, end: function* () {} };
}

class FileSink implements Sink {
	readonly fromConsole = false;
	private readonly temporary: ToolFile;
	private buffer: number[] = [];

	constructor(
		private readonly system: ToolSystem,
		private readonly name: ToolFile["name"],
		private readonly text: string,
	) {
		this.temporary = system.file({ ...name, name: `${name.name.slice(0, 8)}$$$` }, FCBS.target);
		this.temporary.erase();
		if (!this.temporary.make()) throw new PipError("NO DIRECTORY SPACE", text);
	}

	*put(byte: number): Native<void> {
		this.buffer.push(byte);
		if (this.buffer.length === BUFFER_BYTES) yield* this.flush();
	}

	*end(): Native<void> {
		while (this.buffer.length % RECORD_BYTES !== 0) this.buffer.push(CTRL_Z);
		yield* this.flush();
		if (!this.temporary.close()) throw new PipError("CANNOT CLOSE DESTINATION FILE", this.text);
		const { system, name } = this;
		system.file(name, FCBS.old).erase();
		system.file(this.temporary.name, FCBS.old).rename(name);
	}

	private *flush(): Native<void> {
		const { system, buffer } = this;
		if (buffer.length === 0) return;
		for (let at = 0; at < buffer.length; at += RECORD_BYTES) {
			const record = Uint8Array.from(buffer.slice(at, at + RECORD_BYTES));
			if (!this.temporary.write(record)) throw new PipError("DISK WRITE ERROR", this.text);
		}
		yield* system.timer.waitSeconds((FULL_BUFFER_S * buffer.length) / BUFFER_BYTES);
		yield* system.burst();
		this.buffer = [];
	}
}
