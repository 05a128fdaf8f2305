/**
 * DOWNLOAD.COM of stock RC2014 disks (Grant Searle): a program as hexadecimal text behind the command that takes it.
 *
 *   DOWNLOAD CHAT.COM ⏎ U0 ⏎ :C3170F5A…>80F3        length and sum of the bytes, low byte of each; no line end
 *                          ◄ one dot per 128 bytes     OK | ======Checksum Error====== | ======File Length Error======
 *
 * The dot comes after the record is on the disk, so with one record on its way at a time no flow control is needed. A
 * bad file stays on the disk: it is erased here. Works where bit 7 is lost.
 */
import { ZulmError } from "../base/errors.js";
import { textToBytes } from "../transport/byte-reader.js";
import type { ReceiverProfile } from "../transport/machine-programs.js";
import { printable } from "../transport/printable.js";
import type { Ccp, CcpOptions } from "./ccp.js";
import { faultIn, isUnknownCommand } from "./messages.js";

const RECORD_BYTES = 128;
/** DOWNLOAD prints nothing when it is ready; "DOWNLOAD?" comes sooner. */
const START_S = 1.5;
/** Writing a record, and now and then a block, to CompactFlash or floppy. */
const DOT_S = 10;
/** Where one that should have come did not. */
const NO_DOT_S = 1;
const END_S = 30;
const DOT = /\./;
/** Between keys that no machine misses. */
const KEY_S = 0.2;
/** Ends a package, certainly a wrong one, whether DOWNLOAD waits for the colon, a digit or the second of a pair. */
const GIVE_UP = ":>>0000";
/** To make or close a file on a floppy. */
const DIRECTORY_S = 3;

export interface DownloadOptions extends CcpOptions {
	/** The line holds nothing back: wait where the directory is written without a sign that it is done. */
	readonly careful?: boolean | undefined;
}

export interface DownloadResult {
	readonly protocol: "download";
	readonly blockSize: 128;
	readonly bytes: number;
	readonly seconds: number;
	readonly bytesPerSecond: number;
	readonly retries: 0;
}

/** What comes after the command: user area, bytes, length and sum. */
export function downloadBody(bytes: Uint8Array, userArea = 0): string {
	const sum = bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
	return `U${userArea}\r\n:${hex(bytes)}>${hex(Uint8Array.of(bytes.length & 0xff, sum))}`;
}

/** A file to paste into a terminal program at the CP/M prompt, for people without zulm at the other end. */
export function downloadPackage(name: string, bytes: Uint8Array, userArea = 0): string {
	return `DOWNLOAD ${name}\r\n${downloadBody(bytes, userArea)}`;
}

/**
 * Sends `bytes` to DOWNLOAD as `name`, which must not exist. The machine is at its prompt, before and after.
 * @returns undefined when the machine does not have the program
 * @throws ZulmError `transfer-failed`, `disk-full`, `disk-read-only`, `machine-refused`, `line-lost`, `interrupted`
 */
export async function downloadWith(
	ccp: Ccp,
	receiver: ReceiverProfile,
	name: string,
	bytes: Uint8Array,
	options: DownloadOptions,
): Promise<DownloadResult | undefined> {
	const { console } = ccp;
	const command = receiver.command.replace("{name}", name);
	await ccp.enter(command);
	const started = await ccp.untilAnyWaiting(START_S);
	if (isUnknownCommand(started.text, command)) return undefined;
	if (started.waiting === "prompt") throw faultIn(started.text) ?? refused(command, started.text);

	options.onEvent?.({ type: "receiver", receiver: receiver.id });
	try {
		return await sendPackage(ccp, receiver, name, bytes, options);
	} catch (error) {
		// Whoever pressed Ctrl-C wants a prompt, and this program has no other way out. The line may be gone.
		if (error instanceof ZulmError && error.code === "interrupted") {
			await console.link.write(textToBytes(GIVE_UP)).catch(() => {});
		}
		throw error;
	}
}

async function sendPackage(
	ccp: Ccp,
	receiver: ReceiverProfile,
	name: string,
	bytes: Uint8Array,
	{ onEvent, careful }: DownloadOptions,
): Promise<DownloadResult> {
	const { console } = ccp;
	const { clock } = console.link;
	const startS = clock.now();
	// The line end of the command is CR LF in what people paste; the CCP takes the CR.
	const body = `\n${downloadBody(bytes, ccp.userArea)}`;
	const dataStart = body.indexOf(":") + 1;
	const tail = dataStart + 2 * bytes.length;
	const blocks = Math.ceil(bytes.length / RECORD_BYTES);
	await console.type(body.slice(0, dataStart));
	let said = careful === true ? await console.listen(DIRECTORY_S, DIRECTORY_S) : "";
	let hasDots = true;
	for (let block = 0; block < blocks; block++) {
		const from = dataStart + 2 * RECORD_BYTES * block;
		await console.type(body.slice(from, Math.min(from + 2 * RECORD_BYTES, tail)));
		// A last record that is not full is written when the length has come.
		if ((block + 1) * RECORD_BYTES > bytes.length) break;
		const dot = await console.untilMatch(DOT, hasDots ? DOT_S : NO_DOT_S);
		hasDots = DOT.test(dot);
		said += dot;
		if (ccp.waitingIn(said) !== undefined) throw await failed(ccp, receiver, name, said);
		const sent = (block + 1) * RECORD_BYTES;
		const bytesPerSecond = sent / (clock.now() - startS);
		const etaS = (bytes.length - sent) / bytesPerSecond;
		onEvent?.({
			type: "progress",
			progress: { block: block + 1, blocks, bytes: sent, retries: 0, bytesPerSecond, etaS },
		});
	}
	await console.type(body.slice(tail, tail + 1));
	if (careful === true) said += await console.listen(DIRECTORY_S, 2 * DIRECTORY_S);
	await console.type(body.slice(tail + 1));
	const end = await ccp.untilAnyWaiting(END_S);
	said += end.text;
	if (end.waiting !== "prompt" || !/^OK\s*$/m.test(said.replace(/\r/g, "\n"))) {
		throw await failed(ccp, receiver, name, said);
	}
	const seconds = clock.now() - startS;
	const { length } = bytes;
	return {
		protocol: "download",
		blockSize: RECORD_BYTES,
		bytes: length,
		seconds,
		bytesPerSecond: length / seconds,
		retries: 0,
	};
}

async function failed(ccp: Ccp, receiver: ReceiverProfile, name: string, heard: string): Promise<ZulmError> {
	let said = heard;
	// One by one: what brought us here may be a machine that misses characters.
	for (const key of GIVE_UP) {
		if (ccp.waitingIn(said) === "prompt") break;
		await ccp.console.type(key);
		said += await ccp.console.read(KEY_S);
	}
	said = await ccp.backToPrompt(said, "", END_S);
	await ccp.erase(name);
	const listed = receiver.failure.find(({ text }) => said.toLowerCase().includes(text.toLowerCase()));
	const words = printable(
		said
			.replace(/[.\s]+/g, " ")
			.trim()
			.slice(-80),
	);
	return (
		faultIn(said) ??
		new ZulmError(listed?.code ?? "transfer-failed", `DOWNLOAD did not take the file; it said "${words}".`, {
			hint: "Check the line and try again; the old program is still there.",
		})
	);
}

function refused(command: string, heard: string): ZulmError {
	return new ZulmError(
		"machine-refused",
		`"${command}" ended at once: it said "${printable(heard.trim().slice(-80))}".`,
		{
			hint: "Try the command at the machine's own prompt.",
		},
	);
}

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("hex").toUpperCase();
}
