/**
 * The BDOS's directory: finding entries, and moving extents between it and the FCBs of programs.
 *
 *   open: entry ─► FCB          close: FCB ─► entry          make: FCB ─► free entry          next: close, then open or make
 *
 * Works on the drive at hand of `BdosDrives` and the user area set here.
 */

import type { BdosDrives } from "./bdos-drives.js";
import { ENTRY_BYTES, extentOf, FREE_ENTRY } from "./cpm-disk.js";
import { CR, EX, isUnchanged, markUnchanged, QUESTION, RC, S1, S2, setExtent } from "./fcb.js";
import { type Name11, nameOfEntry } from "./file-name.js";

/** What functions return in A when there is no such file or no room. */
export const FAILED = 0xff;
/** Bytes of an FCB that a search compares. */
export const MATCH_ALL = 0;
export const MATCH_NAME = 12;
export const MATCH_EXTENT = 15;
/** Directory entries in one 128-byte record. */
export const ENTRIES_PER_RECORD = 4;
/** 8 MB. */
const MOST_EXTENTS = 512;

export class BdosDirectory {
	/** The user area, 0–31. */
	user = 0;
	/** Files with an extent in the directory that their drive has not been told of, see `commit`. */
	private readonly uncommitted = new Set<string>();

	constructor(private readonly drives: BdosDrives) {}

	/** Index of the next entry that agrees with the first `length` bytes of an FCB; −1 when there is none. */
	find(fcb: Uint8Array, length: number, from = 0): number {
		const { disk } = this.drives;
		for (let i = from; i < disk.geometry.directoryEntries; i++) {
			if (this.matches(fcb, disk.entry(i), length)) return i;
		}
		return -1;
	}

	/** Every entry of the files whose names an FCB matches. */
	*entries(fcb: Uint8Array): Generator<{ readonly entry: Uint8Array; readonly index: number }> {
		// An action may change the FCB's own bytes or the entries; what is looked for stays.
		const pattern = fcb.slice();
		for (let i = this.find(pattern, MATCH_NAME); i >= 0; i = this.find(pattern, MATCH_NAME, i + 1)) {
			yield { entry: this.drives.disk.entry(i), index: i };
		}
	}

	/** @returns 0–3, or 255 when the directory has no such extent. */
	open(fcb: Uint8Array): number {
		const index = this.find(fcb, MATCH_EXTENT);
		if (index < 0) return FAILED;
		const extent = fcb[EX] as number;
		fcb.set(this.drives.disk.entry(index).subarray(1), 1);
		fcb[EX] = extent;
		markUnchanged(fcb);
		return index % ENTRIES_PER_RECORD;
	}

	/** @returns 0–3, or 255 when the extent is not in the directory, or not the one the FCB was opened with. */
	close(fcb: Uint8Array): number {
		if (isUnchanged(fcb) || this.drives.isProtected()) return 0;
		const index = this.find(fcb, MATCH_EXTENT);
		if (index < 0) return FAILED;
		const { disk } = this.drives;
		const entry = disk.entry(index);
		for (let slot = 0; slot < disk.slots; slot++) {
			const ours = disk.pointer(fcb, slot);
			const theirs = disk.pointer(entry, slot);
			// Two programs' worth of one file cannot be merged.
			if (ours !== 0 && theirs !== 0 && ours !== theirs) return FAILED;
			disk.setPointer(entry, slot, ours === 0 ? theirs : ours);
			disk.setPointer(fcb, slot, ours === 0 ? theirs : ours);
		}
		entry[RC] = fcb[RC] as number;
		markUnchanged(fcb);
		this.uncommitted.add(this.keyOf(nameOfEntry(fcb)));
		return index % ENTRIES_PER_RECORD;
	}

	/** @returns 0–3, or 255 when the directory is full or the drive cannot keep such a name. @throws DiskError */
	make(fcb: Uint8Array): number {
		this.drives.checkWritable();
		const name = nameOfEntry(fcb);
		const index = this.drives.drive.accepts(name) ? this.freeEntry() : -1;
		if (index < 0) return FAILED;
		fcb[S1] = 0;
		fcb.fill(0, RC, CR);
		const entry = this.drives.disk.entry(index);
		entry[0] = this.user;
		entry.set(fcb.subarray(1, CR), 1);
		entry[S2] = extentOf(fcb) >> 5;
		markUnchanged(fcb);
		this.uncommitted.add(this.keyOf(name));
		return index % ENTRIES_PER_RECORD;
	}

	/** Closes the extent at hand and goes to the next one. @returns whether there is one now. */
	next(fcb: Uint8Array, reading: boolean): boolean {
		if (this.close(fcb) === FAILED) return false;
		const extent = extentOf(fcb) + 1;
		if (extent >= MOST_EXTENTS) return false;
		setExtent(fcb, extent);
		if (this.open(fcb) !== FAILED) return true;
		if (!reading && this.make(fcb) !== FAILED) return true;
		// There is nothing for a close to write.
		markUnchanged(fcb);
		return false;
	}

	/** Whether a file has entries its drive has not been told of. */
	isUncommitted(name: Name11): boolean {
		return this.uncommitted.has(this.keyOf(name));
	}

	/** Has the drive keep a file as its entries are now. @returns whether it could. */
	commit(name: Name11): boolean {
		this.uncommitted.delete(this.keyOf(name));
		return this.drives.drive.commit(this.user, name);
	}

	private matches(fcb: Uint8Array, entry: Uint8Array, length: number): boolean {
		if (length === MATCH_ALL) return true;
		if (entry[0] !== this.user) return false;
		for (let i = 1; i < length; i++) {
			if (i === S1 || fcb[i] === QUESTION) continue;
			const mask = i === EX ? 0x1f : 0x7f;
			if ((((fcb[i] as number) ^ (entry[i] as number)) & mask) !== 0) return false;
		}
		return true;
	}

	private freeEntry(): number {
		const { directory, geometry } = this.drives.disk;
		for (let i = 0; i < geometry.directoryEntries; i++) if (directory[i * ENTRY_BYTES] === FREE_ENTRY) return i;
		return -1;
	}

	private keyOf(name: Name11): string {
		return `${this.drives.number} ${this.user} ${name}`;
	}
}
