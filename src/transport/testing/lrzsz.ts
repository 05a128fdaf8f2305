/**
 * lrzsz as a peer: one of its programs behind a pseudo-terminal that socat makes, opened as any serial port is.
 *
 *   openSerial(link) ── pty ── socat ── pipes ── rx │ sx
 *
 * The program has pipes, not a pty of its own: rx flushes its terminal as it ends, and its last ACK would go with that.
 * The line outlives the program: a pty whose other end has gone loses what was not read yet.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, watch, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Link } from "../link.js";
import { openSerial } from "../serial-link.js";

export interface Peer {
	readonly link: Link;
	/** Waits for its end. @returns its exit code */
	ended(): Promise<number>;
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
	const status = join(folder, "status");
	const command = [program, ...args].join(" ");
	writeFileSync(join(folder, "peer.sh"), `${command}\necho $? > status.new\nmv status.new status\ncat > /dev/null\n`);
	const child = spawn("socat", [`PTY,link=${path},raw,echo=0,wait-slave`, "EXEC:sh peer.sh,pipes"], {
		cwd: folder,
		stdio: "ignore",
	});
	await appears(path, child);
	const link = await openSerial(path, { baud: 115_200, ports: async () => [] });
	const ended = async () => {
		await appears(status, child);
		return Number(readFileSync(status, "utf8"));
	};
	return { link, ended, close: () => closePeer(link, child) };
}

/** Waits for a file that socat or the peer makes. */
function appears(path: string, child: ChildProcess): Promise<void> {
	return new Promise((resolve, reject) => {
		const look = () => {
			if (!existsSync(path)) return;
			over();
			resolve();
		};
		const onExit = () => {
			over();
			reject(new Error(`socat ended before there was ${path}`));
		};
		const watcher = watch(dirname(path), look);
		const over = () => {
			watcher.close();
			child.off("exit", onExit);
		};
		child.once("exit", onExit);
		look();
	});
}

async function closePeer(link: Link, child: ChildProcess): Promise<void> {
	// First socat: closing a pty that still has a reader at its other end would wait for it.
	child.kill();
	await link.close();
}
