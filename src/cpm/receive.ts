/**
 * One file into the machine through a receiving program that is on its disk.
 *
 *   "RX ZULMTMP.COM"  ►  "RX?" → not there, try the next of the profile
 *                     ►  C → XMODEM → "RX OK 133 records" → done      ► CAN CAN → "RX FAILED: disk full" → disk-full
 *
 * Receivers are data (profiles/receivers.toml). What a receiver prints decides, not that the last block was acknowledged.
 */
import { ZulmError } from "../base/errors.js";
import { textToBytes } from "../transport/byte-reader.js";
import type { Link } from "../transport/link.js";
import type { ReceiverProfile } from "../transport/machine-programs.js";
import { printable } from "../transport/printable.js";
import { CAN, EOT } from "../transport/xmodem/control-bytes.js";
import { sendXmodem, type TransferResult } from "../transport/xmodem/send-xmodem.js";
import type { Ccp, CcpOptions } from "./ccp.js";
import { type DownloadOptions, downloadWith } from "./download.js";
import { listedFault, RETRY, withLastWords } from "./last-words.js";
import { isUnknownCommand } from "./messages.js";

/** A transfer as `--json` shows it. */
export interface Transfer {
	readonly protocol: string;
	readonly blockSize: number;
	readonly bytes: number;
	readonly seconds: number;
	readonly bytesPerSecond: number;
	readonly retries: number;
	/** The machine had the same bytes already. */
	readonly skipped: boolean;
	/** A receiver had to be put on the machine first. */
	readonly bootstrapped: boolean;
}

const RECORD_BYTES = 128;
/**
 * Sends `bytes` to the file `name` on the machine, which is at its prompt; it is there again afterwards. `name` must
 * not exist. Nothing is put on the machine for it: see deliver.ts for that.
 * @throws ZulmError `no-receiver`, `disk-full`, `disk-read-only`, `file-read-only`, `transfer-cancelled`,
 * `transfer-failed`, `no-answer`, `line-lost`, `interrupted`
 */
export async function receiveFile(
	ccp: Ccp,
	receivers: readonly ReceiverProfile[],
	name: string,
	bytes: Uint8Array,
	options: CcpOptions = {},
): Promise<{ readonly receiver: string; readonly transfer: Transfer }> {
	for (const receiver of receivers) {
		const transfer = await receiveWith(ccp, receiver, name, bytes, options);
		if (transfer) return { receiver: receiver.id, transfer };
		options.onEvent?.({ type: "receiver-missing", receiver: receiver.id });
		await ccp.find();
	}
	throw noReceiver(receivers, "Change to the drive that holds one, or choose another --profile.");
}

/** None of `receivers` is on the machine. */
export function noReceiver(receivers: readonly ReceiverProfile[], hint: string): ZulmError {
	const tried = receivers.map((receiver) => verbOf(receiver)).join(", ");
	return new ZulmError("no-receiver", `The machine has none of the receiving programs this profile knows: ${tried}.`, {
		hint,
	});
}

/**
 * Sends `bytes` with one receiver.
 * @returns undefined when the machine does not have it
 * @throws NotReceiving when a program of that name does something else, ZulmError as `receiveFile`
 */
export async function receiveWith(
	ccp: Ccp,
	receiver: ReceiverProfile,
	name: string,
	bytes: Uint8Array,
	options: DownloadOptions,
): Promise<Transfer | undefined> {
	const send = receiver.protocol === "download" ? downloadWith : xmodemWith;
	const result = await send(ccp, receiver, name, bytes, options);
	return result && asTransfer(result);
}

/** @returns undefined when the machine does not have this receiver */
async function xmodemWith(
	ccp: Ccp,
	receiver: ReceiverProfile,
	name: string,
	bytes: Uint8Array,
	{ signal, onEvent }: CcpOptions,
): Promise<TransferResult | undefined> {
	const { link, reader } = ccp.console;
	const command = receiver.command.replace("{name}", name);
	let announced = false;
	let answered = false;
	await ccp.enter(command);
	const onBanner = (heard: string): void => {
		if (isUnknownCommand(heard, command)) throw new NotOnMachine();
		const fault = listedFault(receiver.failure, heard);
		if (fault) throw fault;
		const question = receiver.overwriteQuestion;
		if (question && !answered && heard.toLowerCase().includes(question.text.toLowerCase())) {
			answered = true;
			// A lost line is noticed by the reader.
			link.write(textToBytes(question.answer)).catch(() => {});
		}
		const waiting = ccp.waitingIn(heard);
		if (waiting === "prompt" || waiting === "chat") throw endedAtOnce(command, heard);
	};
	let result: TransferResult;
	try {
		result = await sendXmodem(receiver.ignoresCancel ? endingWithEot(link) : link, bytes, {
			checksum: receiver.asksWith.some((request) => request !== "NAK") ? "auto" : "checksum",
			startTimeoutS: receiver.startTimeoutS,
			reader,
			onBanner,
			onProgress: (progress) => {
				if (!announced) onEvent?.({ type: "receiver", receiver: receiver.id });
				announced = true;
				onEvent?.({ type: "progress", progress });
			},
			...(receiver.bannerEnd && { bannerEnd: receiver.bannerEnd }),
			...(signal && { signal }),
		});
	} catch (error) {
		if (error instanceof NotOnMachine) return undefined;
		throw await withLastWords(ccp, receiver.failure, error);
	}
	checkLastWords(receiver, await ccp.untilPrompt(), result);
	return result;
}

/** The receiver is not on the machine: not a failure, the next one is tried. */
class NotOnMachine extends Error {}

/** There is a program of that name, and it ended without asking for a file: another program, or another version. */
export class NotReceiving extends ZulmError {}

/** A line on which the sender's CAN CAN becomes EOT, for receivers that take CAN for noise and would then be deaf. */
function endingWithEot(link: Link): Link {
	const isCancel = (bytes: Uint8Array) => bytes.length === 2 && bytes.every((byte) => byte === CAN);
	return {
		clock: link.clock,
		controlLines: link.controlLines,
		describe: () => link.describe(),
		write: (bytes) => link.write(isCancel(bytes) ? Uint8Array.of(EOT) : bytes),
		drain: () => link.drain(),
		onData: (listener) => link.onData(listener),
		onClose: (listener) => link.onClose(listener),
		close: () => link.close(),
	};
}

/** @throws ZulmError when the receiver's own words are not those of success */
function checkLastWords(receiver: ReceiverProfile, said: string, result: TransferResult): void {
	const fault = listedFault(receiver.failure, said);
	if (fault) throw fault;
	const text = said.toLowerCase();
	const praised = receiver.success.some((success) => text.includes(success.toLowerCase()));
	if (!praised && (receiver.success.length > 0 || !result.confirmed)) {
		throw failed(`The receiver did not confirm the file; it said "${printable(said.slice(-80))}".`);
	}
	const count = /(\d+) (?:records|blocks)/i.exec(said)?.[1];
	const sent = Math.ceil(result.bytes / RECORD_BYTES);
	if (count !== undefined && Number(count) !== sent) throw failed(`The receiver counted ${count} records of ${sent}.`);
}

function endedAtOnce(command: string, heard: string): NotReceiving {
	const words = printable(heard.trim().slice(-80));
	return new NotReceiving("machine-refused", `"${command}" did not start to receive; the machine said "${words}".`, {
		hint: "Try the command at the machine's own prompt.",
	});
}

function failed(message: string): ZulmError {
	return new ZulmError("transfer-failed", message, { hint: RETRY });
}

/** The program's name, without a drive. */
export function verbOf(receiver: ReceiverProfile): string {
	return receiver.command.split(" ")[0] as string;
}

type Sent = Pick<Transfer, "protocol" | "blockSize" | "bytes" | "seconds" | "bytesPerSecond" | "retries">;

function asTransfer({ protocol, blockSize, bytes, seconds, bytesPerSecond, retries }: Sent): Transfer {
	return { protocol, blockSize, bytes, seconds, bytesPerSecond, retries, skipped: false, bootstrapped: false };
}
