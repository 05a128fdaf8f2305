/**
 * Sends a file with XMODEM: blocks of 128 or 1024 bytes, CRC or checksum, as the receiver asks.
 *
 *   receiver:  … C        ACK       NAK        ACK            ACK
 *   we:            block 1   block 2   block 2    … EOT
 *
 * This file owns time: deadlines, retries, cancelling, and what to do when a reply is lost, doubled, late or damaged.
 * It never skips a block without an ACK, and the receiver checks every block's number and CRC, so a bad line costs
 * time or ends in an error. Why it is not xmodem.js that sends: docs/transfer.md.
 */
import { ZulmError } from "../../base/errors.js";
import { ByteReader, bytesToText } from "../byte-reader.js";
import type { Link } from "../link.js";
import { printable } from "../printable.js";
import { writeWithin } from "../write-within.js";
import { BLOCK_BYTES, CAN, LONG_BLOCK_BYTES } from "./control-bytes.js";
import { type BlockSize, type CheckMode, type Frame, FrameSource } from "./frames.js";
import { holdsCancel, type Reply, readReply, type Start, waitForStart } from "./replies.js";

export interface TransferProgress {
	/** Blocks acknowledged so far, and of how many (more, once long blocks were given up). */
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
	/** Of the longest block that was acknowledged. */
	readonly blockSize: BlockSize;
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
	/**
	 * "auto" (default): 1024 bytes where the receiver offers it ("CK"); 1024: offered or not. Blocks become short again
	 * when the receiver refuses long ones.
	 */
	readonly blockSize?: "auto" | BlockSize;
	/** How often one frame is sent again before giving up; 10 by default (Christensen §4A). */
	readonly retries?: number;
	/** Longest wait for the start byte, seconds; 60 by default (Christensen §4C: "say one minute"). */
	readonly startTimeoutS?: number;
	/** Longest wait for a reply after a frame has left; 10 by default (Christensen §4B), enough for a floppy write. */
	readonly ackTimeoutS?: number;
	/**
	 * False where nothing but the transfer comes over this line, the receiver printing elsewhere: a start byte then counts
	 * at once. By default it counts only before a silence of 0.15 s, because banners hold the letter C.
	 */
	readonly textOnLine?: boolean;
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
/**
 * A refusal comes at once or after a purge of a second. A NAK later than this may be the receiver's impatience for the
 * next block, the ACK of this one being lost (PCGET waits 3 s), and so no proof that this one was not taken.
 */
const PROMPT_REFUSAL_S = 2;
/** Prompt refusals in a row after which long blocks are given up: of the very first block, and later (noise). */
const REFUSALS_OF_FIRST = 2;
const REFUSALS_OF_LATER = 3;
/** NAKs to block 1 after which the other check is tried: the receiver fell back while we answered. */
const NAKS_OF_CHECK = 4;
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

/** A frame that was put on the line. */
interface Sent {
	readonly sentS: number;
	readonly written: Promise<void>;
}

class Sender {
	readonly #link: Link;
	readonly #reader: ByteReader;
	readonly #bytes: Uint8Array;
	readonly #options: XmodemOptions;
	readonly #length: number;
	readonly #maxRetries: number;
	#frames: FrameSource;
	#blockSize: BlockSize = BLOCK_BYTES;
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
	/** The frame at hand, where the ACK of the one before has already sent it off. */
	#ahead: Sent | undefined;
	/** Blocks acknowledged when the progress was last told. */
	#reported: number | undefined;

	constructor(link: Link, reader: ByteReader, bytes: Uint8Array, options: XmodemOptions) {
		this.#link = link;
		this.#reader = reader;
		this.#bytes = bytes;
		this.#frames = new FrameSource(bytes, "crc", BLOCK_BYTES);
		this.#length = bytes.length;
		this.#options = options;
		this.#maxRetries = options.retries ?? 10;
		const { kind } = link.describe();
		this.#paced = kind === "emulator" || (kind === "serial" && link.controlLines !== undefined);
	}

	async run(): Promise<TransferResult> {
		const start = await this.#start();
		const { blockSize = "auto" } = this.#options;
		const offered = start.offersLongBlocks ? LONG_BLOCK_BYTES : BLOCK_BYTES;
		this.#frames = new FrameSource(this.#bytes, start.mode, blockSize === "auto" ? offered : blockSize);
		this.#startS = this.#link.clock.now();
		let confirmed = true;
		for (;;) {
			const delivered = await this.#deliver();
			if (delivered.reply === "text") {
				if (delivered.frame.block !== undefined) throw this.#endedEarly(delivered.frame.block);
				confirmed = false;
				break;
			}
			if (delivered.frame.size === 0) break;
			this.#blockSize = Math.max(this.#blockSize, delivered.frame.size) as BlockSize;
			this.#frames.advance();
		}
		const seconds = this.#link.clock.now() - this.#startS;
		return {
			protocol: this.#frames.mode === "crc" ? "xmodem-crc" : "xmodem-checksum",
			blockSize: this.#blockSize,
			bytes: this.#length,
			blocks: this.#frames.acknowledged,
			seconds,
			bytesPerSecond: seconds > 0 ? this.#length / seconds : 0,
			retries: this.#retries,
			confirmed,
		};
	}

	async #start(): Promise<Start> {
		const { checksum = "auto", blockSize = "auto", startTimeoutS = 60 } = this.#options;
		const { textOnLine, bannerEnd, onBanner, signal } = this.#options;
		const waiting = { textOnLine, offerMatters: blockSize === "auto", bannerEnd, onBanner, signal };
		const deadlineS = this.#link.clock.now() + startTimeoutS;
		let refused: CheckMode | undefined;
		for (;;) {
			const timeoutS = deadlineS - this.#link.clock.now();
			const start = await waitForStart(this.#reader, this.#link.clock, { ...waiting, timeoutS });
			if (start === "cancelled") throw cancelledByReceiver(0);
			if ("heard" in start) throw noStart(start.heard, startTimeoutS, refused);
			if (checksum === "auto" || checksum === start.mode) return start;
			// Receivers that start with C fall back to NAK after some tries (Forsberg): wait for that.
			refused = start.mode;
		}
	}

	/** Sends the frame at hand until it is acknowledged; "text": the receiving program ended instead. */
	async #deliver(): Promise<{ readonly frame: Frame; readonly reply: "ack" | "text" }> {
		let frame = this.#frames.frame();
		let last: Reply = "silence";
		let replyMayFollow = false;
		/** Copies in a row that were refused promptly; undefined once one may have been taken. */
		let refusals: number | undefined = 0;
		let naks = 0;
		for (let attempt = 0; attempt <= this.#maxRetries; attempt++) {
			if (attempt > 0) this.#retries++;
			const { reply, afterS } = await this.#exchange(frame, attempt === 0);
			last = reply;
			if (reply === "cancelled") throw cancelledByReceiver(frame.block ?? this.#frames.blocks);
			if (reply === "text") return { frame, reply };
			if (reply === "ack") {
				if (replyMayFollow) await this.#letLateRepliesPass(this.#secondsOf(frame));
				return { frame, reply };
			}
			if (reply !== "nak") replyMayFollow = true;
			const refused = reply === "start-again" || (reply === "nak" && afterS < PROMPT_REFUSAL_S);
			refusals = refused && refusals !== undefined ? refusals + 1 : undefined;
			if (reply === "nak") naks++;
			if (frame.block === 1) this.#tryOtherCheck(reply, naks);
			if (refusals !== undefined) this.#tryShortBlocks(frame, refusals);
			frame = this.#frames.frame();
		}
		throw new ZulmError("transfer-failed", this.#gaveUp(frame, last), {
			hint:
				last === "silence"
					? "Check the cable and whether the receiving program still runs."
					: "Check the line speed and the flow control (RTS/CTS), or use a lower speed.",
		});
	}

	/**
	 * Short blocks for a long one that was refused so often. Only while no receiver can have taken it, because the same
	 * number then holds other bytes.
	 */
	#tryShortBlocks(frame: Frame, refusals: number): void {
		if (frame.size !== LONG_BLOCK_BYTES) return;
		if (refusals >= (frame.block === 1 ? REFUSALS_OF_FIRST : REFUSALS_OF_LATER)) this.#frames.shorten();
	}

	/** The other check for a first block that is refused again and again; its bytes stay the same. */
	#tryOtherCheck(reply: Reply, naks: number): void {
		if ((this.#options.checksum ?? "auto") !== "auto") return;
		if (reply === "start-again") this.#frames.restart("crc");
		else if (reply === "nak" && naks % NAKS_OF_CHECK === 0) {
			this.#frames.restart(this.#frames.mode === "crc" ? "checksum" : "crc");
		}
	}

	/** How long a frame is on the line. */
	#secondsOf(frame: Frame): number {
		const { baud = SLOWEST_USUAL_BAUD, characterDelayS = 0 } = this.#link.describe();
		return frame.bytes.length * (BITS_PER_BYTE / baud + characterDelayS);
	}

	/** Puts a frame on the line. */
	#send(frame: Frame): Sent {
		const sentS = this.#link.clock.now();
		const timeoutS = this.#secondsOf(frame) + STUCK_LINE_S;
		const written = writeWithin(this.#link, frame.bytes, timeoutS, this.#options.signal);
		// A frame sent ahead may never be waited for, when something else ends the transfer first; its failure is then moot.
		written.catch(() => {});
		return { sentS, written };
	}

	/**
	 * Puts one copy of a frame on the line and waits for the reply to it, which came `afterS` after its last byte.
	 *
	 * Where frames take no time, what we do between an ACK and the next block decides how long a transfer takes. So the
	 * ACK of a first copy, which leaves nothing in doubt, sends the next frame off as it arrives; all that then leads to
	 * the exchange of that frame happens while it travels.
	 */
	async #exchange(copy: Frame, isFirst: boolean): Promise<{ readonly reply: Reply; readonly afterS: number }> {
		const { signal, ackTimeoutS = 10 } = this.#options;
		const frameS = this.#secondsOf(copy);
		const beforeBlock2 = copy.block === 1;
		const ahead = this.#ahead;
		this.#ahead = undefined;
		if (this.#reader.buffered > 0) {
			if (holdsCancel(this.#reader.peek())) return { reply: "cancelled", afterS: 0 };
			// Christensen §6: toss what came while the block before was on its way; a doubled ACK must not count for this one.
			// A frame sent ahead left in this same turn of the event loop: no reply to it can be here yet.
			this.#reader.discard();
		}
		const { sentS, written } = ahead ?? this.#send(copy);
		this.#frames.prepare();
		await written;
		this.#report();
		const sendNext = () => {
			this.#ahead = this.#frames.next && this.#send(this.#frames.next);
		};
		const onAck = isFirst && !this.#paced ? sendNext : undefined;
		let reply = await readReply(this.#reader, frameS + ackTimeoutS, beforeBlock2, signal, onAck);
		const isEarly = () => this.#reader.lastArrivalS < sentS + frameS / 2;
		// Nothing can be in doubt before block 1, so its ACK shows whether frames take their time here.
		if (beforeBlock2 && reply === "ack" && isEarly()) this.#paced = false;
		while (this.#paced && (reply === "ack" || reply === "nak") && isEarly()) {
			reply = await readReply(this.#reader, frameS + AFTER_EARLY_REPLY_S, beforeBlock2, signal);
			// Either the frame got lost, or that was the reply, because frames arrive here faster than their bits. Sending
			// once more is right for both; the second time it happens, the latter is likelier.
			if (reply === "silence" && ++this.#earlyAndAlone === 2) this.#paced = false;
		}
		const afterS = this.#reader.lastArrivalS - sentS - frameS;
		if (reply !== "start-again") return { reply, afterS };
		// The request may have crossed block 1 on the line: then the ACK follows within a block's time.
		const crossed = await readReply(this.#reader, frameS + LATE_REPLY_S, true, signal);
		return { reply: crossed === "silence" ? "start-again" : crossed, afterS };
	}

	/** The ACK may have been the late one for the first copy: the second copy's must not count for the next block. */
	async #letLateRepliesPass(frameS: number): Promise<void> {
		const quietS = frameS + LATE_REPLY_S;
		const { bytes } = await this.#reader.readQuiet(quietS, 4 * quietS, this.#options.signal);
		this.#reader.unread(bytes);
	}

	/** Tells the progress, unless it is that of the last time: a block may be sent more than once. */
	#report(): void {
		if (this.#reported === this.#frames.acknowledged) return;
		this.#reported = this.#frames.acknowledged;
		const bytes = this.#frames.acknowledgedBytes;
		const seconds = this.#link.clock.now() - this.#startS;
		const bytesPerSecond = seconds > 0 ? bytes / seconds : 0;
		this.#options.onProgress?.({
			block: this.#frames.acknowledged,
			blocks: this.#frames.blocks,
			bytes,
			retries: this.#retries,
			bytesPerSecond,
			etaS: bytesPerSecond > 0 ? (this.#length - bytes) / bytesPerSecond : undefined,
		});
	}

	#gaveUp(frame: Frame, last: Reply): string {
		const what = frame.block === undefined ? "the end of the file" : `block ${frame.block} of ${this.#frames.blocks}`;
		const why = last === "silence" ? "the receiver did not answer" : "the receiver did not accept it";
		return `The transfer failed: ${why} when ${what} was sent ${this.#maxRetries + 1} times.`;
	}

	#endedEarly(block: number): ZulmError {
		const said = printable(bytesToText(this.#reader.peek()).trim());
		return new ZulmError(
			"transfer-failed",
			`The receiver ended at block ${block} of ${this.#frames.blocks} and printed "${said}".`,
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
