/**
 * Sends a file with XMODEM, 128-byte blocks, CRC or checksum as the receiver asks.
 *
 *   receiver:  … C        ACK       NAK        ACK            ACK
 *   we:            block 1   block 2   block 2    … EOT
 *
 * xmodem.js builds the frames; this file owns time: deadlines, retries, cancelling, and what to do when a reply is lost,
 * doubled, late or damaged. It never skips a block without an ACK, and the receiver checks every block's number and
 * CRC, so a bad line costs time or ends in an error. Blocks of 1024 bytes are not sent.
 */
import { ZulmError } from "../../base/errors.js";
import { ByteReader, bytesToText } from "../byte-reader.js";
import type { Link } from "../link.js";
import { printable } from "../printable.js";
import { writeWithin } from "../write-within.js";
import { BLOCK_BYTES, CAN } from "./control-bytes.js";
import { holdsCancel, type Reply, readReply, type Start, waitForStart } from "./replies.js";
import { type CheckMode, type Frame, XmodemEngine } from "./xmodem-engine.js";

export interface TransferProgress {
	/** Blocks acknowledged so far, and of how many. */
	readonly block: number;
	readonly blocks: number;
	/** Bytes of the file acknowledged so far (the padding of the last block not counted). */
	readonly bytes: number;
	readonly retries: number;
	/** Since the first block was sent; 0 until one is acknowledged. */
	readonly bytesPerSecond: number;
	/** Seconds left at that rate; undefined until a block is acknowledged. */
	readonly etaS: number | undefined;
}

export interface TransferResult {
	readonly protocol: "xmodem-crc" | "xmodem-checksum";
	readonly blockSize: 128;
	/** Bytes of the file, without padding. */
	readonly bytes: number;
	readonly blocks: number;
	/** From the first block to the acknowledged EOT, on the link's clock. */
	readonly seconds: number;
	readonly bytesPerSecond: number;
	/** Frames sent more than once. */
	readonly retries: number;
	/**
	 * The receiver acknowledged the end. False when it went on to print instead (its ACK got lost): its words are then
	 * unread in the reader, and they or a verification tell how it ended.
	 */
	readonly confirmed: boolean;
}

export interface XmodemOptions {
	/** "auto" (default) obeys the receiver; "crc" or "checksum" refuses to start in the other mode. */
	readonly checksum?: "auto" | CheckMode;
	/** How often one frame is sent again before giving up; 10 by default (Christensen §4A). */
	readonly retries?: number;
	/** Longest wait for the start byte, seconds; 60 by default (Christensen §4C: "say one minute"). */
	readonly startTimeoutS?: number;
	/** Longest wait for a reply after a frame has left; 10 by default (Christensen §4B), enough for a floppy write. */
	readonly ackTimeoutS?: number;
	/** Text that the receiver prints before its first start byte; no start byte counts before it. */
	readonly bannerEnd?: string | RegExp;
	/** Gets all the text the receiver printed so far; throw to stop ("file exists", "no such command"). */
	readonly onBanner?: (text: string) => void;
	readonly onProgress?: (progress: TransferProgress) => void;
	readonly signal?: AbortSignal;
	/** A reader already listening to the link. What the receiver prints after the transfer stays unread in it. */
	readonly reader?: ByteReader;
}

/** Where nothing says how fast the line is (TCP), deadlines assume the slowest usual console. */
const SLOWEST_USUAL_BAUD = 1200;
/** Start and stop bit make ten bits of a byte. */
const BITS_PER_BYTE = 10;
/** How long to listen for a second, late reply after a frame was sent twice. */
const LATE_REPLY_S = 0.25;
/**
 * How long to wait for the true reply after one that came too early to be it: a receiver that misses bytes waits a
 * second for them and purges for another before its NAK (Christensen §6).
 */
const AFTER_EARLY_REPLY_S = 3;
/** A cancel is best effort: a line with a stuck RTS must not hold Ctrl-C up. */
const CANCEL_WRITE_S = 1;
/** A line that takes no bytes for this long, beyond what the frame needs, is stuck. */
const STUCK_LINE_S = 30;

/**
 * Waits for the receiver on `link` and sends `bytes` (at least one) to it.
 * @throws ZulmError `no-answer` (no start byte), `transfer-cancelled`, `transfer-failed`, `line-lost`, `interrupted`
 * (after telling the receiver with CAN CAN)
 */
export async function sendXmodem(link: Link, bytes: Uint8Array, options: XmodemOptions = {}): Promise<TransferResult> {
	if (bytes.length === 0) throw new ZulmError("usage", "There is nothing to send: the file is empty.");
	const reader = options.reader ?? new ByteReader(link);
	try {
		return await new Sender(link, reader, bytes, options).run();
	} catch (error) {
		const receiverStillWaits = error instanceof ZulmError && ["interrupted", "transfer-failed"].includes(error.code);
		if (receiverStillWaits) await cancel(link);
		throw error;
	} finally {
		if (!options.reader) reader.close();
	}
}

/** Tells the receiver to give up: two CANs, which some receivers ignore (XMODEM 2.7). */
async function cancel(link: Link): Promise<void> {
	const sent = link.write(Uint8Array.of(CAN, CAN)).catch(() => {});
	const timer = new AbortController();
	await Promise.race([sent, link.clock.sleep(CANCEL_WRITE_S, timer.signal).catch(() => {})]);
	timer.abort();
}

class Sender {
	readonly #link: Link;
	readonly #reader: ByteReader;
	readonly #engine: XmodemEngine;
	readonly #options: XmodemOptions;
	readonly #length: number;
	readonly #maxRetries: number;
	#retries = 0;
	/**
	 * Whether a frame takes its time on this line. A real UART does, so a reply in the first half of a frame's time
	 * belongs to something earlier (a doubled or late ACK). A pty (no control lines) or a TCP server may carry a frame
	 * in no time.
	 */
	#paced: boolean;
	/** How often an early reply was the only one. */
	#earlyAndAlone = 0;
	#startS = 0;

	constructor(link: Link, reader: ByteReader, bytes: Uint8Array, options: XmodemOptions) {
		this.#link = link;
		this.#reader = reader;
		this.#engine = new XmodemEngine(bytes);
		this.#length = bytes.length;
		this.#options = options;
		this.#maxRetries = options.retries ?? 10;
		const { kind } = link.describe();
		this.#paced = kind === "emulator" || (kind === "serial" && link.controlLines !== undefined);
	}

	async run(): Promise<TransferResult> {
		const start = await this.#start();
		this.#startS = this.#link.clock.now();
		this.#report(0);
		let confirmed = true;
		let frame: Frame | undefined = this.#engine.start(start.mode);
		while (frame) {
			const reply = await this.#deliver(frame);
			if (reply === "text") {
				if (frame.block !== undefined) throw this.#endedEarly(frame.block);
				confirmed = false;
				break;
			}
			if (frame.block !== undefined) this.#report(frame.block);
			frame = this.#engine.acknowledged();
		}
		const seconds = this.#link.clock.now() - this.#startS;
		return {
			protocol: start.mode === "crc" ? "xmodem-crc" : "xmodem-checksum",
			blockSize: BLOCK_BYTES,
			bytes: this.#length,
			blocks: this.#engine.blocks,
			seconds,
			bytesPerSecond: seconds > 0 ? this.#length / seconds : 0,
			retries: this.#retries,
			confirmed,
		};
	}

	async #start(): Promise<Start> {
		const { checksum = "auto", startTimeoutS = 60, bannerEnd, onBanner, signal } = this.#options;
		const deadlineS = this.#link.clock.now() + startTimeoutS;
		let refused: CheckMode | undefined;
		for (;;) {
			const timeoutS = deadlineS - this.#link.clock.now();
			const start = await waitForStart(this.#reader, this.#link.clock, { timeoutS, bannerEnd, onBanner, signal });
			if (start === "cancelled") throw cancelledByReceiver(0);
			if ("heard" in start) throw noStart(start.heard, startTimeoutS, refused);
			if (checksum === "auto" || checksum === start.mode) return start;
			// Receivers that start with C fall back to NAK after some tries (Forsberg): wait for that.
			refused = start.mode;
		}
	}

	/** Sends `frame` until it is acknowledged. @returns "ack", or "text" when the receiving program ended instead */
	async #deliver(frame: Frame): Promise<"ack" | "text"> {
		const baud = this.#link.describe().baud ?? SLOWEST_USUAL_BAUD;
		const frameS = (frame.bytes.length * BITS_PER_BYTE) / baud;
		let last: Reply = "silence";
		let replyMayFollow = false;
		for (let attempt = 0; attempt <= this.#maxRetries; attempt++) {
			if (attempt > 0) this.#retries++;
			const copy = attempt === 0 ? frame : this.#engine.repeat();
			last = await this.#exchange(copy, frameS);
			if (last === "cancelled") throw cancelledByReceiver(frame.block ?? this.#engine.blocks);
			if (last === "text") return "text";
			if (last === "ack") {
				if (replyMayFollow) await this.#letLateRepliesPass(frameS);
				return "ack";
			}
			if (last !== "nak") replyMayFollow = true;
		}
		throw new ZulmError("transfer-failed", this.#gaveUp(frame, last), {
			hint:
				last === "silence"
					? "Check the cable and whether the receiving program still runs."
					: "Check the line speed and the flow control (RTS/CTS), or use a lower speed.",
		});
	}

	/** Puts one copy of a frame on the line and waits for the reply to it. */
	async #exchange(copy: Frame, frameS: number): Promise<Reply> {
		const { signal, ackTimeoutS = 10 } = this.#options;
		const beforeBlock2 = copy.block === 1;
		if (holdsCancel(this.#reader.peek())) return "cancelled";
		// Christensen §6: toss what came while the block before was on its way; a doubled ACK must not count for this one.
		this.#reader.discard();
		const sentS = this.#link.clock.now();
		await writeWithin(this.#link, copy.bytes, frameS + STUCK_LINE_S, signal);
		let reply = await readReply(this.#reader, frameS + ackTimeoutS, beforeBlock2, signal);
		const isEarly = () => this.#reader.lastArrivalS < sentS + frameS / 2;
		// Nothing can be in doubt before block 1, so its ACK shows whether frames take their time here.
		if (beforeBlock2 && reply === "ack" && isEarly()) this.#paced = false;
		while (this.#paced && (reply === "ack" || reply === "nak") && isEarly()) {
			reply = await readReply(this.#reader, frameS + AFTER_EARLY_REPLY_S, beforeBlock2, signal);
			// Either the frame got lost, or that was the reply, because frames arrive here faster than their bits. Sending
			// once more is right for both; the second time it happens, the latter is likelier.
			if (reply === "silence" && ++this.#earlyAndAlone === 2) this.#paced = false;
		}
		if (reply !== "start-again") return reply;
		// The request may have crossed block 1 on the line: then the ACK follows within a block's time.
		return readReply(this.#reader, frameS + LATE_REPLY_S, true, signal);
	}

	/** The ACK may have been the late one for the first copy: the second copy's must not count for the next block. */
	async #letLateRepliesPass(frameS: number): Promise<void> {
		const quietS = frameS + LATE_REPLY_S;
		const { bytes } = await this.#reader.readQuiet(quietS, 4 * quietS, this.#options.signal);
		this.#reader.unread(bytes);
	}

	#report(block: number): void {
		const bytes = Math.min(block * BLOCK_BYTES, this.#length);
		const seconds = this.#link.clock.now() - this.#startS;
		const bytesPerSecond = seconds > 0 ? bytes / seconds : 0;
		this.#options.onProgress?.({
			block,
			blocks: this.#engine.blocks,
			bytes,
			retries: this.#retries,
			bytesPerSecond,
			etaS: bytesPerSecond > 0 ? (this.#length - bytes) / bytesPerSecond : undefined,
		});
	}

	#gaveUp(frame: Frame, last: Reply): string {
		const what = frame.block === undefined ? "the end of the file" : `block ${frame.block} of ${this.#engine.blocks}`;
		const why = last === "silence" ? "the receiver did not answer" : "the receiver did not accept it";
		return `The transfer failed: ${why} when ${what} was sent ${this.#maxRetries + 1} times.`;
	}

	#endedEarly(block: number): ZulmError {
		const said = printable(bytesToText(this.#reader.peek()).trim());
		return new ZulmError(
			"transfer-failed",
			`The receiver ended at block ${block} of ${this.#engine.blocks} and printed "${said}".`,
			{ hint: "Its message says why; then try again." },
		);
	}
}

function cancelledByReceiver(block: number): ZulmError {
	const when = block === 0 ? "before the first block" : `at block ${block}`;
	return new ZulmError("transfer-cancelled", `The receiver cancelled the transfer ${when}.`, {
		hint: "Usually its disk is full or read-only; look at what it printed.",
	});
}

function noStart(heard: string, startTimeoutS: number, refused: CheckMode | undefined): ZulmError {
	if (refused) {
		return new ZulmError(
			"no-answer",
			`The receiver asks for XMODEM with ${refused === "crc" ? "CRC" : "checksums"} only.`,
			{
				hint: "Let it choose, or start the receiving program in the other mode.",
			},
		);
	}
	const said = heard.trim() === "" ? "nothing came" : `it said "${printable(heard.trim().slice(-80))}"`;
	return new ZulmError(
		"no-answer",
		`The receiver did not ask for the file within ${startTimeoutS} s: no C or NAK arrived, ${said}.`,
		{ hint: "Check that the receiving program runs on the machine and listens to this line." },
	);
}
