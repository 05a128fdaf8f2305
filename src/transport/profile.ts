/**
 * Machine profiles: what differs between machines, as data. One TOML file each in profiles/, and anyone's own by path.
 *
 *   name · line (baud, flow control, pacing) · console (prompt shapes) · receivers in order of preference · clock · memory
 *
 * A receiver is named (`use = "xm-crc"`, see profiles/receivers.toml) or written out. Reads files; talks to nothing.
 */
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { ERROR_EXITS, type ErrorCode, ZulmError } from "../base/errors.js";
import { readFileOrExplain } from "../base/files.js";

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
	readonly protocol: "xmodem";
	/** What to type at the prompt, without the CR; `{name}` stands for the 8.3 name. */
	readonly command: string;
	/** How it may ask for the first block. */
	readonly asksWith: readonly StartRequest[];
	/** What it prints last before it asks; nothing before that is a start byte. */
	readonly bannerEnd: RegExp | undefined;
	/** Longest time from the command to the first start byte, seconds. */
	readonly startTimeoutS: number;
	/** It refuses to write over a file: erase it first. */
	readonly eraseFirst: boolean;
	/** What it may ask when the file exists, and what to type then (CR included). */
	readonly overwriteQuestion: { readonly text: string; readonly answer: string } | undefined;
	/** Any of these texts after the transfer means that it has the file. Matched without regard to case. */
	readonly success: readonly string[];
	/** The first of these texts that appears says what went wrong. Matched without regard to case. */
	readonly failure: readonly { readonly text: string; readonly code: ErrorCode }[];
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
	/** In order of preference. */
	readonly receivers: readonly ReceiverProfile[];
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
	protocol: v.literal("xmodem", 'must be "xmodem"'),
	command: v.pipe(text, v.includes("{name}", "must contain {name}")),
	asksWith: v.pipe(v.array(v.picklist(["NAK", "C", "CK"], "must be NAK, C or CK")), v.minLength(1)),
	bannerEnd: v.optional(regExp),
	startTimeoutS: v.optional(seconds, 60),
	eraseFirst: v.optional(v.boolean(), false),
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
	console: v.strictObject({ prompts: v.pipe(v.array(regExp), v.minLength(1)) }),
	receivers: v.pipe(
		v.array(v.lazy((receiver) => (isByName(receiver) ? NAMED_RECEIVER : OWN_RECEIVER))),
		v.minLength(1, "must name at least one receiver"),
	),
});

/** The names of the built-in profiles, sorted. */
export function profileNames(): string[] {
	return readdirSync(FOLDER)
		.filter((file) => file.endsWith(".toml") && file !== RECEIVERS_FILE)
		.map((file) => basename(file, ".toml"))
		.sort();
}

/**
 * A built-in profile by its name, or anyone's by the path of its file (anything with a slash or ending in ".toml").
 * @throws ZulmError `profile-unknown` (lists the names), `profile-malformed` (names file and field), `file-unreadable`
 */
export function loadProfile(nameOrPath: string): Profile {
	if (/[\\/]|\.toml$/i.test(nameOrPath)) return readProfile(nameOrPath);
	const names = profileNames();
	if (!names.includes(nameOrPath)) {
		throw new ZulmError("profile-unknown", `There is no machine profile "${nameOrPath}".`, {
			hint: `Choose one of ${names.join(", ")}, or give the path of a .toml file.`,
		});
	}
	return readProfile(fileURLToPath(new URL(`${nameOrPath}.toml`, FOLDER)));
}

/** The receivers zulm knows by name. */
export function knownReceivers(): ReadonlyMap<string, ReceiverProfile> {
	const path = fileURLToPath(new URL(RECEIVERS_FILE, FOLDER));
	const table = validate(v.record(v.string(), RECEIVER), readToml(path), path);
	return new Map(Object.entries(table).map(([id, receiver]) => [id, asReceiver(id, receiver)]));
}

function readProfile(path: string): Profile {
	const { console, receivers, clockHz, ...rest } = validate(PROFILE, readToml(path), path);
	const known = knownReceivers();
	return {
		...rest,
		clockHz,
		prompts: console.prompts,
		receivers: receivers.map((receiver, index) => {
			if (!("use" in receiver)) return asReceiver(receiver.id, receiver);
			const found = known.get(receiver.use);
			if (found) return found;
			const names = [...known.keys()].join(", ");
			throw malformed(path, `receivers.${index}.use is "${receiver.use}", which is none of ${names}`);
		}),
	};
}

function asReceiver(id: string, receiver: v.InferOutput<typeof RECEIVER>): ReceiverProfile {
	const { bannerEnd, overwriteQuestion, ...rest } = receiver;
	return { ...rest, id, bannerEnd, overwriteQuestion };
}

function readToml(path: string): unknown {
	const source = new TextDecoder().decode(readFileOrExplain(path, "machine profile"));
	try {
		return parse(source);
	} catch (cause) {
		if (!(cause instanceof TomlError)) throw cause;
		const [reason] = cause.message.split("\n");
		throw malformed(path, `line ${cause.line}, column ${cause.column}: ${reason}`, cause);
	}
}

function validate<Schema extends v.GenericSchema>(schema: Schema, value: unknown, path: string): v.InferOutput<Schema> {
	const result = v.safeParse(schema, value);
	if (result.success) return result.output;
	const faults = result.issues.map((issue) => `${v.getDotPath(issue) ?? "the file"} ${describeIssue(issue)}`);
	throw malformed(path, faults.join("; "));
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
