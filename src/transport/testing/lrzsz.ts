/**
 * lrzsz as a peer: one of its programs behind a pseudo-terminal that socat makes, opened as any serial port is.
 *
 *   openSerial(link) ── pty ── socat ── pty ── rx │ sx
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { realClock } from "../clock.js";
import type { Link } from "../link.js";
import { openSerial } from "../serial-link.js";

export interface Peer {
	readonly link: Link;
	/** Its exit code, once it has ended. */
	readonly ended: Promise<number | null>;
	close(): Promise<void>;
}

/** The program's name here (Debian: rx, sx; elsewhere: lrx, lsx); undefined when lrzsz or socat is not installed. */
export function lrzszProgram(name: "rx" | "sx"): string | undefined {
	const isThere = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
	return isThere("socat") ? [name, `l${name}`].find(isThere) : undefined;
}

/** Starts `program` with `args` in `folder`, behind a pty. Real time. */
export async function startPeer(program: string, args: readonly string[], folder: string): Promise<Peer> {
	const path = join(folder, "line");
	const command = [program, ...args].join(" ");
	const child = spawn("socat", [`PTY,link=${path},raw,echo=0,wait-slave`, `EXEC:${command},pty,raw,echo=0`], {
		cwd: folder,
		stdio: "ignore",
	});
	const ended = new Promise<number | null>((resolve) => child.once("exit", (code) => resolve(code)));
	for (let tries = 0; !existsSync(path); tries++) {
		if (tries > 200 || child.exitCode !== null) throw new Error("socat did not make a pseudo-terminal");
		await realClock.sleep(0.02);
	}
	const link = await openSerial(path, { baud: 115_200, ports: async () => [] });
	return { link, ended, close: () => closePeer(link, child) };
}

async function closePeer(link: Link, child: ChildProcess): Promise<void> {
	await link.close();
	child.kill();
}
