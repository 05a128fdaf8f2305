/**
 * The programs on CP/M machines that take files and give them, as data: what to type, how they begin, what they say.
 * Profiles name them (`use = "xm-crc"`, from profiles/receivers.toml and profiles/senders.toml) or write their own out.
 */
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { ERROR_EXITS, type ErrorCode } from "../base/errors.js";
import { fault, readToml, type TomlFile, validate } from "./toml-file.js";

/** One shape of start request: NAK (checksums), C (CRC), CK (CRC, 1024-byte blocks offered). */
export type StartRequest = "NAK" | "C" | "CK";

/** A text and what it means. Matched without regard to case. */
export interface ListedFailure {
	readonly text: string;
	readonly code: ErrorCode;
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
	readonly failure: readonly ListedFailure[];
}

export interface SenderProfile {
	/** Names it in reports and in `use`. */
	readonly id: string;
	/** What to type at the prompt, without the CR; `{name}` stands for the 8.3 name. */
	readonly command: string;
	/** Any of these texts after the transfer means that it has sent all; none listed: the EOT says so. */
	readonly success: readonly string[];
	/** The first of these texts that appears says what went wrong. */
	readonly failure: readonly ListedFailure[];
}

export const PROFILES_FOLDER = new URL("./profiles/", import.meta.url);
const RECEIVERS_FILE = "receivers.toml";
const SENDERS_FILE = "senders.toml";
/** Files in the profiles folder that are not profiles. */
export const PROGRAM_FILES: readonly string[] = [RECEIVERS_FILE, SENDERS_FILE];

export const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
export const seconds = v.pipe(v.number("must be a number of seconds"), v.minValue(0), v.maxValue(600));
export const regExp = v.pipe(
	text,
	v.check((source) => isRegExp(source), "is not a regular expression"),
	v.transform((source) => new RegExp(source)),
);
const errorCode = v.pipe(
	text,
	v.check((code) => code in ERROR_EXITS, "is not one of zulm's error codes"),
	v.transform((code) => code as ErrorCode),
);

const command = v.pipe(text, v.includes("{name}", "must contain {name}"));
const success = v.optional(v.array(text), []);
const failure = v.optional(v.array(v.strictObject({ text, code: errorCode })), []);

const RECEIVER = v.strictObject({
	protocol: v.picklist(["xmodem", "download"], 'must be "xmodem" or "download"'),
	command,
	asksWith: v.optional(v.array(v.picklist(["NAK", "C", "CK"], "must be NAK, C or CK")), []),
	bannerEnd: v.optional(regExp),
	startTimeoutS: v.optional(seconds, 60),
	eraseFirst: v.optional(v.boolean(), false),
	ignoresCancel: v.optional(v.boolean(), false),
	overwriteQuestion: v.optional(v.strictObject({ text, answer: text })),
	success,
	failure,
});

const SENDER = v.strictObject({ command, success, failure });

const BY_NAME = v.strictObject({ use: text });
const OWN_RECEIVER = v.strictObject({ id: text, ...RECEIVER.entries });
const OWN_SENDER = v.strictObject({ id: text, ...SENDER.entries });

/** `[[receivers]]` and `[[senders]]` of a profile: by name, or written out. */
export const RECEIVERS = v.optional(v.array(v.lazy((entry) => (isByName(entry) ? BY_NAME : OWN_RECEIVER))), []);
export const SENDERS = v.optional(v.array(v.lazy((entry) => (isByName(entry) ? BY_NAME : OWN_SENDER))));

/** The receivers zulm knows by name. */
export function knownReceivers(): ReadonlyMap<string, ReceiverProfile> {
	return known(RECEIVERS_FILE, RECEIVER, asReceiver);
}

/** The senders zulm knows by name, in order of preference. */
export function knownSenders(): ReadonlyMap<string, SenderProfile> {
	return known(SENDERS_FILE, SENDER, (id, sender) => ({ ...sender, id }));
}

function known<Schema extends v.GenericSchema, Program>(
	fileName: string,
	schema: Schema,
	make: (id: string, entry: v.InferOutput<Schema>) => Program,
): ReadonlyMap<string, Program> {
	const file = readToml(fileURLToPath(new URL(fileName, PROFILES_FOLDER)));
	const table = validate(v.record(v.string(), schema), file);
	return new Map(Object.entries(table).map(([id, entry]) => [id, make(id, entry as v.InferOutput<Schema>)]));
}

/** The receivers that a profile lists. @throws ZulmError `profile-malformed` for a name that zulm does not know */
export function receiversOf(file: TomlFile, listed: v.InferOutput<typeof RECEIVERS>): readonly ReceiverProfile[] {
	return listed.map((entry, index) => {
		if (!("use" in entry)) return asReceiver(entry.id, entry);
		return byName(file, ["receivers", index, "use"], entry.use, knownReceivers());
	});
}

/** The senders that a profile lists; all that zulm knows where it lists none. @throws as `receiversOf` */
export function sendersOf(file: TomlFile, listed: v.InferOutput<typeof SENDERS>): readonly SenderProfile[] {
	if (listed === undefined) return [...knownSenders().values()];
	return listed.map((entry, index) => {
		return "use" in entry ? byName(file, ["senders", index, "use"], entry.use, knownSenders()) : entry;
	});
}

function byName<Program>(
	file: TomlFile,
	field: readonly (string | number)[],
	name: string,
	programs: ReadonlyMap<string, Program>,
): Program {
	const found = programs.get(name);
	if (found) return found;
	throw fault(file, field, `is "${name}", which is none of ${[...programs.keys()].join(", ")}`);
}

function asReceiver(id: string, receiver: v.InferOutput<typeof RECEIVER>): ReceiverProfile {
	const { bannerEnd, overwriteQuestion, ...rest } = receiver;
	return { ...rest, id, bannerEnd, overwriteQuestion };
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
