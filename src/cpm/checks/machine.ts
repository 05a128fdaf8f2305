/**
 * The checks of a machine that shows its prompt, in order; it is at its prompt again afterwards.
 *
 *   control lines → echo → flow control → programs by DIR → test program: receiver, memory, bit 7
 *
 * Everything but the last only types at the prompt and erases the line again. A check that fails in an unforeseen way is
 * a finding itself, and the others go on as long as the machine comes back to its prompt.
 */
import { ZulmError } from "../../base/errors.js";
import { advice, type Finding, skipped, well } from "../../base/finding.js";
import { checkControlLines } from "../../transport/checks/control-lines.js";
import type { Link } from "../../transport/link.js";
import type { Profile } from "../../transport/profile.js";
import { Ccp, type CcpOptions } from "../ccp.js";
import { ERASE_LINE } from "../wake.js";
import { asFault } from "./as-fault.js";
import { type ProbeReport, probe } from "./probe.js";
import { findBootstrap, findReceivers, listedReceivers, notProbed, withoutReceiver } from "./programs.js";
import { checkEcho, checkFlow, checkHighBit } from "./typing.js";

export interface MachineChecks extends CcpOptions {
	/** Send a small program, run it and erase it. False: the disk is only read. */
	readonly probe: boolean;
	/** Called with each finding as it is made. */
	readonly onFinding?: (finding: Finding) => void;
}

const TPA = 0x100;
const FIRST_KATAKANA = 0xa1;
const LAST_KATAKANA = 0xdf;

/** The checks made of a machine, for whoever has to say that they were not. */
export const MACHINE_CHECKS = ["control-lines", "echo", "flow", "receivers", "memory", "eight-bit"] as const;

/** @throws ZulmError `interrupted`; the line typed so far is erased then, and the test program too */
export async function checkMachine(link: Link, profile: Profile, options: MachineChecks): Promise<Finding[]> {
	const ccp = new Ccp(link, profile, options);
	const run = new Checks(ccp, options);
	const { rtscts } = profile.line;
	try {
		await ccp.find();
		await run.add(["control-lines"], async () => [await checkControlLines(link, rtscts, options.signal)]);
		await run.add(["echo"], async () => [await checkEcho(ccp)]);
		await run.add(["flow"], async () => [await checkFlow(ccp, rtscts)]);
		await run.add(["receivers", "memory", "eight-bit"], () => checkWithPrograms(ccp, profile, options));
		return run.findings;
	} catch (error) {
		// Without waiting: whoever pressed Ctrl-C waits already.
		if (!run.lost) link.write(Uint8Array.of(ERASE_LINE.charCodeAt(0))).catch(() => {});
		throw error;
	} finally {
		ccp.close();
	}
}

class Checks {
	readonly findings: Finding[] = [];
	/** The line or the prompt is gone. */
	lost = false;

	constructor(
		private readonly ccp: Ccp,
		private readonly options: MachineChecks,
	) {}

	/** @param ids of the findings that the check makes: when it fails, the first is the failure and the others are skipped */
	async add(ids: readonly string[], check: () => Promise<readonly Finding[]>): Promise<void> {
		if (this.lost) return this.#skip(ids, "the machine did not come back to its prompt");
		try {
			for (const finding of await check()) this.#push(finding);
		} catch (error) {
			const [id = "", ...others] = ids;
			this.#push(asFault(id, error));
			this.#skip(others, `see ${id}`);
			await this.#recover(error);
		}
	}

	#skip(ids: readonly string[], why: string): void {
		for (const id of ids) this.#push(skipped(id, why));
	}

	async #recover(error: unknown): Promise<void> {
		try {
			if (error instanceof ZulmError && error.code === "line-lost") throw error;
			await this.ccp.find();
		} catch (cause) {
			this.lost = true;
			if (cause !== error) this.#push(asFault("prompt", cause));
		}
	}

	#push(finding: Finding): void {
		this.findings.push(finding);
		this.options.onFinding?.(finding);
	}
}

/** What the test program tells, or what DIR lists where it cannot be sent. */
async function checkWithPrograms(ccp: Ccp, profile: Profile, options: MachineChecks): Promise<Finding[]> {
	if (!options.probe) {
		const receivers = await findReceivers(ccp, profile);
		const bootstrap = receivers.length === 0 ? await findBootstrap(ccp, profile) : undefined;
		return [listedReceivers(receivers, bootstrap), notProbed("memory"), await checkHighBit(ccp)];
	}
	try {
		return probed(await probe(ccp, profile, options), profile);
	} catch (error) {
		if (!(error instanceof ZulmError) || error.code === "interrupted" || error.code === "line-lost") throw error;
		await ccp.find();
		const found = unprobed(error, await findBootstrap(ccp, profile));
		return [found, notProbed("memory"), await checkHighBit(ccp)];
	}
}

function probed({ receiver, transfer, memoryTop, lostBytes }: ProbeReport, profile: Profile): Finding[] {
	const seconds = transfer.seconds.toFixed(2);
	return [
		well(
			"receivers",
			`${receiver} took a test program of ${transfer.bytes} bytes in ${seconds} s (${transfer.protocol})`,
		),
		memoryFinding(memoryTop, profile),
		highBitFinding(lostBytes, transfer.protocol.startsWith("xmodem")),
	];
}

/** Where a receiver cannot be used, a program may still be typed in; where the disk is at fault, that is no help. */
const NEEDS_A_LINE: ReadonlySet<string> = new Set(["transfer-failed", "transfer-cancelled", "no-answer"]);

function unprobed(error: ZulmError, bootstrap: string | undefined): Finding {
	if (error.code === "no-receiver") return withoutReceiver(bootstrap);
	const failure = asFault("receivers", error);
	if (bootstrap === undefined || !NEEDS_A_LINE.has(error.code)) return failure;
	const finding = `${failure.finding}; zulm push can type programs in with ${bootstrap} instead`;
	return advice("receivers", finding, "Set the machine's line to 8 data bits and no parity, and check flow control.");
}

function memoryFinding(memoryTop: number, { tpaTop, name }: Profile): Finding {
	const free = `programs may use ${(memoryTop - TPA).toLocaleString("en-US")} bytes, up to ${hex(memoryTop)}`;
	if (memoryTop >= tpaTop) return well("memory", free);
	return advice(
		"memory",
		`${free}; the profile ${name} reckons with ${hex(tpaTop)}`,
		`For large programs, make a profile of your own with tpaTop = 0x${hex(memoryTop).slice(0, 4)}.`,
	);
}

function highBitFinding(lost: readonly number[], binary: boolean): Finding {
	const inwards = binary ? "all byte values reach the machine" : "the test program went as text";
	if (lost.length === 0) return well("eight-bit", `${inwards}, and all come back`);
	const katakana = lost.some((byte) => byte >= FIRST_KATAKANA && byte <= LAST_KATAKANA);
	return advice(
		"eight-bit",
		`${inwards}, but ${lost.length} of 128 bytes with bit 7 do not come back${katakana ? ", katakana among them" : ""}`,
		"Set the machine's line to 8 data bits and no parity; replies in ASCII are not affected.",
	);
}

function hex(address: number): string {
	return `${address.toString(16).toUpperCase().padStart(4, "0")}h`;
}
