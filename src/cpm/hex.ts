/**
 * Intel HEX, the form in which CP/M takes programs as text (ASM, LOAD, HEXCOM, DDT, PIP [H]).
 *
 *   :10 0100 00 0E09110901CD0500C948454C4C4F2046 48      count, address, type, data, checksum (sum of all bytes = 0)
 *   :00 0000 01 FF                                        end
 *
 * 16-bit addresses only: types 02–05 (segments) are refused. LOAD and DDT take any record without data as the end.
 */
import { ZulmError } from "../base/errors.js";

const TPA = 0x0100;
const RECORD_BYTES = 16;
const LINE_END = "\r\n";

export interface HexImage {
	/** Address of the first byte. */
	readonly origin: number;
	/** From the lowest to the highest address; addresses that no record gave are zero. */
	readonly bytes: Uint8Array;
}

/** Lines ending in CR LF, the last one the end record. `recordBytes`: 1–255. */
export function toIntelHex(bytes: Uint8Array, origin = TPA, recordBytes = RECORD_BYTES): string {
	if (origin + bytes.length > 0x10000) throw malformed("The program does not fit below FFFFh");
	let text = "";
	for (let i = 0; i < bytes.length; i += recordBytes) {
		const data = bytes.subarray(i, i + recordBytes);
		const address = origin + i;
		text += record(Uint8Array.of(data.length, address >> 8, address & 0xff, 0, ...data));
	}
	return text + record(Uint8Array.of(0, 0, 0, 1));
}

/**
 * Reads HEX text with any line ends; text after the end record and blank lines are ignored.
 * @throws ZulmError `program-malformed` naming the line
 */
export function parseIntelHex(text: string): HexImage {
	const memory = new Uint8Array(0x10000);
	let low = 0x10000;
	let high = 0;
	let ended = false;
	for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
		const line = raw.trim();
		if (line === "" || line === "\x1a") continue;
		const { address, type, data } = parseRecord(line, index + 1);
		if (type === 1 || data.length === 0) {
			ended = true;
			break;
		}
		if (address + data.length > memory.length) throw malformed(`Line ${index + 1} runs past FFFFh`);
		memory.set(data, address);
		low = Math.min(low, address);
		high = Math.max(high, address + data.length);
	}
	if (!ended) throw malformed("The end record is missing: the file is incomplete");
	if (high === 0) throw malformed("There is no data in the file");
	return { origin: low, bytes: memory.slice(low, high) };
}

function parseRecord(line: string, number: number): { address: number; type: number; data: Uint8Array } {
	if (!/^:(?:[0-9A-Fa-f]{2}){5,}$/.test(line)) throw malformed(`Line ${number} is not an Intel HEX record`);
	const bytes = new Uint8Array(Buffer.from(line.slice(1), "hex"));
	const [count = 0, addressHigh = 0, addressLow = 0, type = 0] = bytes;
	if (bytes.length !== count + 5) throw malformed(`Line ${number} is not as long as it says`);
	if (sum(bytes) !== 0) throw malformed(`The checksum of line ${number} is wrong`);
	if (type > 1) throw malformed(`Line ${number} has record type ${type}; only 0 and 1 are known`);
	return { address: (addressHigh << 8) | addressLow, type, data: bytes.subarray(4, 4 + count) };
}

function record(fields: Uint8Array): string {
	const all = Uint8Array.of(...fields, -sum(fields) & 0xff);
	return `:${Buffer.from(all).toString("hex").toUpperCase()}${LINE_END}`;
}

function sum(bytes: Uint8Array): number {
	return bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
}

function malformed(message: string): ZulmError {
	return new ZulmError("program-malformed", `${message}.`, { hint: "Make the HEX file again." });
}
