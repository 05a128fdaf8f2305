/**
 * Machine profiles: what differs between machines, as data. One TOML file each in profiles/, anyone's own in folders of
 * theirs or by path.
 *
 *   name · line (baud, flow control, pacing) · console (prompt shapes, how to wake it) · UART · clock · memory
 *   receivers in order of preference · what a person types where the console is not on the line (byHand)
 *
 * A receiver is named (`use = "xm-crc"`, see profiles/receivers.toml) or written out. Reads files; talks to nothing.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { ERROR_EXITS, type ErrorCode, ZulmError } from "../base/errors.js";
import { readFileOrExplain } from "../base/files.js";
import { lineOf } from "./toml-lines.js";

/** One shape of start request: NAK (checksums), C (CRC), CK (CRC, 1024-byte blocks offered). */
export type StartRequest = "NAK" | "C" | "CK";

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

export interface ReceiverProfile {
	/** Names it in reports and in `use`. */
	readonly id: string;
	/** "download": DOWNLOAD.COM's hexadecimal text with its own length and sum. */
	readonly protocol: "xmodem" | "download";
	/** What to type at the prompt, without the CR; `{name}` stands for the 8.3 name. */
	readonly command: string;
	/** How it may ask for the first block; empty for "download", which does not ask. */
	readonly asksWith: readonly StartRequest[];
	/** What it prints last before it asks; nothing before that is a start byte. */
	readonly bannerEnd: RegExp | undefined;
	/** Longest time from the command to the first start byte, seconds. */
	readonly startTimeoutS: number;
	/** It refuses to write over a file: erase it first. */
	readonly eraseFirst: boolean;
	/** It takes CAN for noise: only the end of the file ends it. */
	readonly ignoresCancel: boolean;
	/** What it may ask when the file exists, and what to type then (CR included). */
	readonly overwriteQuestion: { readonly text: string; readonly answer: string } | undefined;
	/** Any of these texts after the transfer means that it has the file. Matched without regard to case. */
	readonly success: readonly string[];
	/** The first of these texts that appears says what went wrong. Matched without regard to case. */
	readonly failure: readonly { readonly text: string; readonly code: ErrorCode }[];
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
	/** In order of preference; empty where the console is on the line. */
	readonly byHand: readonly ByHand[];
}

const FOLDER = new URL("./profiles/", import.meta.url);
const RECEIVERS_FILE = "receivers.toml";

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const seconds = v.pipe(v.number("must be a number of seconds"), v.minValue(0), v.maxValue(600));
const regExp = v.pipe(
	text,
	v.check((source) => isRegExp(source), "is not a regular expression"),
	v.transform((source) => new RegExp(source)),
);
const errorCode = v.pipe(
	text,
	v.check((code) => code in ERROR_EXITS, "is not one of zulm's error codes"),
	v.transform((code) => code as ErrorCode),
);

const RECEIVER = v.strictObject({
	protocol: v.picklist(["xmodem", "download"], 'must be "xmodem" or "download"'),
	command: v.pipe(text, v.includes("{name}", "must contain {name}")),
	asksWith: v.optional(v.array(v.picklist(["NAK", "C", "CK"], "must be NAK, C or CK")), []),
	bannerEnd: v.optional(regExp),
	startTimeoutS: v.optional(seconds, 60),
	eraseFirst: v.optional(v.boolean(), false),
	ignoresCancel: v.optional(v.boolean(), false),
	overwriteQuestion: v.optional(v.strictObject({ text, answer: text })),
	success: v.optional(v.array(text), []),
	failure: v.optional(v.array(v.strictObject({ text, code: errorCode })), []),
});

const NAMED_RECEIVER = v.strictObject({ use: text });
const OWN_RECEIVER = v.strictObject({ id: text, ...RECEIVER.entries });

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
	receivers: v.optional(v.array(v.lazy((receiver) => (isByName(receiver) ? NAMED_RECEIVER : OWN_RECEIVER))), []),
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
	return [...new Set([...namesIn(fileURLToPath(FOLDER)), ...own])].sort();
}

/**
 * A profile by its name, first from `folders` in order, then built in; or by the path of its file (anything with a
 * slash or ending in ".toml").
 * @throws ZulmError `profile-unknown` (lists the names), `profile-malformed` (names file, line and field),
 * `file-unreadable`
 */
export function loadProfile(nameOrPath: string, folders: readonly string[] = []): Profile {
	if (/[\\/]|\.toml$/i.test(nameOrPath)) return readProfile(nameOrPath);
	for (const folder of [...folders, fileURLToPath(FOLDER)]) {
		const path = join(folder, `${nameOrPath}.toml`);
		if (nameOrPath !== basename(RECEIVERS_FILE, ".toml") && existsSync(path)) return readProfile(path);
	}
	throw new ZulmError("profile-unknown", `There is no machine profile "${nameOrPath}".`, {
		hint: `Choose one of ${profileNames(folders).join(", ")}, or give the path of a .toml file.`,
	});
}

/** The receivers zulm knows by name. */
export function knownReceivers(): ReadonlyMap<string, ReceiverProfile> {
	const file = readToml(fileURLToPath(new URL(RECEIVERS_FILE, FOLDER)));
	const table = validate(v.record(v.string(), RECEIVER), file);
	return new Map(Object.entries(table).map(([id, receiver]) => [id, asReceiver(id, receiver)]));
}

interface TomlFile {
	readonly path: string;
	readonly source: string;
	readonly value: unknown;
}

function namesIn(folder: string): string[] {
	return readdirSync(folder)
		.filter((file) => file.endsWith(".toml") && file !== RECEIVERS_FILE)
		.map((file) => basename(file, ".toml"));
}

function readProfile(path: string): Profile {
	const file = readToml(path);
	const { console, receivers, clockHz, uart, ...rest } = validate(PROFILE, file);
	const known = knownReceivers();
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
		receivers: receivers.map((receiver, index) => {
			if (!("use" in receiver)) return asReceiver(receiver.id, receiver);
			const found = known.get(receiver.use);
			if (found) return found;
			const names = [...known.keys()].join(", ");
			throw fault(file, ["receivers", index, "use"], `is "${receiver.use}", which is none of ${names}`);
		}),
	};
}

function asReceiver(id: string, receiver: v.InferOutput<typeof RECEIVER>): ReceiverProfile {
	const { bannerEnd, overwriteQuestion, ...rest } = receiver;
	return { ...rest, id, bannerEnd, overwriteQuestion };
}

function readToml(path: string): TomlFile {
	const source = new TextDecoder().decode(readFileOrExplain(path, "machine profile"));
	try {
		return { path, source, value: parse(source) };
	} catch (cause) {
		if (!(cause instanceof TomlError)) throw cause;
		const [reason] = cause.message.split("\n");
		throw malformed(path, `line ${cause.line}, column ${cause.column}: ${reason}`, cause);
	}
}

function validate<Schema extends v.GenericSchema>(schema: Schema, file: TomlFile): v.InferOutput<Schema> {
	const result = v.safeParse(schema, file.value);
	if (result.success) return result.output;
	const faults = result.issues.map((issue) => {
		const path = (issue.path ?? []).map(({ key }) => key as string | number);
		return `line ${lineOf(file.source, path)}: ${v.getDotPath(issue) ?? "the file"} ${describeIssue(issue)}`;
	});
	throw malformed(file.path, faults.join("; "));
}

function fault({ path, source }: TomlFile, field: readonly (string | number)[], what: string): ZulmError {
	return malformed(path, `line ${lineOf(source, field)}: ${field.join(".")} ${what}`);
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
	if (issue.expected === "never") return "is not a field of a profile";
	if (issue.received === "undefined") return "is missing";
	return issue.message.startsWith("Invalid") ? `must be ${issue.expected}, not ${issue.received}` : issue.message;
}

function malformed(path: string, what: string, cause?: unknown): ZulmError {
	return new ZulmError("profile-malformed", `The machine profile ${path} is not valid: ${what}.`, {
		hint: "Compare it with a built-in profile in the profiles folder.",
		cause,
	});
}

function isByName(receiver: unknown): boolean {
	return typeof receiver === "object" && receiver !== null && "use" in receiver;
}

function isRegExp(source: string): boolean {
	try {
		new RegExp(source);
		return true;
	} catch {
		return false;
	}
}
