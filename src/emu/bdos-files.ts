/**
 * The BDOS's file functions, 15–23, 30, 33–36 and 40 (CP/M 2.2 Interface Guide, 2 and 5): what a program's FCB and DMA
 * buffer see of them. Arguments are addresses of FCBs, results what A holds afterwards.
 *
 *   FCB ─► BdosDrives: which disk ─► BdosDirectory: which extent ─► here: which record ◄─► DMA buffer
 */
import { type BdosDirectory, ENTRIES_PER_RECORD, FAILED, MATCH_ALL, MATCH_EXTENT } from "./bdos-directory.js";
import type { BdosDrives } from "./bdos-drives.js";
import { ENTRY_BYTES, extentOf, RECORD_BYTES, RECORDS_PER_EXTENT } from "./cpm-disk.js";
import {
	CR,
	currentRecord,
	DR,
	EX,
	fcbAt,
	isUnchanged,
	markChanged,
	markNowhere,
	QUESTION,
	RC,
	randomRecord,
	S2,
	setExtent,
	setRandomRecord,
} from "./fcb.js";
import { type Name11, nameOfEntry } from "./file-name.js";
import { PAGE_ZERO } from "./layout.js";

/** Sequential read and write. */
const END_OF_FILE = 1;
const DIRECTORY_FULL_SEQUENTIAL = 1;
const DISK_FULL = 2;
/** Random read and write. */
const CANNOT_CLOSE = 3;
const UNWRITTEN_EXTENT = 4;
const DIRECTORY_FULL = 5;
const PAST_END_OF_DISK = 6;

export class BdosFiles {
	/** Function 26. */
	dma: number = PAGE_ZERO.buffer;
	private search = { fcb: 0, length: 0, next: 0 };

	constructor(
		private readonly memory: Uint8Array,
		private readonly drives: BdosDrives,
		private readonly directory: BdosDirectory,
	) {}

	/** Function 15. @returns 0–3, or 255 when there is no such file. */
	open(address: number): number {
		const fcb = fcbAt(this.memory, address);
		fcb[S2] = 0;
		this.drives.selectFor(fcb);
		return this.directory.open(fcb);
	}

	/** Function 16. @returns 0–3, or 255 when the file is not in the directory (any more) or could not be kept. */
	close(address: number): number {
		const fcb = this.select(address);
		const name = nameOfEntry(fcb);
		const toCommit = !isUnchanged(fcb) || this.directory.isUncommitted(name);
		const code = this.directory.close(fcb);
		if (code === FAILED || this.drives.isProtected() || !toCommit) return code;
		return this.directory.commit(name) ? code : FAILED;
	}

	/** Function 17. The directory record is in the DMA buffer. @returns 0–3, the entry in it, or 255. */
	searchFirst(address: number): number {
		const fcb = fcbAt(this.memory, address);
		// `?` as the drive: every entry of the default drive, free ones too.
		const all = fcb[DR] === QUESTION;
		if (!all && fcb[EX] !== QUESTION) fcb[S2] = 0;
		this.search = { fcb: address, length: all ? MATCH_ALL : MATCH_EXTENT, next: 0 };
		return this.searchNext();
	}

	/** Function 18: goes on from where 17 or 18 stopped, with the same FCB. */
	searchNext(): number {
		const fcb = fcbAt(this.memory, this.search.fcb);
		if (this.search.length === MATCH_ALL) this.drives.selectCurrent();
		else this.drives.selectFor(fcb);
		const { directory, geometry } = this.drives.disk;
		const index = this.directory.find(fcb, this.search.length, this.search.next);
		this.search.next = index < 0 ? geometry.directoryEntries : index + 1;
		if (index < 0) return FAILED;
		const start = (index - (index % ENTRIES_PER_RECORD)) * ENTRY_BYTES;
		this.copyToDma(directory.subarray(start, start + RECORD_BYTES));
		return index % ENTRIES_PER_RECORD;
	}

	/** Function 19. @returns 0–3, or 255 when there is no such file. */
	delete(address: number): number {
		const fcb = this.select(address);
		this.drives.checkWritable();
		return this.change(fcb, (entry, index) => {
			this.drives.checkFileWritable(entry);
			this.drives.disk.release(index);
		});
	}

	/** Function 20. @returns 0, or 1 at the end of the file. */
	readSequential(address: number): number {
		return this.read(this.select(address), true);
	}

	/** Function 21. @returns 0, 1 when the directory is full, 2 when the disk is full. */
	writeSequential(address: number): number {
		return this.write(this.select(address), true, false);
	}

	/** Function 22. @returns 0–3, or 255 when the directory is full. */
	make(address: number): number {
		const fcb = fcbAt(this.memory, address);
		fcb[S2] = 0;
		this.drives.selectFor(fcb);
		return this.directory.make(fcb);
	}

	/** Function 23: the new name is in bytes 17–27. @returns 0–3, or 255 when there is no such file. */
	rename(address: number): number {
		const fcb = this.select(address);
		this.drives.checkWritable();
		const name = nameOfEntry(fcb.subarray(16));
		if (!this.drives.drive.accepts(name)) return FAILED;
		const rename = (entry: Uint8Array) => {
			this.drives.checkFileWritable(entry);
			entry.set(fcb.subarray(17, 28), 1);
		};
		return this.change(fcb, rename, name);
	}

	/** Function 30: bit 7 of the name's bytes. @returns 0–3, or 255 when there is no such file. */
	setAttributes(address: number): number {
		const fcb = this.select(address);
		this.drives.checkWritable();
		return this.change(fcb, (entry) => entry.set(fcb.subarray(1, 12), 1));
	}

	/** Function 33. @returns 0, 1 unwritten record, 3, 4 unwritten extent, or 6 beyond 65535. */
	readRandom(address: number): number {
		const fcb = this.select(address);
		return this.seek(fcb, true) || this.read(fcb, false);
	}

	/** Functions 34 and 40. @returns 0, 2 disk full, 3, 5 directory full, or 6. */
	writeRandom(address: number, zeroFill: boolean): number {
		const fcb = this.select(address);
		this.drives.checkWritable();
		this.drives.checkFileWritable(fcb);
		return this.seek(fcb, false) || this.write(fcb, false, zeroFill);
	}

	/** Function 35: R0–R2 become the number of the record after the last. @returns 0, or 255. */
	computeSize(address: number): number {
		const fcb = this.select(address);
		let records = 0;
		let code = FAILED;
		for (const { entry } of this.directory.entries(fcb)) {
			records = Math.max(records, extentOf(entry) * RECORDS_PER_EXTENT + (entry[RC] as number));
			code = 0;
		}
		setRandomRecord(fcb, records);
		return code;
	}

	/** Function 36: R0–R2 become the number of the record at hand. */
	setRandom(address: number): void {
		const fcb = fcbAt(this.memory, address);
		setRandomRecord(fcb, currentRecord(fcb));
	}

	/** The FCB at an address, its drive at hand. @throws DiskError `Select` */
	private select(address: number): Uint8Array {
		const fcb = fcbAt(this.memory, address);
		this.drives.selectFor(fcb);
		return fcb;
	}

	/**
	 * Does something to every entry of the files an FCB matches, and has their drive keep it.
	 * @param newName what they are called afterwards, when that changes.
	 */
	private change(fcb: Uint8Array, action: (entry: Uint8Array, index: number) => void, newName?: Name11): number {
		const names = new Set<Name11>();
		let code = FAILED;
		for (const { entry, index } of this.directory.entries(fcb)) {
			names.add(nameOfEntry(entry));
			action(entry, index);
			if (code === FAILED) code = index % ENTRIES_PER_RECORD;
		}
		if (code === FAILED) return FAILED;
		// The new name first: whatever happens in between, one of the two is there.
		let kept = newName === undefined || this.directory.commit(newName);
		for (const name of names) kept = this.directory.commit(name) && kept;
		return kept ? code : FAILED;
	}

	/** Goes to the extent and record that R0–R2 name. @returns 0 or the error of a random read or write. */
	private seek(fcb: Uint8Array, reading: boolean): number {
		const record = randomRecord(fcb);
		if (record === undefined) return PAST_END_OF_DISK;
		const extent = Math.floor(record / RECORDS_PER_EXTENT);
		fcb[CR] = record % RECORDS_PER_EXTENT;
		if (extent === extentOf(fcb)) return 0;
		if (this.directory.close(fcb) === FAILED) return CANNOT_CLOSE;
		setExtent(fcb, extent);
		if (this.directory.open(fcb) !== FAILED) return 0;
		if (!reading && this.directory.make(fcb) !== FAILED) return 0;
		markNowhere(fcb);
		return reading ? UNWRITTEN_EXTENT : DIRECTORY_FULL;
	}

	private read(fcb: Uint8Array, sequential: boolean): number {
		const { disk } = this.drives;
		if ((fcb[CR] as number) >= (fcb[RC] as number)) {
			if (fcb[CR] !== RECORDS_PER_EXTENT || !this.directory.next(fcb, true)) return END_OF_FILE;
			fcb[CR] = 0;
		}
		const record = fcb[CR] as number;
		const block = disk.pointer(fcb, Math.floor(record / disk.recordsPerBlock));
		if (block === 0) return END_OF_FILE;
		this.copyToDma(disk.record(block, record % disk.recordsPerBlock));
		if (sequential) fcb[CR] = record + 1;
		return 0;
	}

	private write(fcb: Uint8Array, sequential: boolean, zeroFill: boolean): number {
		this.drives.checkWritable();
		this.drives.checkFileWritable(fcb);
		const { disk } = this.drives;
		const record = fcb[CR] as number;
		if (record >= RECORDS_PER_EXTENT) return DIRECTORY_FULL_SEQUENTIAL;
		const block = this.blockForWriting(fcb, Math.floor(record / disk.recordsPerBlock), zeroFill);
		if (block === undefined) return DISK_FULL;
		this.copyFromDma(disk.record(block, record % disk.recordsPerBlock));
		if (record >= (fcb[RC] as number)) fcb[RC] = record + 1;
		markChanged(fcb);
		if (!sequential) return 0;
		fcb[CR] = record + 1;
		// A full extent is closed at once and the next one made; when that fails, the next write says so.
		if (record + 1 === RECORDS_PER_EXTENT && this.directory.next(fcb, false)) fcb[CR] = 0;
		return 0;
	}

	private blockForWriting(fcb: Uint8Array, slot: number, zeroFill: boolean): number | undefined {
		const { disk } = this.drives;
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
