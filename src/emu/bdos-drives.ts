/**
 * The BDOS's drives: which are logged in, which are protected, which is the default and which is at hand.
 *
 *   login and R/O vectors: bit 0 = A … bit 15 = P (CP/M 2.2 Interface Guide, functions 13, 14, 24, 25, 28, 29, 37)
 *
 * Does not notice a disk changed while files are open.
 */
import { type CpmDisk, isReadOnly } from "./cpm-disk.js";
import type { Drive } from "./drive.js";
import { DR } from "./fcb.js";

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

const DRIVES = 16;

export class BdosDrives {
	/** The default drive, 0 = A. */
	current = 0;
	loginVector = 0;
	readOnlyVector = 0;
	/** The drive at hand, which `DiskError` names. */
	private selected = 0;

	/** @param drives by number, 0 = A. */
	constructor(private readonly drives: readonly (Drive | undefined)[]) {}

	/** The drive at hand. @throws DiskError `Select` */
	get drive(): Drive {
		const drive = this.drives[this.selected];
		if (drive === undefined) throw new DiskError("Select", this.selected);
		return drive;
	}

	/** The disk in the drive at hand. */
	get disk(): CpmDisk {
		return this.drive.disk;
	}

	/** Number of the drive at hand. */
	get number(): number {
		return this.selected;
	}

	/** Function 13, and every boot: all drives are logged in afresh, A is the default. */
	reset(): void {
		this.loginVector = 0;
		this.readOnlyVector = 0;
		this.setCurrent(0);
	}

	/** Function 14. @throws DiskError `Select` */
	setCurrent(drive: number): void {
		this.current = drive & 0x0f;
		this.select(this.current);
	}

	/** The default drive is at hand again. */
	selectCurrent(): void {
		this.select(this.current);
	}

	/** The drive an FCB names is at hand: 0 the default one, 1 = A … @throws DiskError `Select` */
	selectFor(fcb: Uint8Array): void {
		const named = (fcb[DR] as number) & 0x1f;
		if (named > DRIVES) throw new DiskError("Select", named - 1);
		this.select(named === 0 ? this.current : named - 1);
	}

	/** Function 37. */
	logOut(vector: number): void {
		this.loginVector &= ~vector;
		this.readOnlyVector &= ~vector;
	}

	/** Function 28. */
	protectCurrent(): void {
		this.readOnlyVector |= 1 << this.current;
	}

	/** Whether the drive at hand is read-only. */
	isProtected(): boolean {
		return (this.readOnlyVector & (1 << this.selected)) !== 0;
	}

	/** @throws DiskError `R/O` when the drive at hand is protected. */
	checkWritable(): void {
		if (this.isProtected()) throw new DiskError("R/O", this.selected);
	}

	/** @param entry directory entry or FCB. @throws DiskError `File R/O` */
	checkFileWritable(entry: Uint8Array): void {
		if (isReadOnly(entry)) throw new DiskError("File R/O", this.selected);
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
}
