/**
 * Who has the port open. Two programs on one port steal each other's bytes, and not every program locks it.
 *
 *   /proc/4711/fd/5 ──► /dev/ttyUSB0        /proc/4711/comm: minicom
 *
 * What serves a pseudo-terminal often has both its ends open, and is no rival. Linux only. The open files of other people's processes are hidden from all but root: what cannot be seen is said.
 */
import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { advice, type Finding, fault, skipped, well } from "../../base/finding.js";

const PTY_MASTERS: ReadonlySet<string> = new Set(["/dev/ptmx", "/dev/pts/ptmx"]);
const PTY = /^\/dev\/pts\/\d+$/;

export interface Holder {
	readonly pid: number;
	/** The program's name, as the kernel has it (15 characters at most). */
	readonly name: string;
	/** It also has the master end of a pseudo-terminal open: it may be the machine. */
	readonly servesPtys: boolean;
}

export interface Holders {
	readonly holders: readonly Holder[];
	/** Some processes could not be looked into. */
	readonly partial: boolean;
}

/** The processes below `root` ("/" but for tests), except `ownPid`, that have `path` open; undefined without /proc. */
export function holdersOf(path: string, root = "/", ownPid: number = process.pid): Holders | undefined {
	const device = realPath(path);
	const processes = join(root, "proc");
	const pids = namesIn(processes)?.filter((name) => /^\d+$/.test(name));
	if (pids === undefined || pids.length === 0) return undefined;
	const holders: Holder[] = [];
	let partial = false;
	for (const pid of pids) {
		if (Number(pid) === ownPid) continue;
		const folder = join(processes, pid, "fd");
		const targets = namesIn(folder)?.map((file) => linkTarget(join(folder, file)));
		// A process that ended meanwhile has no folder left; one of somebody else's has one that is closed to us.
		if (targets === undefined) partial ||= namesIn(join(processes, pid)) !== undefined;
		else if (targets.includes(device)) {
			const name = readText(join(processes, pid, "comm")) ?? "?";
			holders.push({ pid: Number(pid), name, servesPtys: targets.some((target) => PTY_MASTERS.has(target ?? "")) });
		}
	}
	return { holders, partial };
}

/** @param look replaceable, for tests */
export function checkHolders(path: string, look: (path: string) => Holders | undefined = holdersOf): Finding {
	const found = look(path);
	if (found === undefined) return skipped("busy", "this system does not tell who has a port open");
	const { partial } = found;
	const isPty = PTY.test(realPath(path));
	const holders = isPty ? found.holders.filter(({ servesPtys }) => !servesPtys) : found.holders;
	if (holders.length > 0) {
		const names = holders.map(({ pid, name }) => `${name} (process ${pid})`).join(", ");
		const finding = `${path} is open in ${names}`;
		// The process behind a pseudo-terminal may have handed its end down to another one, so this need not be a rival.
		return isPty
			? advice("busy", finding, "If that is not the machine behind the pseudo-terminal, close it.")
			: fault("busy", finding, "Close that program, then try again.");
	}
	return well("busy", `no ${partial ? "process of yours" : "other process"} has ${path} open`);
}

function realPath(path: string): string {
	try {
		return realpathSync(path);
	} catch {
		return path;
	}
}

function namesIn(folder: string): string[] | undefined {
	try {
		return readdirSync(folder);
	} catch {
		return undefined;
	}
}

function linkTarget(path: string): string | undefined {
	try {
		return readlinkSync(path);
	} catch {
		return undefined;
	}
}

function readText(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8").trim();
	} catch {
		return undefined;
	}
}
