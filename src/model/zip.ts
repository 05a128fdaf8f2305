/**
 * Reading zip archives from strangers, small and strict: only what NumPy, z80ai and zulm write.
 *
 *   [local header · data]…  [central directory: one entry per member]  [end record → where the directory is]
 *
 * Sizes are believed only up to a cap and then enforced while inflating; every member's CRC-32 is checked. Zip64,
 * encryption, split archives and methods other than "stored" and "deflated" are refused. (PKWARE APPNOTE 4.3)
 */
import { Inflate } from "fflate";
import { ZulmError } from "../base/errors.js";
import { malformed, unsupported } from "./model-errors.js";

/** Our largest legitimate model (2,176 inputs, 256-256-256 hidden) inflates to under 1 MB. */
const MAX_TOTAL_BYTES = 32 * 1024 * 1024;
const MAX_MEMBERS = 256;
/** Compressed bytes inflated at a time: deflate expands at most 1,032-fold, so a lie is noticed within 8 MB. */
const CHUNK = 8 * 1024;

const END_SIGNATURE = 0x06054b50;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_LENGTH = 22;
const CENTRAL_LENGTH = 46;
const LOCAL_LENGTH = 30;
const STORED = 0;
const DEFLATED = 8;

const CRC_TABLE = new Uint32Array(256).map((_, byte) => {
	let crc = byte;
	for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
	return crc;
});

function crc32(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] as number);
	return ~crc >>> 0;
}

/** @throws ZulmError `model-malformed`, `model-unsupported` */
export function readZip(bytes: Uint8Array): Map<string, Uint8Array> {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const end = findEnd(view);
	const count = view.getUint16(end + 10, true);
	if (count === 0xffff || view.getUint32(end + 16, true) === 0xffffffff) throw unsupported("is a zip64 archive");
	if (count > MAX_MEMBERS) throw unsupported(`has ${count} members, more than ${MAX_MEMBERS}`);

	const members = new Map<string, Uint8Array>();
	let position = view.getUint32(end + 16, true);
	let total = 0;
	for (let i = 0; i < count; i++) {
		if (position + CENTRAL_LENGTH > bytes.length || view.getUint32(position, true) !== CENTRAL_SIGNATURE) {
			throw malformed("its directory is damaged");
		}
		const nameLength = view.getUint16(position + 28, true);
		const entry: Entry = {
			name: new TextDecoder().decode(bytes.subarray(position + CENTRAL_LENGTH, position + CENTRAL_LENGTH + nameLength)),
			flags: view.getUint16(position + 8, true),
			method: view.getUint16(position + 10, true),
			crc: view.getUint32(position + 16, true),
			packedSize: view.getUint32(position + 20, true),
			size: view.getUint32(position + 24, true),
			offset: view.getUint32(position + 42, true),
		};
		total += entry.size;
		if (total > MAX_TOTAL_BYTES) throw unsupported("says it is larger than any model can be");
		if (members.has(entry.name)) throw malformed(`it has two members named ${entry.name}`);
		members.set(entry.name, readMember(bytes, view, entry));
		position += CENTRAL_LENGTH + nameLength + view.getUint16(position + 30, true) + view.getUint16(position + 32, true);
	}
	return members;
}

interface Entry {
	readonly name: string;
	readonly flags: number;
	readonly method: number;
	readonly crc: number;
	readonly packedSize: number;
	readonly size: number;
	readonly offset: number;
}

/** The end record is the last thing in the file but for a comment of up to 65,535 bytes. */
function findEnd(view: DataView): number {
	const last = view.byteLength - END_LENGTH;
	for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
		if (view.getUint32(at, true) === END_SIGNATURE) return at;
	}
	throw malformed("it is not a zip archive, or its end is missing");
}

function readMember(bytes: Uint8Array, view: DataView, entry: Entry): Uint8Array {
	const { name, offset } = entry;
	if (entry.flags & 1) throw unsupported(`is encrypted (${name})`);
	if (offset + LOCAL_LENGTH > bytes.length || view.getUint32(offset, true) !== LOCAL_SIGNATURE) {
		throw malformed(`member ${name} is not where the directory says`);
	}
	const start = offset + LOCAL_LENGTH + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
	if (start + entry.packedSize > bytes.length) throw malformed(`member ${name} is cut short`);
	const packed = bytes.subarray(start, start + entry.packedSize);

	let data: Uint8Array;
	if (entry.method === STORED) data = packed;
	else if (entry.method === DEFLATED) data = inflateExactly(packed, entry);
	else throw unsupported(`member ${name} uses compression method ${entry.method}`);
	if (data.length !== entry.size) throw malformed(`member ${name} is not as long as the directory says`);
	if (crc32(data) !== entry.crc) throw malformed(`member ${name} is damaged (its CRC differs)`);
	return data;
}

/** Inflates into exactly `entry.size` bytes and gives up as soon as there are more. */
function inflateExactly(packed: Uint8Array, entry: Entry): Uint8Array {
	const data = new Uint8Array(entry.size);
	let filled = 0;
	const inflate = new Inflate((chunk) => {
		if (filled + chunk.length > data.length) throw malformed(`member ${entry.name} inflates to more than it says`);
		data.set(chunk, filled);
		filled += chunk.length;
	});
	try {
		for (let at = 0; at < packed.length || at === 0; at += CHUNK) {
			inflate.push(packed.subarray(at, at + CHUNK), at + CHUNK >= packed.length);
		}
	} catch (cause) {
		if (cause instanceof ZulmError) throw cause;
		throw malformed(`member ${entry.name} does not inflate`, cause);
	}
	return data.subarray(0, filled);
}
