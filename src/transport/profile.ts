/**
 * Machine profiles: what differs between machines, as data. One TOML file each in profiles/, anyone's own in folders of
 * theirs or by path.
 *
 *   name · line (baud, flow control, pacing) · console (prompt shapes, how to wake it) · UART · clock · memory
 *   receivers and senders in order of preference · what a person types where the console is not on the line (byHand)
 *
 * Receivers and senders: machine-programs.ts. Reads files; talks to nothing.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { ZulmError } from "../base/errors.js";
import {
	PROFILES_FOLDER,
	PROGRAM_FILES,
	RECEIVERS,
	type ReceiverProfile,
	receiversOf,
	regExp,
	SENDERS,
	type SenderProfile,
	seconds,
	sendersOf,
	text,
} from "./machine-programs.js";
import { fault, readToml, validate } from "./toml-file.js";

export interface LineSettings {
	/** Bits per second, 8N1. */
	readonly baud: number;
	/** Hardware flow control. */
	readonly rtscts: boolean;
	/** Pause after each character sent, seconds. */
	readonly characterDelayS: number;
	/** Pause after each line end sent, seconds. */
	readonly lineDelayS: number;
}

/** Something that is not CP/M's prompt, and what to type to get on: `Boot [H=Help]:` → `C` and Enter. */
export interface WakeStep {
	/** At the end of what was printed, in answer to ^X CR. */
	readonly prompt: RegExp;
	/** CR included. */
	readonly type: string;
}

/** One way for a person to start receiving at a machine whose console is not on the line. */
export interface ByHand {
	readonly id: string;
	/** One sentence: when to take this way. */
	readonly when: string;
	/** What to do at the machine, one step each; `{name}` stands for the 8.3 name, `{stem}` for the same without type. */
	readonly steps: readonly string[];
	/** "xmodem" waits for a start byte; "hex" streams Intel HEX and ^Z with the line's pacing. */
	readonly sends: "xmodem" | "hex";
}

export interface Profile {
	readonly name: string;
	readonly description: string;
	/** Undefined where it differs from machine to machine. */
	readonly clockHz: number | undefined;
	/** The word at 0006h: the first address a program may not use. */
	readonly tpaTop: number;
	readonly line: LineSettings;
	/** Prompt shapes, each to be found at the end of what the machine printed. */
	readonly prompts: readonly RegExp[];
	/** False: the console is the machine's own screen and keyboard; a person types there (see `byHand`). */
	readonly consoleOnLine: boolean;
	/** From boot loaders and monitors to CP/M. */
	readonly wake: readonly WakeStep[];
	/** The chip on the line, for which a receiver of ours can be assembled; undefined where nobody knows. */
	readonly uart: string | undefined;
	/** Drives to look for programs on besides the current one, such as "B". */
	readonly toolDrives: readonly string[];
	/** In order of preference. */
	readonly receivers: readonly ReceiverProfile[];
	/** What gives files, in order of preference. */
	readonly senders: readonly SenderProfile[];
	/** In order of preference; empty where the console is on the line. */
	readonly byHand: readonly ByHand[];
}

const PROFILE = v.strictObject({
	name: v.pipe(text, v.regex(/^[a-z0-9][a-z0-9-]*$/, "may hold small letters, digits and hyphens only")),
	description: v.optional(v.string(), ""),
	clockHz: v.optional(v.pipe(v.number(), v.minValue(100_000), v.maxValue(1_000_000_000))),
	tpaTop: v.pipe(v.number(), v.integer(), v.minValue(0x1000), v.maxValue(0xffff)),
	line: v.strictObject({
		baud: v.pipe(v.number(), v.integer(), v.minValue(50), v.maxValue(4_000_000)),
		rtscts: v.boolean(),
		characterDelayS: v.optional(seconds, 0),
		lineDelayS: v.optional(seconds, 0),
	}),
	console: v.strictObject({
		prompts: v.optional(v.array(regExp), []),
		onLine: v.optional(v.boolean(), true),
		wake: v.optional(v.array(v.strictObject({ prompt: regExp, type: text })), []),
	}),
	uart: v.optional(text),
	toolDrives: v.optional(v.array(v.pipe(text, v.regex(/^[A-P]$/, "must be a drive letter from A to P"))), []),
	receivers: RECEIVERS,
	senders: SENDERS,
	byHand: v.optional(
		v.array(
			v.strictObject({
				id: text,
				when: text,
				steps: v.pipe(v.array(text), v.minLength(1)),
				sends: v.picklist(["xmodem", "hex"], 'must be "xmodem" or "hex"'),
			}),
		),
		[],
	),
});

/** The names of the built-in profiles and of those in `folders`, sorted. */
export function profileNames(folders: readonly string[] = []): string[] {
	const own = folders.filter((folder) => existsSync(folder)).flatMap((folder) => namesIn(folder));
	return [...new Set([...namesIn(fileURLToPath(PROFILES_FOLDER)), ...own])].sort();
}

/**
 * A profile by its name, first from `folders` in order, then built in; or by the path of its file (anything with a
 * slash or ending in ".toml").
 * @throws ZulmError `profile-unknown` (lists the names), `profile-malformed` (names file, line and field),
 * `file-unreadable`
 */
export function loadProfile(nameOrPath: string, folders: readonly string[] = []): Profile {
	if (/[\\/]|\.toml$/i.test(nameOrPath)) return readProfile(nameOrPath);
	for (const folder of [...folders, fileURLToPath(PROFILES_FOLDER)]) {
		const path = join(folder, `${nameOrPath}.toml`);
		if (!PROGRAM_FILES.includes(`${nameOrPath}.toml`) && existsSync(path)) return readProfile(path);
	}
	throw new ZulmError("profile-unknown", `There is no machine profile "${nameOrPath}".`, {
		hint: `Choose one of ${profileNames(folders).join(", ")}, or give the path of a .toml file.`,
	});
}

function namesIn(folder: string): string[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith(".toml") && !PROGRAM_FILES.includes(file))
		.map((file) => basename(file, ".toml"));
}

function readProfile(path: string): Profile {
	const file = readToml(path);
	const { console, receivers, senders, clockHz, uart, ...rest } = validate(PROFILE, file);
	if (console.onLine && console.prompts.length === 0) throw fault(file, ["console", "prompts"], "is missing");
	if (console.onLine && receivers.length === 0) throw fault(file, ["receivers"], "must name at least one receiver");
	if (!console.onLine && rest.byHand.length === 0) throw fault(file, ["byHand"], "must give at least one way");
	return {
		...rest,
		clockHz,
		uart,
		prompts: console.prompts,
		consoleOnLine: console.onLine,
		wake: console.wake,
		receivers: receiversOf(file, receivers),
		senders: sendersOf(file, senders),
	};
}
