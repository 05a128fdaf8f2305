/**
 * A program onto the machine: found, sent, verified, and only then put in the place of the old one.
 *
 *   prompt → tidy up after a broken session → is it there already? → receiver → ZULMTMP.COM → ZULMTMP /V → NAME.COM
 *
 * When anything fails, the old program is still there under its name, and ZULMTMP.COM is erased if the machine answers.
 */
import { ZulmError } from "../base/errors.js";
import type { Link } from "../transport/link.js";
import type { Profile } from "../transport/profile.js";
import { type ByHandOptions, deliverByHand } from "./by-hand.js";
import { Ccp } from "./ccp.js";
import { deliverFile } from "./deliver.js";
import { programName, TEMPORARY_NAME } from "./names.js";
import { type ProgramInfo, readProgram } from "./program.js";
import type { Transfer } from "./receive.js";
import { install, recover } from "./replace.js";
import { eraseScratch } from "./scratch.js";
import { hexWord, isAlready, type Verification, verifyAtPrompt } from "./verify.js";

export interface UploadOptions extends ByHandOptions {
	/** Send it even when the machine has it already. */
	readonly force?: boolean | undefined;
}

export interface Upload {
	readonly name: string;
	/** Which receiver of the profile took it; null when nothing had to be sent. */
	readonly receiver: string | null;
	readonly transfer: Transfer;
	/** Null for programs of other makers: they cannot check themselves, so only the transfer is known to be good. */
	readonly verify: Verification | null;
	/** There was a program of this name before. */
	readonly replaced: boolean;
}

const TPA = 0x0100;
/** Cleaning up must not keep a person waiting who has pressed Ctrl-C. */
const TIDY_S = 20;

/**
 * Puts `program` on the machine as `options.name`.
 * @throws ZulmError `program-too-large`, `program-malformed`, `name-invalid`, `no-answer`, `no-prompt`, `no-receiver`,
 * `disk-full`, `disk-read-only`, `file-read-only`, `transfer-cancelled`, `transfer-failed`, `verify-failed`,
 * `machine-refused`, `line-lost`, `interrupted`; the old program is then still there
 */
export async function upload(
	link: Link,
	profile: Profile,
	program: Uint8Array,
	options: UploadOptions,
): Promise<Upload> {
	const name = programName(options.name);
	const expected = readProgram(program);
	if (program.length === 0) throw new ZulmError("program-malformed", "The program file is empty.");
	const room = profile.tpaTop - TPA;
	if (program.length > room) {
		throw new ZulmError(
			"program-too-large",
			`The program has ${program.length} bytes; this machine has room for ${room}.`,
			{
				hint: "Pack the model with --kernel packed, or train a smaller one.",
			},
		);
	}
	if (!profile.consoleOnLine) {
		return { ...(await deliverByHand(link, profile, program, options)), verify: null, replaced: false };
	}
	const ccp = new Ccp(link, profile, options);
	try {
		await ccp.find();
		try {
			const { present, recovered } = await recover(ccp, name);
			if (recovered) options.onEvent?.({ type: "recovered", name });
			if (present && expected && !options.force && (await isAlready(ccp, name, program, expected))) {
				options.onEvent?.({ type: "verified", ok: true });
				return alreadyThere(name, program, expected);
			}
			await ccp.erase(TEMPORARY_NAME);
			return await replace(ccp, profile, program, expected, { ...options, name });
		} catch (error) {
			ccp.close();
			await tidy(link, profile, name, error);
			throw error;
		}
	} finally {
		ccp.close();
	}
}

function alreadyThere(name: string, program: Uint8Array, expected: ProgramInfo): Upload {
	const crc16 = hexWord(expected.crc16);
	return {
		name,
		receiver: null,
		transfer: {
			protocol: "none",
			blockSize: 0,
			bytes: program.length,
			seconds: 0,
			bytesPerSecond: 0,
			retries: 0,
			skipped: true,
			bootstrapped: false,
		},
		verify: { ok: true, expectedCrc16: crc16, deviceCrc16: crc16 },
		replaced: false,
	};
}

async function replace(
	ccp: Ccp,
	profile: Profile,
	program: Uint8Array,
	expected: ProgramInfo | undefined,
	options: UploadOptions,
): Promise<Upload> {
	const { name, onEvent } = options;
	const { receiver, transfer } = await deliverFile(ccp, profile, TEMPORARY_NAME, program, options);
	const verify = expected ? await verifyTemporary(ccp, expected) : null;
	if (verify) {
		onEvent?.({ type: "verified", ok: verify.ok });
		if (!verify.ok) throw verificationFailed(verify);
	}
	const replaced = await install(ccp, name);
	onEvent?.({ type: "installed", name, old: replaced });
	return { name, receiver, transfer, verify, replaced };
}

/** A damaged program may do anything when it runs, silence included. */
async function verifyTemporary(ccp: Ccp, expected: ProgramInfo): Promise<Verification> {
	try {
		return await verifyAtPrompt(ccp, TEMPORARY_NAME, expected);
	} catch (cause) {
		if (!(cause instanceof ZulmError) || cause.code !== "no-answer") throw cause;
		throw new ZulmError("verify-failed", "The program did not come back when it was asked to verify itself.", {
			hint: "Reset the machine and send it again.",
			cause,
		});
	}
}

function verificationFailed({ expectedCrc16, deviceCrc16 }: Verification): ZulmError {
	const found = deviceCrc16 === null ? "it gave no checksum" : `its checksum is ${deviceCrc16}`;
	return new ZulmError("verify-failed", `The program arrived damaged: ${found}, ${expectedCrc16} was sent.`, {
		hint: "Send it again; if it happens twice, check flow control and disk.",
	});
}

/** Erases the temporary file and gives an old program its name back, if the machine still answers in good time. */
async function tidy(link: Link, profile: Profile, name: string, error: unknown): Promise<void> {
	if (error instanceof ZulmError && error.code === "line-lost") return;
	const limit = new AbortController();
	const timer = new AbortController();
	const expired = link.clock.sleep(TIDY_S, timer.signal).then(
		() => limit.abort(),
		() => {},
	);
	const ccp = new Ccp(link, profile, { signal: limit.signal });
	try {
		await ccp.find();
		await recover(ccp, name);
		await eraseScratch(ccp);
	} catch {
		// The error that brought us here is the one to report; the next upload tidies up first.
	} finally {
		ccp.close();
		timer.abort();
		await expired;
	}
}
