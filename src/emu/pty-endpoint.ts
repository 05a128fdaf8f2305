/**
 * A machine's line on a pseudo-terminal, which host programs open like a serial port, as often as they like.
 *
 *   machine ◄─► master │ kernel │ slave ◄─► host program          we keep the slave open too, so the line never hangs up
 *
 * Needs the optional package @lydell/node-pty and a system with ptys (not Windows). No control lines, no baud rate: the
 * pace is the emulated UART's.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync } from "node:fs";
import type { Socket } from "node:net";
import { ZulmError } from "../base/errors.js";
import type { Endpoint, EndpointListeners } from "./endpoint.js";

/** A variable, so that the compiler does not ask for a package that may be absent. */
const PTY_PACKAGE: string = "@lydell/node-pty";

/** The part of the package that opens a pair without a child process; its type declarations leave it out. */
interface PtyPackage {
	open(options: { encoding: null }): { readonly master: Socket; readonly slave: Socket; readonly ptsName: string };
}

/** @throws ZulmError `pty-unavailable` */
export async function openPtyEndpoint(listeners: EndpointListeners): Promise<Endpoint> {
	const { master, path, holdFd } = openPair(await loadPackage());
	master.on("data", (bytes: Buffer) => listeners.onData(bytes));
	let closing = false;
	master.on("error", (error) => {
		if (!closing) listeners.onError(error);
	});
	return {
		address: path,
		get backlog() {
			return master.writableLength;
		},
		write: (bytes) => {
			master.write(bytes);
		},
		setReading: (reading) => {
			if (reading) master.resume();
			else master.pause();
		},
		close: () =>
			new Promise((resolve) => {
				closing = true;
				master.once("close", () => resolve());
				master.destroy();
				closeSync(holdFd);
			}),
	};
}

async function loadPackage(): Promise<PtyPackage> {
	if (process.platform === "win32") throw unavailable("This system has no pseudo-terminals");
	try {
		const loaded: PtyPackage & { default?: PtyPackage } = await import(PTY_PACKAGE);
		return loaded.default ?? loaded;
	} catch (cause) {
		throw unavailable("Pseudo-terminals need the optional package @lydell/node-pty, which is not here", cause);
	}
}

function openPair(pty: PtyPackage): { master: Socket; path: string; holdFd: number } {
	try {
		const { master, slave, ptsName } = pty.open({ encoding: null });
		const holdFd = openSync(ptsName, constants.O_RDWR | constants.O_NOCTTY);
		// The package reads the slave as well, and would take what is meant for the host program.
		slave.destroy();
		makeRaw(ptsName);
		return { master, path: ptsName, holdFd };
	} catch (cause) {
		if (cause instanceof ZulmError) throw cause;
		throw unavailable("This system gives no pseudo-terminal", cause);
	}
}

/** Without this the kernel echoes the machine's output back to it until a host program sets the line itself. */
function makeRaw(path: string): void {
	const fileFlag = process.platform === "linux" ? "-F" : "-f";
	try {
		execFileSync("stty", [fileFlag, path, "raw", "-echo"], { stdio: "ignore" });
	} catch (cause) {
		throw unavailable("The command stty, which sets up pseudo-terminals, does not work here", cause);
	}
}

function unavailable(what: string, cause?: unknown): ZulmError {
	return new ZulmError("pty-unavailable", `${what}.`, { hint: "Use --tcp PORT instead.", cause });
}
