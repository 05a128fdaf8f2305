/**
 * A drive that is a folder of the host: user area 0 the folder itself, 1–15 its subfolders "1" … "15".
 *
 *   host files ──mount──► CpmDisk ──commit (close, delete, rename, R/O)──► host files, each whole or not at all
 *
 * Host files whose names are not 8.3, symbolic links and everything else that is no plain file do not exist for CP/M;
 * lower case is folded. A file that CP/M changes has a whole number of records afterwards. R/O is the host's write
 * permission; SYS and the other attributes last as long as the machine. What the host changes is seen at the next warm
 * boot.
 */
import { chmodSync, lstatSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { ZulmError } from "../base/errors.js";
import { readFileOrExplain, writeFileAtomic } from "../base/files.js";
import { CpmDisk, geometryFor, isReadOnly } from "./cpm-disk.js";
import type { Drive } from "./drive.js";
import { formatFileName, type Name11, parseFileName } from "./file-name.js";

const DEFAULT_CAPACITY_BYTES = 8 * 1024 * 1024;
const DEFAULT_DIRECTORY_ENTRIES = 512;
const USERS = 16;
const OWNER_MAY_WRITE = 0o200;
const READ_ONLY_MODE = 0o444;
const READ_WRITE_MODE = 0o644;
/** Names that Windows keeps for devices, whatever their extension. */
const DEVICE = /^(?:CON|PRN|AUX|NUL|COM\d|LPT\d)$/;

export interface FolderDriveOptions {
	/** Directory included; see `geometryFor`. */
	readonly capacityBytes?: number;
	readonly directoryEntries?: number;
	readonly readOnly?: boolean;
}

/** A file as it was when CP/M and host last agreed on it. */
interface Kept {
	readonly path: string;
	readonly size: number;
	readonly modifiedMs: number;
	readonly readOnly: boolean;
	/** Whole records. */
	readonly bytes: Uint8Array;
}

interface HostFile {
	readonly user: number;
	readonly name: Name11;
	readonly path: string;
}

export class FolderDrive implements Drive {
	readonly disk: CpmDisk;
	readonly readOnly: boolean;
	private readonly kept = new Map<string, Kept>();
	private skippedFiles: string[] = [];

	/** @throws ZulmError `file-unreadable` when there is no such folder, `usage` */
	constructor(
		private readonly folder: string,
		options: FolderDriveOptions = {},
	) {
		if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
			throw new ZulmError("file-unreadable", `${folder} is not a folder.`, {
				hint: "Give the folder that is to be drive A.",
			});
		}
		this.disk = new CpmDisk(
			geometryFor(
				options.capacityBytes ?? DEFAULT_CAPACITY_BYTES,
				options.directoryEntries ?? DEFAULT_DIRECTORY_ENTRIES,
			),
		);
		this.readOnly = options.readOnly ?? false;
		this.mount();
	}

	/** Host files with CP/M names that did not fit on the disk at the last mount. */
	get skipped(): readonly string[] {
		return this.skippedFiles;
	}

	mount(): void {
		if (!this.readOnly) this.keepUnclosedFiles();
		this.disk.rebuildAllocation();
		const found = this.hostFiles();
		for (const [key, { user, name }] of this.diskFiles()) {
			if (found.has(key)) continue;
			this.disk.removeFile(name, user);
			this.kept.delete(key);
		}
		this.skippedFiles = [];
		for (const [key, file] of found) if (!this.load(key, file)) this.skippedFiles.push(file.path);
	}

	accepts(name: Name11): boolean {
		return parseFileName(formatFileName(name)) === name && !DEVICE.test(name.slice(0, 8).trimEnd());
	}

	commit(user: number, name: Name11): boolean {
		try {
			const bytes = this.disk.readFile(name, user);
			return bytes === undefined ? this.forget(user, name) : this.keep(user, name, bytes);
		} catch (error) {
			// The host refuses (full, permissions): for CP/M the file cannot be closed.
			if (error instanceof ZulmError || (error as NodeJS.ErrnoException).code !== undefined) return false;
			throw error;
		}
	}

	/** What programs wrote and never closed stays in the CP/M directory, so it stays on the host. */
	private keepUnclosedFiles(): void {
		for (const { user, name } of this.diskFiles().values()) this.commit(user, name);
	}

	private diskFiles(): Map<string, { user: number; name: Name11 }> {
		return new Map(this.disk.listFiles().map((file) => [keyOf(file.user, file.name), file]));
	}

	private hostFiles(): Map<string, HostFile> {
		const files = new Map<string, HostFile>();
		for (let user = 0; user < USERS; user++) {
			const folder = this.userFolder(user);
			if (!isPlainFolder(folder, user)) continue;
			const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
			// Upper case sorts first, and the first of two names that fold to one is the file.
			for (const entry of entries.map(({ name }) => name).sort()) {
				const name = parseFileName(entry);
				if (name === undefined || !this.accepts(name)) continue;
				const key = keyOf(user, name);
				if (!files.has(key)) files.set(key, { user, name, path: join(folder, entry) });
			}
		}
		return files;
	}

	/** @returns false when it does not fit. */
	private load(key: string, { user, name, path }: HostFile): boolean {
		const { size, mtimeMs, mode } = lstatSync(path);
		const known = this.kept.get(key);
		const readOnly = (mode & OWNER_MAY_WRITE) === 0;
		if (
			known !== undefined &&
			known.path === path &&
			known.size === size &&
			known.modifiedMs === mtimeMs &&
			known.readOnly === readOnly
		) {
			return true;
		}
		this.kept.delete(key);
		const { blocks, blockBytes } = this.disk.geometry;
		const fits = size <= blocks * blockBytes && this.disk.writeFile(name, readFileOrExplain(path), user, readOnly);
		if (!fits) {
			this.disk.removeFile(name, user);
			return false;
		}
		const bytes = this.disk.readFile(name, user) ?? new Uint8Array(0);
		this.kept.set(key, { path, size, modifiedMs: mtimeMs, readOnly, bytes });
		return true;
	}

	private forget(user: number, name: Name11): boolean {
		const key = keyOf(user, name);
		const known = this.kept.get(key);
		if (known !== undefined) rmSync(known.path, { force: true });
		this.kept.delete(key);
		return true;
	}

	private keep(user: number, name: Name11, bytes: Uint8Array): boolean {
		if (!this.accepts(name) || user >= USERS) return false;
		const key = keyOf(user, name);
		const known = this.kept.get(key);
		const first = this.disk.entriesOf(user, name)[0] as number;
		const readOnly = isReadOnly(this.disk.entry(first));
		const path = known?.path ?? join(this.userFolder(user), formatFileName(name));
		const same = known !== undefined && Buffer.compare(known.bytes, bytes) === 0;
		if (same && known.readOnly === readOnly) return true;
		if (!same) {
			if (!isPlainFolderOrAbsent(this.userFolder(user), user) || !isPlainFileOrAbsent(path)) return false;
			writeFileAtomic(path, bytes);
		}
		if (readOnly || same) chmodSync(path, readOnly ? READ_ONLY_MODE : READ_WRITE_MODE);
		const { size, mtimeMs, mode } = lstatSync(path);
		this.kept.set(key, {
			path,
			size,
			modifiedMs: mtimeMs,
			readOnly: (mode & OWNER_MAY_WRITE) === 0,
			bytes,
		});
		return true;
	}

	private userFolder(user: number): string {
		return user === 0 ? this.folder : join(this.folder, String(user));
	}
}

function keyOf(user: number, name: Name11): string {
	return `${user} ${name}`;
}

/** The drive's own folder may be reached through a link; those of the user areas may not. */
function isPlainFolder(path: string, user: number): boolean {
	const stat = user === 0 ? statSync : lstatSync;
	return stat(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isPlainFolderOrAbsent(path: string, user: number): boolean {
	return lstatSync(path, { throwIfNoEntry: false }) === undefined || isPlainFolder(path, user);
}

function isPlainFileOrAbsent(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}
