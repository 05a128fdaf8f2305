/**
 * The machine a command talks to: what `--port`, `--machine`, `--profile`, `--baud`, `--log` and `--drive` mean.
 *
 *   auto ──► the only USB serial adapter │ asks on a terminal when there are several │ none: the emulator, saying so
 *   emulator ──► the bundled machine on virtual time, its drive A: a folder that is kept between runs, or a fresh one
 *   PATH, COMn, tcp://host:port ──► exactly that, or an error
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { ZulmError } from "../base/errors.js";
import { makeFolder, writeFileAtomic } from "../base/files.js";
import { assembleReceiver, RECEIVER_NAME } from "../cpm/receiver.js";
import { assembleSender, SENDER_NAME } from "../cpm/sender.js";
import type { Drive } from "../emu/drive.js";
import { openEmulatorLink } from "../emu/emulator-link.js";
import { FolderDrive } from "../emu/folder-drive.js";
import { MACHINE_NAMES, MACHINES, type MachineName } from "../emu/machine-config.js";
import { MemoryDrive } from "../emu/memory-drive.js";
import type { ScreenConsole } from "../emu/screen-console.js";
import { toolFiles } from "../emu/tools/tools.js";
import { formatCount } from "../report/format.js";
import type { TargetResult } from "../report/results.js";
import type { Link } from "../transport/link.js";
import { openLink } from "../transport/open-link.js";
import { choosePort, listPorts, type PortInfo, parsePortSpec } from "../transport/ports.js";
import type { Profile } from "../transport/profile.js";
import { ReopenableLink } from "../transport/reopenable-link.js";
import { integer, type Session } from "./command.js";
import { choose, type PortChoice } from "./guided.js";
import { type CliIo, canAsk } from "./io.js";
import { logLine } from "./line-log.js";
import { keptDrive } from "./locations.js";
import { findProfile, PortMemory } from "./profiles.js";

export interface TargetOptions {
	readonly port: string;
	readonly profile?: string;
	readonly baud?: number;
	readonly log?: string;
	readonly drive?: string;
	/** Which machine is emulated. */
	readonly machine?: MachineName;
	/** Never ask. */
	readonly yes?: boolean;
}

export interface Target {
	readonly link: Link;
	readonly profile: Profile;
	readonly result: TargetResult;
	/** Drive A: of the emulated machine when it is a fresh one in memory. */
	readonly freshDrive: MemoryDrive | undefined;
	/** Screen and keyboard of an emulated machine whose console is not on the line. */
	readonly screen?: ScreenConsole | undefined;
	/** Waits for a lost line and opens it again; undefined where nothing can be lost. */
	readonly reopen?: (signal?: AbortSignal) => Promise<void>;
	close(): Promise<void>;
}

/** How long to wait for a cable that was pulled. */
const COMES_BACK_S = 60;
export const EMULATOR = "emulator";
const HARDWARE_PROFILE = "generic";
export const DEFAULT_MACHINE: MachineName = "rc2014";
/** The profile that fits each emulated machine. */
export const PROFILES: Readonly<Record<MachineName, string>> = {
	"rc2014": EMULATOR,
	"rc2014-stock": "rc2014-stock",
	"romwbw-like": "rc2014-romwbw",
	"pc8801": "pc8801",
	"bare": HARDWARE_PROFILE,
};

export function addTargetOptions(command: Command): Command {
	return command
		.option("--port <port>", "auto, emulator, a device path, COMn, or tcp://host:port", "auto")
		.addOption(machineOption())
		.option(
			"--profile <profile>",
			"machine profile: a name or a .toml file (default: the emulated machine's, or generic)",
		)
		.option("--baud <rate>", "line speed instead of the profile's", integer(50, 4_000_000))
		.option("--log <file>", "write every byte of the line with its time to this file (JSON lines)")
		.option("--drive <folder>", "folder to use as drive A: of the emulated machine");
}

/** `--machine`, which of the emulated machines. */
export function machineOption(): Option {
	return new Option("--machine <machine>", `which emulated machine (default: ${DEFAULT_MACHINE})`).choices(
		MACHINE_NAMES,
	);
}

/**
 * Opens the machine. `fresh`: an emulated machine starts with nothing but our receiver on its drive.
 * @throws ZulmError `profile-unknown`, `profile-malformed`, `port-unknown`, `port-busy`, `port-denied`, …
 */
export async function openTarget(session: Session, options: TargetOptions, fresh = false): Promise<Target> {
	const port = await resolvePort(session, options);
	const target = port === EMULATOR ? openEmulator(session, options, fresh) : await openHardware(session, options, port);
	if (options.log === undefined) return target;
	try {
		const log = logLine(target.link, options.log, (text) => session.out.note(text));
		const close = async () => {
			await target.close();
			log.close();
		};
		return { ...target, link: log.link, close };
	} catch (error) {
		await target.close();
		throw error;
	}
}

/** What `--port` comes to: "emulator", or the one port to open. */
async function resolvePort({ io, out }: Session, options: TargetOptions): Promise<string> {
	const spec = parsePortSpec(options.port);
	const choice = choosePort(spec, spec.kind === "auto" ? await listPorts() : []);
	switch (choice.kind) {
		case "emulator":
			if (choice.reason === "no-adapter") out.note("No USB serial adapter found: using the bundled emulator.");
			return EMULATOR;
		case "tcp":
			return options.port;
		case "serial":
			return choice.path;
		case "ambiguous": {
			if (canAsk(io) && options.yes !== true) return choose(io, "Which adapter?", choice.ports.map(portChoice));
			const paths = choice.ports.map(({ path }) => path).join(", ");
			throw new ZulmError("usage", `There are several serial adapters: ${paths}.`, { hint: "Choose one with --port." });
		}
	}
}

/** "/dev/ttyUSB0  FTDI 0403:6001 A50285BI" */
export function portChoice({ path, manufacturer, vendorId, productId, serialNumber }: PortInfo): PortChoice {
	const identity = vendorId === undefined ? undefined : `${vendorId}:${productId ?? "?"}`;
	const details = [manufacturer, identity, serialNumber].filter((part) => part !== undefined).join(" ");
	return { port: path, label: details === "" ? path : `${path}  ${details}` };
}

async function openHardware({ io, out, signal }: Session, options: TargetOptions, port: string): Promise<Target> {
	if (options.drive !== undefined) {
		throw new ZulmError("usage", `--drive is drive A: of the emulated machine; ${port} is another.`, {
			hint: "Leave --drive out, or add --port emulator.",
		});
	}
	if (options.machine !== undefined) {
		throw new ZulmError("usage", `--machine chooses an emulated machine; ${port} is another.`, {
			hint: "Leave --machine out, or add --port emulator. For the profile of a real machine there is --profile.",
		});
	}
	const memory = await PortMemory.of(io.env, port);
	const remembered = options.profile === undefined ? memory.recall() : undefined;
	if (remembered !== undefined) out.note(`Profile ${remembered}, as the last time with this adapter.`);
	const profile = findProfile(io.env, options.profile ?? remembered ?? HARDWARE_PROFILE);
	const settings = options.baud === undefined ? profile.line : { ...profile.line, baud: options.baud };
	const open = () => openLink(port, settings, signal, io.clock);
	const link = new ReopenableLink(await open(), open);
	if (options.profile !== undefined) memory.remember(options.profile);
	const stopping = () => out.note("Stopping: bringing the machine back to its prompt. Ctrl-C again leaves at once.");
	signal.addEventListener("abort", stopping, { once: true });
	return {
		link,
		profile,
		freshDrive: undefined,
		reopen: (again) => link.reopen(COMES_BACK_S, again),
		result: {
			link: link.describe(),
			profile: profile.name,
			machine: profile.name,
			emulator: false,
			clockHz: profile.clockHz ?? null,
		},
		close: () => {
			signal.removeEventListener("abort", stopping);
			return link.close();
		},
	};
}

/** "emulated rc2014 at 115,200 baud", "/dev/ttyUSB0 at 115,200 baud, profile rc2014-romwbw" */
export function describeTarget({ link, profile, machine, emulator }: TargetResult): string {
	const speed = link.baud === undefined ? "" : ` at ${formatCount(link.baud)} baud`;
	return emulator ? `${machine}${speed}` : `${link.port}${speed}, profile ${profile}`;
}

function openEmulator({ io }: Session, options: TargetOptions, fresh: boolean): Target {
	const { machine: name = DEFAULT_MACHINE } = options;
	const profile = findProfile(io.env, options.profile ?? PROFILES[name]);
	const freshDrive = fresh && options.drive === undefined ? new MemoryDrive({ files: firstFiles(name) }) : undefined;
	const drive: Drive = freshDrive ?? openDriveA(io.env, options.drive, name);
	const { link, machine } = openEmulatorLink({ ...MACHINES[name], drive, baud: options.baud ?? profile.line.baud });
	return {
		link,
		profile,
		freshDrive,
		screen: machine.screen,
		result: {
			link: link.describe(),
			profile: profile.name,
			machine: `emulated ${machine.config.name}`,
			emulator: true,
			clockHz: machine.config.clockHz,
		},
		close: () => link.close(),
	};
}

/**
 * Drive A: of an emulated machine: `folder`, or the one that is kept between runs. What the machine comes with is put
 * there when it is not there; on the kept one it is always this version's.
 */
export function openDriveA(
	env: CliIo["env"],
	folder: string | undefined,
	machine: MachineName = DEFAULT_MACHINE,
): FolderDrive {
	const path = folder ?? keptFolder(env, machine);
	makeFolder(path);
	const present = new Set(readdirSync(path).map((name) => name.toUpperCase()));
	for (const [name, bytes] of firstFiles(machine)) {
		if (folder === undefined || !present.has(name)) writeFileAtomic(join(path, name), bytes);
	}
	return new FolderDrive(path);
}

/** Puts a program on the drive that an emulated machine keeps between runs. */
export function keepProgram(env: CliIo["env"], name: string, image: Uint8Array, machine?: MachineName): void {
	writeFileAtomic(join(keptFolder(env, machine), name), image);
}

/** Folder behind the drive that an emulated machine keeps between runs. */
export function keptFolder(env: CliIo["env"], machine: MachineName = DEFAULT_MACHINE): string {
	return machine === DEFAULT_MACHINE ? keptDrive(env) : `${keptDrive(env)}-${machine}`;
}

/** What is on drive A: of a new machine: its tools; on the default one our receiver and our sender. */
function firstFiles(machine: MachineName): Map<string, Uint8Array> {
	const files = toolFiles(MACHINES[machine].tools);
	if (machine === DEFAULT_MACHINE) {
		files.set(RECEIVER_NAME, assembleReceiver("68b50"));
		files.set(SENDER_NAME, assembleSender("68b50"));
	}
	return files;
}
