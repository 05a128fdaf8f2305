/**
 * What the serial driver says, turned into what a person can act on. The serialport package passes on the operating
 * system's sentence and no code, so the sentence is what there is to match.
 */
import { readFileSync, statSync } from "node:fs";
import { ZulmError } from "../base/errors.js";
import type { PortInfo } from "./ports.js";

/**
 * Why `path` could not be opened.
 * @param ports what exists, for the hint when the port does not
 */
export function openFailure(path: string, cause: unknown, ports: readonly PortInfo[]): ZulmError {
	const message = cause instanceof Error ? cause.message : String(cause);
	if (/no such file|file not found|does not exist|no such device|ENOENT/i.test(message)) {
		const paths = ports.map((port) => port.path).join(", ");
		return new ZulmError("port-unknown", `There is no serial port ${path}.`, {
			hint: paths === "" ? "No serial port was found: is the adapter plugged in?" : `Found: ${paths}.`,
			cause,
		});
	}
	// Windows says "Access denied" when another program has the port; it has no permissions to lack.
	if (/lock|busy|in use|temporarily unavailable/i.test(message) || /access (?:is )?denied/i.test(message)) {
		return new ZulmError("port-busy", `The serial port ${path} is in use by another program.`, {
			hint: "Close the terminal program (or the other zulm) that has it open.",
			cause,
		});
	}
	if (/permission denied|EACCES|EPERM|not permitted/i.test(message)) {
		const group = groupOf(path) ?? "dialout";
		return new ZulmError("port-denied", `You may not use the serial port ${path}: it belongs to the group ${group}.`, {
			hint: `Run: sudo usermod -aG ${group} "$USER" and log in again.`,
			cause,
		});
	}
	if (/inappropriate ioctl|not a typewriter|is a directory|not a tty/i.test(message)) {
		return new ZulmError("port-unknown", `${path} is not a serial port.`, {
			hint: "Give the path of a serial port; zulm ports lists them.",
			cause,
		});
	}
	return new ZulmError("line-failed", `The serial port ${path} could not be opened: ${message}.`, { cause });
}

/** The line went while it was open. */
export function lineLost(port: string, cause: unknown): ZulmError {
	return new ZulmError("line-lost", `The line ${port} was lost.`, {
		hint: "Check the cable and the adapter, then try again.",
		cause,
	});
}

/** The name of the group that owns `path` (dialout on Debian, uucp on Arch), unless that is root or unknown. */
export function groupOf(path: string): string | undefined {
	try {
		const { gid } = statSync(path);
		if (gid === 0) return undefined;
		const line = readFileSync("/etc/group", "utf8")
			.split("\n")
			.find((entry) => entry.split(":")[2] === String(gid));
		return line?.split(":")[0];
	} catch {
		return undefined;
	}
}
