/**
 * `--log FILE`: every byte of the line into a file, as it passes, so that the log is there when something goes wrong.
 * One JSON object a line; see src/transport/capture.ts.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { ZulmError } from "../base/errors.js";
import { reasonOf } from "../base/files.js";
import { captureLink } from "../transport/capture.js";
import type { Link } from "../transport/link.js";

export interface LineLog {
	readonly link: Link;
	close(): void;
}

/**
 * `link`, logged to `path`. A log that cannot go on, because the disk is full, says so once through `note`: the session
 * with the machine matters more.
 * @throws ZulmError `file-unwritable` when it cannot begin
 */
export function logLine(link: Link, path: string, note: (text: string) => void): LineLog {
	let file: number | undefined = open(path);
	const close = () => {
		if (file !== undefined) closeSync(file);
		file = undefined;
	};
	const write = (line: string) => {
		if (file === undefined) return;
		try {
			writeSync(file, line);
		} catch (cause) {
			close();
			note(`  the log ${path} ends early: ${reasonOf(cause)}`);
		}
	};
	return { link: captureLink(link, write), close };
}

function open(path: string): number {
	try {
		return openSync(path, "w");
	} catch (cause) {
		throw new ZulmError("file-unwritable", `Cannot write the log ${path}: ${reasonOf(cause)}.`, {
			hint: "Choose a folder you may write to.",
			cause,
		});
	}
}
