/**
 * Verification end to end: the program on the machine computes the CRC of its own image in memory and says it.
 *
 *   "CHAT /V"  ►  ZULM SMALLTALK 1A2B3C4D 17024 9F3E OK
 *
 * This covers the line, the receiver, the disk and the loader. Only our own programs can do it.
 */
import { ZulmError } from "../base/errors.js";
import { LineReader } from "../transport/lines.js";
import type { Link } from "../transport/link.js";
import { printable } from "../transport/printable.js";
import type { Profile } from "../transport/profile.js";
import { Ccp, type CcpOptions, type CommandResult } from "./ccp.js";
import { programName, stemOf } from "./names.js";
import { type ProgramInfo, readProgram } from "./program.js";

export interface Verification {
	readonly ok: boolean;
	/** Four hexadecimal digits. */
	readonly expectedCrc16: string;
	/** Null where the machine did not answer with a CRC. */
	readonly deviceCrc16: string | null;
}

/** What `/V` printed. */
export interface SelfReport {
	readonly name: string;
	readonly buildId: string;
	readonly length: number;
	readonly crc16: string;
	readonly ok: boolean;
}

const REPORT = /ZULM (.*?) ?([0-9A-F]{8}) (\d+) ([0-9A-F]{4}) (OK|BAD)/i;

/** What a line that a machine printed says of a program; undefined when it is not the line of `/V`. */
export function parseSelfReport(output: string): SelfReport | undefined {
	const match = REPORT.exec(output);
	if (match === null) return undefined;
	const [, name = "", buildId = "", length = "", crc = "", verdict = ""] = match;
	return {
		name,
		buildId: buildId.toUpperCase(),
		length: Number(length),
		crc16: crc.toUpperCase(),
		ok: verdict.toUpperCase() === "OK",
	};
}

/**
 * Asks `name` on the machine for `/V` and compares with what was packed.
 * @throws ZulmError `machine-refused` (no such program), `program-refused` (it does not fit this machine), `no-answer`
 */
export async function verifyAtPrompt(ccp: Ccp, name: string, expected: ProgramInfo): Promise<Verification> {
	const { lines, fault, unknown } = await runForLines(ccp, `${stemOf(name)} /V`);
	if (unknown) {
		throw new ZulmError("machine-refused", `There is no ${name} on the machine's current drive.`, {
			hint: "Send it first with zulm push, or change to its drive.",
		});
	}
	if (fault) throw fault;
	const refusal = lines.find((line) => line.startsWith("ZULM: "));
	if (refusal !== undefined) {
		throw new ZulmError("program-refused", `${name} refuses to run: "${printable(refusal)}".`, {
			hint: "Pack the model for this machine: a smaller kernel, or fewer weights.",
		});
	}
	const expectedCrc16 = hexWord(expected.crc16);
	const report = lines.map(parseSelfReport).find((found) => found !== undefined);
	if (report === undefined) return { ok: false, expectedCrc16, deviceCrc16: null };
	const same =
		report.crc16 === expectedCrc16 && report.buildId === expected.buildId && report.length === expected.length;
	return { ok: report.ok && same, expectedCrc16, deviceCrc16: report.crc16 };
}

/** Runs a command whose answer is lines, up to the next prompt. */
async function runForLines(ccp: Ccp, command: string): Promise<CommandResult & { readonly lines: readonly string[] }> {
	const reader = new LineReader(ccp.console.link);
	try {
		const result = await ccp.run(command);
		return { ...result, lines: reader.take() };
	} finally {
		reader.close();
	}
}

/** Bytes of a program that TYPE must show alike before it is run: jump, signature, version, kernel, half the build id. */
const HEAD_BYTES = 11;
/** TYPE ends here (CP/M 2.2 manual, 1.6.6); a build id may hold one. */
const END_OF_TEXT = 0x1a;
const TYPE_SILENCE_S = 10;

/**
 * Whether `name` on the machine is already `program`. It is only run (`/V`) when TYPE shows the same beginning: what
 * other programs do with a `/V` nobody knows. An unclear answer is "no"; the machine is at its prompt afterwards.
 * @throws ZulmError as `Ccp.find` and `Ccp.enter`
 */
export async function isAlready(ccp: Ccp, name: string, program: Uint8Array, expected: ProgramInfo): Promise<boolean> {
	await ccp.enter(`TYPE ${name}`);
	let shown = "";
	while (shown.length < 2 * HEAD_BYTES) {
		const more = await ccp.console.read(TYPE_SILENCE_S);
		if (more === "") break;
		shown += more;
		if (ccp.waitingIn(shown) === "prompt") break;
	}
	// Any key ends TYPE; at the prompt ^C in column 0 is a warm boot, which does no harm either.
	await ccp.console.type(STOP_TYPE);
	await ccp.find();
	if (!beginsLike(shown, program)) return false;
	try {
		return (await verifyAtPrompt(ccp, name, expected)).ok;
	} catch (error) {
		if (!(error instanceof ZulmError) || NO_ANSWER_AT_ALL.includes(error.code)) throw error;
		await ccp.find();
		return false;
	}
}

/** Whether what TYPE printed is the beginning of `program`, bit 7 aside, which some consoles strip. */
function beginsLike(shown: string, program: Uint8Array): boolean {
	const head = program.subarray(0, HEAD_BYTES);
	const end = head.indexOf(END_OF_TEXT);
	const expected = end < 0 ? head : Uint8Array.of(...head.subarray(0, end), 0x0d);
	const text = shown.replace(/^[\r\n]+/, "");
	return expected.every((byte, i) => (text.charCodeAt(i) & 0x7f) === (byte & 0x7f));
}

const STOP_TYPE = "\x03";
const NO_ANSWER_AT_ALL: readonly string[] = ["line-lost", "line-failed", "interrupted"];

/**
 * `zulm verify`: finds the prompt and compares the program `name` on the machine with `program`, the bytes of its file.
 * @throws ZulmError `program-malformed` when `program` is not one of ours, and as `verifyAtPrompt` and `Ccp.find`
 */
export async function verify(
	link: Link,
	profile: Profile,
	program: Uint8Array,
	name: string,
	options: CcpOptions = {},
): Promise<Verification> {
	const expected = readProgram(program);
	if (expected === undefined) {
		throw new ZulmError("program-malformed", "Only programs packed by zulm can verify themselves.", {
			hint: "Give a .COM file made by zulm pack.",
		});
	}
	const ccp = new Ccp(link, profile, options);
	try {
		await ccp.find();
		const verification = await verifyAtPrompt(ccp, programName(name), expected);
		options.onEvent?.({ type: "verified", ok: verification.ok });
		return verification;
	} finally {
		ccp.close();
	}
}

/** Four upper-case hexadecimal digits. */
export function hexWord(value: number): string {
	return value.toString(16).toUpperCase().padStart(4, "0");
}
