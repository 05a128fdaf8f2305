/**
 * Files are written to a temporary name beside the target and renamed, so that a crash, a full disk or Ctrl-C leaves
 * either the old file or the new one, never half of either.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ZulmError } from "./errors.js";

/** Writes `data` to `path`, whole or not at all. @throws ZulmError `file-unwritable` */
export function writeFileAtomic(path: string, data: Uint8Array | string): void {
	const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}.tmp`);
	try {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(temporary, data);
		renameSync(temporary, path);
	} catch (cause) {
		rmSync(temporary, { force: true });
		throw new ZulmError("file-unwritable", `Cannot write ${path}: ${reason(cause)}.`, {
			hint: "Choose a folder you may write to and that has room.",
			cause,
		});
	}
}

/** Reads a whole file. @throws ZulmError `file-unreadable` */
export function readFileOrExplain(path: string, what = "file"): Uint8Array {
	try {
		return readFileSync(path);
	} catch (cause) {
		throw new ZulmError("file-unreadable", `Cannot read the ${what} ${path}: ${reason(cause)}.`, {
			hint: "Check the path.",
			cause,
		});
	}
}

function reason(cause: unknown): string {
	const code = (cause as NodeJS.ErrnoException).code;
	const known: Record<string, string> = {
		ENOENT: "it does not exist",
		EACCES: "permission denied",
		EISDIR: "it is a folder",
		ENOSPC: "the disk is full",
		EROFS: "the disk is read-only",
	};
	return (code !== undefined && known[code]) || String((cause as Error).message ?? cause);
}
