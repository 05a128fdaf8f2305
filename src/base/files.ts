/**
 * Files are written to a temporary name beside the target and renamed, so that a crash, a full disk or Ctrl-C leaves
 * either the old file or the new one, never half of either. Links are followed; devices and pipes are written as they
 * are, because a rename would replace them.
 */
import { randomBytes } from "node:crypto";
import {
	accessSync,
	constants,
	existsSync,
	mkdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ZulmError } from "./errors.js";

/** Writes `data` to `path`, whole or not at all, with the folders above it. @throws ZulmError `file-unwritable` */
export function writeFileAtomic(path: string, data: Uint8Array | string): void {
	let temporary: string | undefined;
	try {
		const target = targetOf(path);
		if (target.special) {
			writeFileSync(target.path, data);
			return;
		}
		makeFolders(dirname(target.path));
		temporary = join(dirname(target.path), `.${basename(target.path)}.${randomBytes(4).toString("hex")}.tmp`);
		writeFileSync(temporary, data);
		renameSync(temporary, target.path);
	} catch (cause) {
		if (temporary !== undefined) rmSync(temporary, { force: true });
		throw unwritable(path, cause);
	}
}

/** Tells before long work whether its result could be written to `path`. @throws ZulmError `file-unwritable` */
export function checkWritable(path: string): void {
	try {
		const target = targetOf(path);
		if (!target.special) makeFolders(dirname(target.path));
		accessSync(target.special ? target.path : dirname(target.path), constants.W_OK);
	} catch (cause) {
		throw unwritable(path, cause);
	}
}

/** Makes a folder and those above it, where they are missing. @throws ZulmError `file-unwritable` */
export function makeFolder(path: string): void {
	try {
		makeFolders(path);
	} catch (cause) {
		throw new ZulmError("file-unwritable", `Cannot use the folder ${path}: ${reasonOf(cause)}.`, {
			hint: "Choose a folder you may write to.",
			cause,
		});
	}
}

/** Reads a whole file. @throws ZulmError `file-unreadable` */
export function readFileOrExplain(path: string, what = "file"): Uint8Array {
	try {
		return readFileSync(path);
	} catch (cause) {
		throw new ZulmError("file-unreadable", `Cannot read the ${what} ${path}: ${reasonOf(cause)}.`, {
			hint: "Check the path.",
			cause,
		});
	}
}

/** What a failed call of node:fs means, as the end of a sentence: "the disk is full". */
export function reasonOf(cause: unknown): string {
	const code = (cause as NodeJS.ErrnoException).code;
	const known: Record<string, string> = {
		ENOENT: "it does not exist",
		EACCES: "permission denied",
		EPERM: "permission denied",
		EEXIST: "a file of that name is in the way",
		ENOTDIR: "a part of the path is a file, not a folder",
		EISDIR: "it is a folder",
		ENOSPC: "the disk is full",
		EDQUOT: "the disk quota is used up",
		EROFS: "the disk is read-only",
		ENAMETOOLONG: "the name is too long",
	};
	return (code !== undefined && known[code]) || String((cause as Error).message ?? cause);
}

/** Where a write to `path` goes: behind links; `special` when there is something other than a plain file. */
function targetOf(path: string): { path: string; special: boolean } {
	if (!existsSync(path)) return { path, special: false };
	const real = realpathSync(path);
	const stats = statSync(real);
	if (stats.isDirectory()) throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
	return { path: real, special: !stats.isFile() };
}

/** Node's recursive mkdir says ENOENT of a read-only disk; the first folder that cannot be made says why. */
function makeFolders(path: string): void {
	try {
		mkdirSync(path, { recursive: true });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
		let missing = resolve(path);
		while (!existsSync(dirname(missing))) missing = dirname(missing);
		mkdirSync(missing);
		throw error;
	}
}

function unwritable(path: string, cause: unknown): ZulmError {
	return new ZulmError("file-unwritable", `Cannot write ${path}: ${reasonOf(cause)}.`, {
		hint: "Choose a folder you may write to and that has room.",
		cause,
	});
}
