/**
 * A CP/M 2.2 disk as the BDOS sees it: a directory of 32-byte entries and data blocks. No tracks, sectors or skew.
 *
 *   entry: UU FFFFFFFF TTT EX S1 S2 RC  AL×16      one entry maps 16 K: 16 one-byte or 8 two-byte block numbers
 *   (CP/M 2.2 Alteration Guide, 6; Interface Guide, 2.) E5h in UU: the entry is free.
 */
import { ZulmError } from "../base/errors.js";
import { type Name11, nameOfEntry } from "./file-name.js";

export const RECORD_BYTES = 128;
export const ENTRY_BYTES = 32;
export const RECORDS_PER_EXTENT = 128;
export const FREE_ENTRY = 0xe5;
const ALLOCATION = 16;

export interface Geometry {
	readonly blockBytes: 1024 | 2048;
	readonly blocks: number;
	readonly directoryEntries: number;
}

/**
 * The geometry for a capacity in bytes (directory included): 1 K blocks up to 256 K, 2 K blocks above 512 K, so that an
 * entry is always one 16 K extent (extent mask 0). @throws ZulmError `usage` for sizes that CP/M 2.2 cannot have so.
 */
export function geometryFor(capacityBytes: number, directoryEntries = 128): Geometry {
	const blockBytes = capacityBytes <= 256 * 1024 ? 1024 : 2048;
	const blocks = Math.floor(capacityBytes / blockBytes);
	const directoryBlocks = (directoryEntries * ENTRY_BYTES) / blockBytes;
	const fits = blockBytes === 1024 ? blocks <= 256 : blocks > 256 && blocks <= 4096;
	if (!fits || !Number.isInteger(directoryBlocks) || directoryBlocks > 16 || blocks <= directoryBlocks) {
		throw new ZulmError("usage", `A CP/M disk cannot hold ${capacityBytes} bytes with ${directoryEntries} entries.`, {
			hint: "Choose up to 256 KB, or 514 KB to 8 MB, and a directory of whole blocks, 16 at most.",
		});
	}
	return { blockBytes, blocks, directoryEntries };
}

export interface FileInfo {
	readonly user: number;
	readonly name: Name11;
	readonly readOnly: boolean;
	readonly records: number;
}

export class CpmDisk {
	/** [directoryEntries * 32] */
	readonly directory: Uint8Array;
	/** Non-zero where a block is in use: the BDOS's allocation vector, which runs ahead of the directory. */
	readonly used: Uint8Array;
	private readonly blocks: Uint8Array[];

	constructor(readonly geometry: Geometry) {
		this.directory = new Uint8Array(geometry.directoryEntries * ENTRY_BYTES).fill(FREE_ENTRY);
		this.used = new Uint8Array(geometry.blocks);
		this.blocks = new Array(geometry.blocks);
		this.rebuildAllocation();
	}

	get directoryBlocks(): number {
		return (this.geometry.directoryEntries * ENTRY_BYTES) / this.geometry.blockBytes;
	}

	get recordsPerBlock(): number {
		return this.geometry.blockBytes / RECORD_BYTES;
	}

	get freeBlocks(): number {
		return this.used.reduce((free, used) => free + (used === 0 ? 1 : 0), 0);
	}

	/** Live view of a directory entry. */
	entry(index: number): Uint8Array {
		return this.directory.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES);
	}

	/** What is allocated according to the directory alone, as after logging the disk in. */
	rebuildAllocation(): void {
		this.used.fill(0);
		this.used.fill(1, 0, this.directoryBlocks);
		for (let i = 0; i < this.geometry.directoryEntries; i++) {
			const entry = this.entry(i);
			if (entry[0] === FREE_ENTRY) continue;
			for (const block of this.pointers(entry)) if (block < this.used.length) this.used[block] = 1;
		}
	}

	/** The block number in slot `slot` of an entry's or FCB's map; 0 for none. */
	pointer(entry: Uint8Array, slot: number): number {
		if (this.wide) {
			const at = ALLOCATION + 2 * slot;
			return (entry[at] as number) | ((entry[at + 1] as number) << 8);
		}
		return entry[ALLOCATION + slot] as number;
	}

	setPointer(entry: Uint8Array, slot: number, block: number): void {
		if (this.wide) {
			entry[ALLOCATION + 2 * slot] = block & 0xff;
			entry[ALLOCATION + 2 * slot + 1] = block >> 8;
		} else {
			entry[ALLOCATION + slot] = block;
		}
	}

	/** Slots in one entry's map. */
	get slots(): number {
		return this.wide ? 8 : 16;
	}

	/** The blocks an entry names, without the empty slots. */
	pointers(entry: Uint8Array): number[] {
		const blocks: number[] = [];
		for (let slot = 0; slot < this.slots; slot++) {
			const block = this.pointer(entry, slot);
			if (block !== 0) blocks.push(block);
		}
		return blocks;
	}

	/** Takes a free block, the nearest after `near`; undefined when the disk is full. Old contents stay unless cleared. */
	allocate(near: number): number | undefined {
		const count = this.used.length;
		for (let step = 0; step < count; step++) {
			const block = (near + step) % count;
			if (this.used[block] === 0) {
				this.used[block] = 1;
				return block;
			}
		}
		return undefined;
	}

	/** Frees the entry and its blocks. */
	release(index: number): void {
		const entry = this.entry(index);
		for (const block of this.pointers(entry)) if (block < this.used.length) this.used[block] = 0;
		entry[0] = FREE_ENTRY;
	}

	/** Live view of a record of a block. Numbers beyond the disk, from a spoilt FCB, wrap around. */
	record(block: number, record: number): Uint8Array {
		const index = block % this.geometry.blocks;
		let data = this.blocks[index];
		if (data === undefined) {
			data = new Uint8Array(this.geometry.blockBytes).fill(FREE_ENTRY);
			this.blocks[index] = data;
		}
		return data.subarray(record * RECORD_BYTES, (record + 1) * RECORD_BYTES);
	}

	/** Indexes of the entries of a file, in order of extent. */
	entriesOf(user: number, name: Name11): number[] {
		const indexes: number[] = [];
		for (let i = 0; i < this.geometry.directoryEntries; i++) {
			const entry = this.entry(i);
			if (entry[0] === user && nameOfEntry(entry) === name) indexes.push(i);
		}
		return indexes.sort((a, b) => extentOf(this.entry(a)) - extentOf(this.entry(b)));
	}

	listFiles(): FileInfo[] {
		const files = new Map<string, FileInfo>();
		for (let i = 0; i < this.geometry.directoryEntries; i++) {
			const entry = this.entry(i);
			const user = entry[0] as number;
			if (user > 31) continue;
			const name = nameOfEntry(entry);
			const key = `${user} ${name}`;
			const records = Math.max(files.get(key)?.records ?? 0, extentOf(entry) * RECORDS_PER_EXTENT + recordsIn(entry));
			files.set(key, { user, name, readOnly: isReadOnly(entry), records });
		}
		return [...files.values()];
	}

	/** Whole records of a file, holes as zeros; undefined when there is no such file. */
	readFile(name: Name11, user = 0): Uint8Array | undefined {
		const entries = this.entriesOf(user, name).map((index) => this.entry(index));
		const last = entries.at(-1);
		if (last === undefined) return undefined;
		const bytes = new Uint8Array((extentOf(last) * RECORDS_PER_EXTENT + recordsIn(last)) * RECORD_BYTES);
		for (const entry of entries) {
			const start = extentOf(entry) * RECORDS_PER_EXTENT;
			for (let record = 0; record < recordsIn(entry); record++) {
				const block = this.pointer(entry, Math.floor(record / this.recordsPerBlock));
				if (block === 0) continue;
				bytes.set(this.record(block, record % this.recordsPerBlock), (start + record) * RECORD_BYTES);
			}
		}
		return bytes;
	}

	/**
	 * Puts a file on the disk in place of any of that name, the last record padded with ^Z.
	 * @returns false, and leaves no file of that name, when disk or directory are full.
	 */
	writeFile(name: Name11, bytes: Uint8Array, user = 0, readOnly = false): boolean {
		this.removeFile(name, user);
		const records = Math.ceil(bytes.length / RECORD_BYTES);
		const extents = Math.max(1, Math.ceil(records / RECORDS_PER_EXTENT));
		for (let extent = 0; extent < extents; extent++) {
			const first = extent * RECORDS_PER_EXTENT;
			const count = Math.min(RECORDS_PER_EXTENT, records - first);
			if (!this.writeExtent(name, user, readOnly, extent, bytes.subarray(first * RECORD_BYTES), count)) {
				this.removeFile(name, user);
				return false;
			}
		}
		return true;
	}

	/** @returns whether there was one. */
	removeFile(name: Name11, user = 0): boolean {
		const entries = this.entriesOf(user, name);
		for (const index of entries) this.release(index);
		return entries.length > 0;
	}

	private get wide(): boolean {
		return this.geometry.blocks > 256;
	}

	private writeExtent(
		name: Name11,
		user: number,
		readOnly: boolean,
		extent: number,
		bytes: Uint8Array,
		records: number,
	): boolean {
		const entry = this.freeEntry();
		if (entry === undefined) return false;
		entry.fill(0);
		entry[0] = user;
		for (let i = 0; i < 11; i++) entry[1 + i] = name.charCodeAt(i);
		if (readOnly) entry[9] = (entry[9] as number) | 0x80;
		entry[12] = extent & 0x1f;
		entry[14] = extent >> 5;
		entry[15] = records;
		for (let record = 0; record < records; record++) {
			const slot = Math.floor(record / this.recordsPerBlock);
			let block = this.pointer(entry, slot);
			if (block === 0) {
				const free = this.allocate(this.directoryBlocks);
				if (free === undefined) return false;
				block = free;
				this.setPointer(entry, slot, block);
			}
			const target = this.record(block, record % this.recordsPerBlock).fill(0x1a);
			target.set(bytes.subarray(record * RECORD_BYTES, (record + 1) * RECORD_BYTES));
		}
		return true;
	}

	private freeEntry(): Uint8Array | undefined {
		for (let i = 0; i < this.geometry.directoryEntries; i++) {
			const entry = this.entry(i);
			if (entry[0] === FREE_ENTRY) return entry;
		}
		return undefined;
	}
}

/** Number of the 16 K extent an entry or FCB describes: EX counts to 31, S2 goes on (bit 7 of S2 is the BDOS's own). */
export function extentOf(entry: Uint8Array): number {
	return ((entry[14] as number) & 0x3f) * 32 + ((entry[12] as number) & 0x1f);
}

export function isReadOnly(entry: Uint8Array): boolean {
	return ((entry[9] as number) & 0x80) !== 0;
}

export function isSystem(entry: Uint8Array): boolean {
	return ((entry[10] as number) & 0x80) !== 0;
}

function recordsIn(entry: Uint8Array): number {
	return Math.min(RECORDS_PER_EXTENT, entry[15] as number);
}
