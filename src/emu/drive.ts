/**
 * A drive: a disk and where its files are kept when the machine is off. What a `zulm emulate --drive` or a test gives
 * to a machine.
 */
import type { CpmDisk } from "./cpm-disk.js";
import type { Name11 } from "./file-name.js";

export interface Drive {
	readonly disk: CpmDisk;
	/** The BDOS answers every write with `Bdos Err On A: R/O`. */
	readonly readOnly: boolean;
	/** The disk is logged in (cold boot, warm boot, BDOS 13): what changed outside since is to be seen now. */
	mount(): void;
	/** Whether a file of this name can be kept here; the BDOS answers "directory full" when not. */
	accepts(name: Name11): boolean;
	/** The directory entries of this file have changed for good (close, delete, rename, attributes). False: not kept. */
	commit(user: number, name: Name11): boolean;
}
