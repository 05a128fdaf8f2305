/**
 * What XMODEM receivers have in common: one block, and the records of a file as they come in.
 *
 *   SOH │ number │ 255 − number │ 128 bytes │ sum, or CRC high, low            STX: 1024 bytes
 */
import { crc16 } from "../../base/crc16.js";
import { RECORD_BYTES } from "../cpm-disk.js";
import type { Native } from "../native.js";
import type { RawLine } from "./raw-line.js";
import type { ToolFile, ToolSystem } from "./tool-system.js";

/** Between the bytes of a block. */
const BYTE_TIMEOUT_S = 1;

export type Block =
	| { readonly kind: "good"; readonly number: number; readonly data: Uint8Array }
	| { readonly kind: "bad" }
	/** It broke off. */
	| { readonly kind: "timeout" };

/** The rest of a block, its SOH or STX being read. */
export function* readBlock(line: RawLine, length: number, crc: boolean): Native<Block> {
	const head = yield* readBytes(line, 2);
	if (head === undefined) return { kind: "timeout" };
	const [number = 0, complement = 0] = head;
	if ((number ^ complement) !== 0xff) return { kind: "bad" };
	const data = yield* readBytes(line, length);
	if (data === undefined) return { kind: "timeout" };
	const check = yield* readBytes(line, crc ? 2 : 1);
	if (check === undefined) return { kind: "timeout" };
	const given = check.reduce((value, byte) => (value << 8) | byte, 0);
	const computed = crc ? crc16(data) : data.reduce((sum, byte) => (sum + byte) & 0xff, 0);
	return given === computed ? { kind: "good", number, data } : { kind: "bad" };
}

function* readBytes(line: RawLine, count: number): Native<Uint8Array | undefined> {
	const bytes = new Uint8Array(count);
	for (let i = 0; i < count; i++) {
		const byte = yield* line.receive(BYTE_TIMEOUT_S);
		if (byte === undefined) return undefined;
		bytes[i] = byte;
	}
	return bytes;
}

/** Gathers what has been received and writes it, a buffer full at a time. */
export class RecordBuffer {
	private records: Uint8Array[] = [];

	constructor(
		private readonly system: ToolSystem,
		private readonly file: ToolFile,
		private readonly capacityRecords: number,
	) {}

	/** @returns false when the disk is full. */
	*add(data: Uint8Array): Native<boolean> {
		for (let at = 0; at < data.length; at += RECORD_BYTES) this.records.push(data.slice(at, at + RECORD_BYTES));
		return this.records.length < this.capacityRecords || (yield* this.flush());
	}

	/** @returns false when the disk is full. */
	*flush(): Native<boolean> {
		if (this.records.length === 0) return true;
		for (const record of this.records) if (!this.file.write(record)) return false;
		this.records = [];
		yield* this.system.burst();
		return true;
	}
}
