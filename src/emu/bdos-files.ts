/**
 * The BDOS's files, functions 13–40 (CP/M 2.2 Interface Guide, 2 and 5): FCBs, extents, records, directory search.
 *
 *   FCB: DR FFFFFFFF TTT EX S1 S2 RC  D0…Dn  CR  R0 R1 R2      record = ((S2*32 + EX)*128) + CR
 *
 * S2 bit 7 set: this extent is as in the directory (the BDOS's own mark). Disk errors that a program never sees are
 * thrown as `DiskError`. Does not notice a disk changed while files are open.
 */
import {
	type CpmDisk,
	ENTRY_BYTES,
	extentOf,
	FREE_ENTRY,
	isReadOnly,
	RECORD_BYTES,
	RECORDS_PER_EXTENT,
} from "./cpm-disk.js";
import type { Drive } from "./drive.js";
import { type Name11, nameOfEntry } from "./file-name.js";
import { PAGE_ZERO } from "./layout.js";

/** The errors the BDOS reports itself (`Bdos Err On A: …`), then waits for a key and boots. */
export type DiskErrorKind = "Select" | "R/O" | "File R/O";

export class DiskError extends Error {
	override readonly name = "DiskError";
	constructor(
		readonly kind: DiskErrorKind,
		/** 0 = A. */
		readonly drive: number,
	) {
		super(`${kind} on drive ${drive}`);
	}
}

export const FAILED = 0xff;
/** Sequential read and write. */
const END_OF_FILE = 1;
const DISK_FULL = 2;
/** Random read and write. */
const CANNOT_CLOSE = 3;
const UNWRITTEN_EXTENT = 4;
const DIRECTORY_FULL = 5;
const PAST_END_OF_DISK = 6;

const FCB_BYTES = 36;
const DR = 0;
const EX = 12;
const S1 = 13;
const S2 = 14;
const RC = 15;
const CR = 32;
const R0 = 33;
const UNCHANGED = 0x80;
const QUESTION = 0x3f;
/** Bytes of an FCB that a search compares. */
const MATCH_NAME = 12;
const MATCH_EXTENT = 15;
const DIRECTORY_RECORD_ENTRIES = RECORD_BYTES / ENTRY_BYTES;
const DRIVES = 16;

export class BdosFiles {
	/** 0 = A. */
	current = 0;
	user = 0;
	dma: number = PAGE_ZERO.buffer;
	loginVector = 0;
	readOnlyVector = 0;
	/** The drive of the file at hand, which `DiskError` names. */
	private selected = 0;
	private search = { fcb: 0, length: 0, next: 0 };
	/** Files with an extent in the directory that their drive has not been told of, see `commit`. */
	private readonly uncommitted = new Set<string>();

	/** @param drives by number, 0 = A. */
	constructor(
		private readonly memory: Uint8Array,
		private readonly drives: readonly (Drive | undefined)[],
	) {}

	/** The disk of the drive at hand, for functions 27 and 31. */
	get disk(): CpmDisk {
		return this.drive.disk;
	}

	/** Function 13, and every boot: all drives are logged in afresh. */
	reset(): void {
		this.loginVector = 0;
		this.readOnlyVector = 0;
		this.dma = PAGE_ZERO.buffer;
		this.current = 0;
		this.select(0);
	}

	/** Function 14. @throws DiskError `Select` */
	selectDrive(drive: number): void {
		this.current = drive & 0x0f;
		this.select(this.current);
	}

	/** Makes the drive at hand the default one again. */
	selectCurrent(): void {
		this.select(this.current);
	}

	/** Function 37. */
	resetDrives(vector: number): void {
		this.loginVector &= ~vector;
		this.readOnlyVector &= ~vector;
	}

	/** Function 28. */
	writeProtect(): void {
		this.readOnlyVector |= 1 << this.current;
	}

	/** Function 15. @returns 0–3, or 255 when there is no such file. */
	open(address: number): number {
		const fcb = this.fcb(address);
		fcb[S2] = 0;
		this.selectFor(fcb);
		return this.openExtent(fcb);
	}

	/** Function 16. @returns 0–3, or 255 when the file is not in the directory (any more) or could not be kept. */
	close(address: number): number {
		const fcb = this.fcb(address);
		this.selectFor(fcb);
		const changed = !isUnchanged(fcb);
		const code = this.closeExtent(fcb);
		if (code === FAILED || this.isProtected() || (!changed && !this.uncommitted.has(this.keyOf(fcb)))) return code;
		return this.commit(this.user, nameOfEntry(fcb)) ? code : FAILED;
	}

	/** Function 17. The directory record is in the DMA buffer. @returns 0–3, the entry in it, or 255. */
	searchFirst(address: number): number {
		const fcb = this.fcb(address);
		// `?` as the drive: every entry of the default drive, free ones too.
		const all = fcb[DR] === QUESTION;
		if (all) this.selectCurrent();
		else {
			if (fcb[EX] !== QUESTION) fcb[S2] = 0;
			this.selectFor(fcb);
		}
		this.search = { fcb: address, length: all ? 0 : MATCH_EXTENT, next: 0 };
		return this.searchOn(fcb);
	}

	/** Function 18: goes on from where 17 or 18 stopped, with the same FCB. */
	searchNext(): number {
		const fcb = this.fcb(this.search.fcb);
		if (this.search.length === 0) this.selectCurrent();
		else this.selectFor(fcb);
		return this.searchOn(fcb);
	}

	/** Function 19. */
	delete(address: number): number {
		const fcb = this.fcb(address);
		this.selectFor(fcb);
		this.checkDriveWritable();
		return this.change(fcb, (_entry, index) => this.disk.release(index));
	}

	/** Function 20. @returns 0, or 1 at the end of the file. */
	readSequential(address: number): number {
		const fcb = this.fcb(address);
		this.selectFor(fcb);
		return this.read(fcb, true);
	}

	/** Function 21. @returns 0, 1 when the directory is full, 2 when the disk is full. */
	writeSequential(address: number): number {
		const fcb = this.fcb(address);
		this.selectFor(fcb);
		return this.write(fcb, true, false);
	}

	/** Function 22. @returns 0–3, or 255 when the directory is full. */
	make(address: number): number {
		const fcb = this.fcb(address);
		fcb[S2] = 0;
		this.selectFor(fcb);
		return this.makeExtent(fcb);
	}

	/** Function 23: the new name is in bytes 17–27. */
	rename(address: number): number {
		const fcb = this.fcb(address);
		this.selectFor(fcb);
		this.checkDriveWritable();
		const name = nameOfEntry(fcb.subarray(16));
		if (!this.drive.accepts(name)) return FAILED;
		return this.change(fcb, (entry) => entry.set(fcb.subarray(17, 28), 1), name);
	}

	/** Function 30: bit 7 of the name's bytes. */
	setAttributes(address: number): number {
		const fcb = this.fcb(address);
		this.selectFor(fcb);
		this.checkDriveWritable();
		return this.change(fcb, (entry) => entry.set(fcb.subarray(1, 12), 1), undefined, true);
	}

	/** Function 33. @returns 0, 1 unwritten record, 3, 4 unwritten extent, or 6 beyond 65535. */
	readRandom(address: number): number {
		const fcb = this.fcb(address);
		this.selectFor(fcb);
		const error = this.seek(fcb, true);
		return error !== 0 ? error : this.read(fcb, false);
	}

	/** Functions 34 and 40. @returns 0, 2 disk full, 3, 5 directory full, or 6. */
	writeRandom(address: number, zeroFill: boolean): number {
		const fcb = this.fcb(address);
		this.selectFor(fcb);
		this.checkDriveWritable();
		this.checkFileWritable(fcb);
		const error = this.seek(fcb, false);
		return error !== 0 ? error : this.write(fcb, false, zeroFill);
	}

	/** Function 35: R0–R2 become the number of the record after the last. */
	computeSize(address: number): number {
		const fcb = this.fcb(address);
		this.selectFor(fcb);
		let records = 0;
		let found = FAILED;
		for (let i = this.find(fcb, MATCH_NAME); i >= 0; i = this.find(fcb, MATCH_NAME, i + 1)) {
			const entry = this.disk.entry(i);
			records = Math.max(records, extentOf(entry) * RECORDS_PER_EXTENT + (entry[RC] as number));
			found = 0;
		}
		setRandomRecord(fcb, records);
		return found;
	}

	/** Function 36: R0–R2 become the number of the record at hand. */
	setRandom(address: number): void {
		const fcb = this.fcb(address);
		setRandomRecord(fcb, extentOf(fcb) * RECORDS_PER_EXTENT + (fcb[CR] as number));
	}

	// ── drives ──

	private get drive(): Drive {
		const drive = this.drives[this.selected];
		if (drive === undefined) throw new DiskError("Select", this.selected);
		return drive;
	}

	private select(drive: number): void {
		this.selected = drive;
		const bit = 1 << drive;
		const { readOnly } = this.drive;
		if ((this.loginVector & bit) !== 0) return;
		this.drive.mount();
		this.loginVector |= bit;
		if (readOnly) this.readOnlyVector |= bit;
	}

	/** The drive an FCB names: 0 the default one, 1 = A … */
	private selectFor(fcb: Uint8Array): void {
		const named = (fcb[DR] as number) & 0x1f;
		if (named > DRIVES) throw new DiskError("Select", named - 1);
		this.select(named === 0 ? this.current : named - 1);
	}

	private isProtected(): boolean {
		return (this.readOnlyVector & (1 << this.selected)) !== 0;
	}

	private checkDriveWritable(): void {
		if (this.isProtected()) throw new DiskError("R/O", this.selected);
	}

	private checkFileWritable(entry: Uint8Array): void {
		if (isReadOnly(entry)) throw new DiskError("File R/O", this.selected);
	}

	// ── directory ──

	/** Live view of an FCB; of one that wraps around the top of memory, which holds no sensible FCB, a copy. */
	private fcb(address: number): Uint8Array {
		if (address + FCB_BYTES <= this.memory.length) return this.memory.subarray(address, address + FCB_BYTES);
		return Uint8Array.from({ length: FCB_BYTES }, (_, i) => this.memory[(address + i) & 0xffff] as number);
	}

	private searchOn(fcb: Uint8Array): number {
		const index = this.find(fcb, this.search.length, this.search.next);
		this.search.next = index < 0 ? this.disk.geometry.directoryEntries : index + 1;
		if (index < 0) return FAILED;
		const first = index - (index % DIRECTORY_RECORD_ENTRIES);
		const record = this.disk.directory.subarray(first * ENTRY_BYTES, first * ENTRY_BYTES + RECORD_BYTES);
		this.copyToDma(record);
		return index % DIRECTORY_RECORD_ENTRIES;
	}

	/** Index of the next entry that agrees with the first `length` bytes of an FCB; −1 when there is none. */
	private find(fcb: Uint8Array, length: number, from = 0): number {
		const count = this.disk.geometry.directoryEntries;
		for (let i = from; i < count; i++) if (this.matches(fcb, this.disk.entry(i), length)) return i;
		return -1;
	}

	private matches(fcb: Uint8Array, entry: Uint8Array, length: number): boolean {
		if (length === 0) return true;
		if (entry[0] !== this.user) return false;
		for (let i = 1; i < length; i++) {
			if (i === S1 || fcb[i] === QUESTION) continue;
			const mask = i === EX ? 0x1f : 0x7f;
			if ((((fcb[i] as number) ^ (entry[i] as number)) & mask) !== 0) return false;
		}
		return true;
	}

	/** Does something to every entry of the files an FCB matches, and has their drive keep it. */
	private change(
		fcb: Uint8Array,
		action: (entry: Uint8Array, index: number) => void,
		newName?: Name11,
		readOnlyToo = false,
	): number {
		const names = new Set<Name11>();
		let code = FAILED;
		const pattern = fcb.slice();
		for (let i = this.find(pattern, MATCH_NAME); i >= 0; i = this.find(pattern, MATCH_NAME, i + 1)) {
			const entry = this.disk.entry(i);
			if (!readOnlyToo) this.checkFileWritable(entry);
			names.add(nameOfEntry(entry));
			action(entry, i);
			if (code === FAILED) code = i % DIRECTORY_RECORD_ENTRIES;
		}
		let kept = true;
		// The new name first: whatever happens in between, one of the two is there.
		if (newName !== undefined && code !== FAILED) kept = this.commit(this.user, newName);
		for (const name of names) kept = this.commit(this.user, name) && kept;
		return kept ? code : FAILED;
	}

	private keyOf(fcb: Uint8Array): string {
		return `${this.selected} ${this.user} ${nameOfEntry(fcb)}`;
	}

	private commit(user: number, name: Name11): boolean {
		this.uncommitted.delete(`${this.selected} ${user} ${name}`);
		return this.drive.commit(user, name);
	}

	// ── extents ──

	private openExtent(fcb: Uint8Array): number {
		const index = this.find(fcb, MATCH_EXTENT);
		if (index < 0) return FAILED;
		const extent = fcb[EX] as number;
		fcb.set(this.disk.entry(index).subarray(1), 1);
		fcb[EX] = extent;
		fcb[S2] = (fcb[S2] as number) | UNCHANGED;
		return index % DIRECTORY_RECORD_ENTRIES;
	}

	private closeExtent(fcb: Uint8Array): number {
		if (isUnchanged(fcb) || this.isProtected()) return 0;
		const index = this.find(fcb, MATCH_EXTENT);
		if (index < 0) return FAILED;
		const entry = this.disk.entry(index);
		for (let slot = 0; slot < this.disk.slots; slot++) {
			const ours = this.disk.pointer(fcb, slot);
			const theirs = this.disk.pointer(entry, slot);
			// Two programs' worth of one file cannot be merged.
			if (ours !== 0 && theirs !== 0 && ours !== theirs) return FAILED;
			this.disk.setPointer(entry, slot, ours === 0 ? theirs : ours);
			this.disk.setPointer(fcb, slot, ours === 0 ? theirs : ours);
		}
		entry[RC] = fcb[RC] as number;
		fcb[S2] = (fcb[S2] as number) | UNCHANGED;
		this.uncommitted.add(this.keyOf(fcb));
		return index % DIRECTORY_RECORD_ENTRIES;
	}

	private makeExtent(fcb: Uint8Array): number {
		this.checkDriveWritable();
		if (!this.drive.accepts(nameOfEntry(fcb))) return FAILED;
		const index = this.freeEntry();
		if (index < 0) return FAILED;
		fcb[S1] = 0;
		fcb.fill(0, RC, CR);
		const entry = this.disk.entry(index);
		entry[0] = this.user;
		entry.set(fcb.subarray(1, CR), 1);
		entry[S2] = (fcb[S2] as number) & ~UNCHANGED;
		fcb[S2] = (fcb[S2] as number) | UNCHANGED;
		this.uncommitted.add(this.keyOf(fcb));
		return index % DIRECTORY_RECORD_ENTRIES;
	}

	private freeEntry(): number {
		const count = this.disk.geometry.directoryEntries;
		for (let i = 0; i < count; i++) if (this.disk.directory[i * ENTRY_BYTES] === FREE_ENTRY) return i;
		return -1;
	}

	/** Closes the extent at hand and goes to the next one. @returns whether there is one now. */
	private nextExtent(fcb: Uint8Array, reading: boolean): boolean {
		if (this.closeExtent(fcb) === FAILED) return false;
		const extent = extentOf(fcb) + 1;
		if (extent >= 512) return false;
		setExtent(fcb, extent);
		if (this.openExtent(fcb) !== FAILED) return true;
		if (!reading && this.makeExtent(fcb) !== FAILED) return true;
		// There is nothing for a close to write.
		fcb[S2] = (fcb[S2] as number) | UNCHANGED;
		return false;
	}

	/** Goes to the extent and record that R0–R2 name. @returns 0 or the error of a random read or write. */
	private seek(fcb: Uint8Array, reading: boolean): number {
		if (fcb[R0 + 2] !== 0) return PAST_END_OF_DISK;
		const record = (fcb[R0] as number) | ((fcb[R0 + 1] as number) << 8);
		const extent = record >> 7;
		fcb[CR] = record & 0x7f;
		if (extent === extentOf(fcb)) return 0;
		if (this.closeExtent(fcb) === FAILED) return CANNOT_CLOSE;
		setExtent(fcb, extent);
		if (this.openExtent(fcb) !== FAILED) return 0;
		if (!reading && this.makeExtent(fcb) !== FAILED) return 0;
		// No extent at hand now: one that no record is in, so that the next seek looks again and a close does nothing.
		fcb[S2] = UNCHANGED | 0x3f;
		return reading ? UNWRITTEN_EXTENT : DIRECTORY_FULL;
	}

	// ── records ──

	private read(fcb: Uint8Array, sequential: boolean): number {
		if ((fcb[CR] as number) >= (fcb[RC] as number)) {
			if (fcb[CR] !== RECORDS_PER_EXTENT || !this.nextExtent(fcb, true)) return END_OF_FILE;
			fcb[CR] = 0;
		}
		const record = fcb[CR] as number;
		const block = this.disk.pointer(fcb, Math.floor(record / this.disk.recordsPerBlock));
		if (block === 0) return END_OF_FILE;
		this.copyToDma(this.disk.record(block, record % this.disk.recordsPerBlock));
		if (sequential) fcb[CR] = record + 1;
		return 0;
	}

	private write(fcb: Uint8Array, sequential: boolean, zeroFill: boolean): number {
		this.checkDriveWritable();
		this.checkFileWritable(fcb);
		const record = fcb[CR] as number;
		if (record >= RECORDS_PER_EXTENT) return END_OF_FILE;
		const block = this.blockForWriting(fcb, Math.floor(record / this.disk.recordsPerBlock), zeroFill);
		if (block === undefined) return DISK_FULL;
		this.copyFromDma(this.disk.record(block, record % this.disk.recordsPerBlock));
		if (record >= (fcb[RC] as number)) fcb[RC] = record + 1;
		fcb[S2] = (fcb[S2] as number) & ~UNCHANGED;
		if (!sequential) return 0;
		fcb[CR] = record + 1;
		// A full extent is closed at once and the next one made; when that fails, the next write says so.
		if (record + 1 === RECORDS_PER_EXTENT && this.nextExtent(fcb, false)) fcb[CR] = 0;
		return 0;
	}

	private blockForWriting(fcb: Uint8Array, slot: number, zeroFill: boolean): number | undefined {
		const { disk } = this;
		const present = disk.pointer(fcb, slot);
		if (present !== 0) return present;
		const near = slot > 0 ? disk.pointer(fcb, slot - 1) : 0;
		const block = disk.allocate(near);
		if (block === undefined) return undefined;
		disk.setPointer(fcb, slot, block);
		if (zeroFill) for (let i = 0; i < disk.recordsPerBlock; i++) disk.record(block, i).fill(0);
		return block;
	}

	private copyToDma(record: Uint8Array): void {
		for (let i = 0; i < RECORD_BYTES; i++) this.memory[(this.dma + i) & 0xffff] = record[i] as number;
	}

	private copyFromDma(record: Uint8Array): void {
		for (let i = 0; i < RECORD_BYTES; i++) record[i] = this.memory[(this.dma + i) & 0xffff] as number;
	}
}

function isUnchanged(fcb: Uint8Array): boolean {
	return ((fcb[S2] as number) & UNCHANGED) !== 0;
}

function setExtent(fcb: Uint8Array, extent: number): void {
	fcb[EX] = extent & 0x1f;
	fcb[S2] = extent >> 5;
}

function setRandomRecord(fcb: Uint8Array, record: number): void {
	fcb[R0] = record & 0xff;
	fcb[R0 + 1] = (record >> 8) & 0xff;
	fcb[R0 + 2] = record >> 16;
}
