/**
 * A small program on the machine that tells what a prompt cannot: the top of memory, and which bytes survive.
 *
 *   ZULMTMP.COM ─receiver─► machine ─run─► "ZULM PROBE D806 <80h … FFh> END" ─► ERA ZULMTMP.COM
 *
 * It has the name that an upload gives to its own temporary file, so that whatever a broken line leaves behind, the next
 * upload clears away. Nothing else on the disk is touched.
 */
import { ZulmError } from "../../base/errors.js";
import { textToBytes } from "../../transport/byte-reader.js";
import type { Profile } from "../../transport/profile.js";
import { assemble } from "../assembler.js";
import { Ccp, type CcpOptions } from "../ccp.js";
import { stemOf, TEMPORARY_NAME } from "../names.js";
import { receiveFile, type Transfer } from "../receive.js";
import { shippedSources } from "../sources.js";

export interface ProbeReport {
	/** Which receiver of the profile took it. */
	readonly receiver: string;
	readonly transfer: Transfer;
	/** The word at 0006h: the first address a program may not use. */
	readonly memoryTop: number;
	/** Of the bytes 80h–FFh that the machine printed, those that did not arrive as they were. */
	readonly lostBytes: readonly number[];
}

const RECORD_BYTES = 128;
const FIRST_HIGH = 0x80;
const REPORT = /ZULM PROBE ([0-9A-F]{4}) (.*) END/s;
/** As in an upload: cleaning up must not keep a person waiting who has pressed Ctrl-C. */
const TIDY_S = 20;

/** The .COM file: the program, and a table of all byte values. */
export function probeImage(): Uint8Array {
	const { bytes } = assemble("probe.asm", shippedSources());
	const code = Math.ceil(bytes.length / RECORD_BYTES) * RECORD_BYTES;
	const image = new Uint8Array(code + 256);
	image.set(bytes);
	for (let value = 0; value < 256; value++) image[code + value] = value;
	return image;
}

/**
 * Sends the probe, runs it and erases it. The machine is at its prompt, and is there again afterwards.
 * @throws ZulmError as `receiveFile`; `machine-refused` when it does not say what it should
 */
export async function probe(ccp: Ccp, profile: Profile, options: CcpOptions = {}): Promise<ProbeReport> {
	try {
		await ccp.erase(TEMPORARY_NAME);
		const { receiver, transfer } = await receiveFile(ccp, profile.receivers, TEMPORARY_NAME, probeImage(), options);
		const { output, fault } = await ccp.run(stemOf(TEMPORARY_NAME));
		if (fault) throw fault;
		await ccp.erase(TEMPORARY_NAME);
		return { receiver, transfer, ...parseProbe(output) };
	} catch (error) {
		await tidy(ccp, profile, error);
		throw error;
	}
}

/** What the probe printed. @throws ZulmError `machine-refused` */
export function parseProbe(output: string): Pick<ProbeReport, "memoryTop" | "lostBytes"> {
	const match = REPORT.exec(output);
	if (match === null) {
		throw new ZulmError("machine-refused", "The test program did not say what it should.", {
			hint: "Run doctor again with --log FILE and look at what came.",
		});
	}
	const printed = new Set(textToBytes(match[2] as string));
	const lostBytes: number[] = [];
	for (let byte = FIRST_HIGH; byte < 0x100; byte++) if (!printed.has(byte)) lostBytes.push(byte);
	return { memoryTop: Number.parseInt(match[1] as string, 16), lostBytes };
}

/** Erases the probe, if the machine still answers in good time. */
async function tidy(ccp: Ccp, profile: Profile, error: unknown): Promise<void> {
	if (error instanceof ZulmError && error.code === "line-lost") return;
	const { link } = ccp.console;
	const limit = new AbortController();
	const timer = new AbortController();
	const expired = link.clock.sleep(TIDY_S, timer.signal).then(
		() => limit.abort(),
		() => {},
	);
	const cleaner = new Ccp(link, profile, { signal: limit.signal });
	try {
		await cleaner.find();
		await cleaner.erase(TEMPORARY_NAME);
	} catch {
		// The error that brought us here is the one to report; the next upload tidies up first.
	} finally {
		cleaner.close();
		timer.abort();
		await expired;
	}
}
