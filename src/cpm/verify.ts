/**
 * Verification end to end: the program on the machine computes the CRC of its own image in memory and says it.
 *
 *   "CHAT /V"  ►  ZULM SMALLTALK 1A2B3C4D 17024 9F3E OK
 *
 * This covers the line, the receiver, the disk and the loader. Only our own programs can do it.
 */
import { ZulmError } from "../base/errors.js";
import type { Link } from "../transport/link.js";
import { printable } from "../transport/printable.js";
import type { Profile } from "../transport/profile.js";
import { Ccp, type CcpOptions } from "./ccp.js";
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

/** The line of `/V` in what a machine printed; undefined when there is none. */
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
	const { output, fault, unknown } = await ccp.run(`${stemOf(name)} /V`);
	if (unknown) {
		throw new ZulmError("machine-refused", `There is no ${name} on the machine's current drive.`, {
			hint: "Send it first with zulm push, or change to its drive.",
		});
	}
	if (fault) throw fault;
	const refusal = /^ZULM: .*$/m.exec(output);
	if (refusal) {
		throw new ZulmError("program-refused", `${name} refuses to run: "${printable(refusal[0])}".`, {
			hint: "Pack the model for this machine: a smaller kernel, or fewer weights.",
		});
	}
	const expectedCrc16 = hexWord(expected.crc16);
	const report = parseSelfReport(output);
	if (report === undefined) return { ok: false, expectedCrc16, deviceCrc16: null };
	const same =
		report.crc16 === expectedCrc16 && report.buildId === expected.buildId && report.length === expected.length;
	return { ok: report.ok && same, expectedCrc16, deviceCrc16: report.crc16 };
}

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
