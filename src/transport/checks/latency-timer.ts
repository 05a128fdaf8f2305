/**
 * How long a USB adapter may hold bytes back before it hands them over. FTDI's default of 16 ms makes XMODEM about four
 * times slower than 1 ms does, and it is back after every replug.
 *
 *   /sys/bus/usb-serial/devices/ttyUSB0/latency_timer: 16
 */
import { readFileSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { advice, type Finding, skipped, well } from "../../base/finding.js";

/** What costs XMODEM nothing that could be noticed: a block of 128 bytes takes 11 ms at 115,200 baud. */
const SHORT_MS = 2;

/** The setting of the adapter behind `path`, milliseconds; undefined where there is none. `root`: "/" but for tests. */
export function latencyTimerMs(path: string, root = "/"): number | undefined {
	try {
		const text = readFileSync(join(root, timerFile(path)), "utf8").trim();
		return /^\d+$/.test(text) ? Number(text) : undefined;
	} catch {
		return undefined;
	}
}

/** @param readMs replaceable, for tests */
export function checkLatencyTimer(
	path: string,
	readMs: (path: string) => number | undefined = latencyTimerMs,
): Finding {
	const ms = readMs(path);
	if (ms === undefined) return skipped("latency", `${path} has no USB latency timer that could be read`);
	if (ms <= SHORT_MS) return well("latency", `the USB latency timer of ${path} is ${ms} ms`);
	return advice(
		"latency",
		`the USB latency timer of ${path} is ${ms} ms, which slows transfers down`,
		`Run: echo 1 | sudo tee /${timerFile(path)} (again after each replug).`,
	);
}

function timerFile(path: string): string {
	return `sys/bus/usb-serial/devices/${basename(realPath(path))}/latency_timer`;
}

/** /dev/serial/by-id/… is a link to the device. */
function realPath(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}
