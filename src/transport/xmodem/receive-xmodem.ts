/**
 * Receives a file with XMODEM: blocks of 128 or 1024 bytes as the sender likes, CRC, or checksums for a sender that
 * does not answer to C.
 *
 *   we:  C … C            ACK       (quiet) NAK            ACK       NAK       ACK
 *   sender:     block 1       bl#ck 2           block 2        EOT       EOT
 *
 * What is damaged is read to the next silence and asked for again; a block that comes twice is taken once; the first
 * EOT is asked for again, because one damaged byte may look like it. The bytes are handed over only when all have come.
 * Does not know the file's length: CP/M files are whole records anyway.
 */
import { crc16 } from "../../base/crc16.js";
import { ZulmError } from "../../base/errors.js";
import { ByteReader, bytesToText } from "../byte-reader.js";
import type { Link } from "../link.js";
import { printable } from "../printable.js";
import { writeWithin } from "../write-within.js";
import { ACK, BLOCK_BYTES, CAN, CRC_REQUEST, EOT, LONG_BLOCK_BYTES, NAK, SOH, STX } from "./control-bytes.js";
import { type CheckMode, checksum } from "./frames.js";
import type { TransferResult } from "./send-xmodem.js";

export interface ReceiveOptions {
	/** How often one block, or the start, is asked for again before giving up; 10 by default (Christensen §4A). */
	readonly retries?: number;
	/** How many times to ask with C before asking with NAK; 4 by default (Forsberg: "three or four"). */
	readonly crcAttempts?: number;
	/** Gets the text that came instead of a first block; throw to stop ("no such file"). */
	readonly onText?: (text: string) => void;
	readonly onProgress?: (progress: { readonly blocks: number; readonly bytes: number }) => void;
	readonly signal?: AbortSignal | undefined;
	/** A reader already listening to the link. What the sender prints after the transfer stays unread in it. */
	readonly reader?: ByteReader;
}

export interface Received extends TransferResult {
	/** Whole blocks, the last one as the sender padded it. */
	readonly data: Uint8Array;
}

/** Between two requests for block 1. */
const ASK_EVERY_S = 3;
/** Waiting for the next block (Christensen §4B: ten seconds). */
const HEADER_S = 10;
/** Between two bytes of a block (Christensen §4B: one second). */
const BYTE_S = 1;
/** The line is quiet, and nothing of a damaged block still to come: longer than a USB adapter's 16 ms. */
const QUIET_S = 0.25;
/** A damaged block is over after this, whatever comes. */
const PURGE_LIMIT_S = 20;
/** Behind a real EOT nothing follows. */
const EOT_QUIET_S = 0.05;
const WRITE_S = 30;

/**
 * Asks the sender on `link` to begin and takes the file.
 * @throws ZulmError `no-answer` (nothing began), `transfer-cancelled`, `transfer-failed`, `line-lost`, `interrupted`
 * (after telling the sender with CAN CAN)
 */
export async function receiveXmodem(link: Link, options: ReceiveOptions = {}): Promise<Received> {
	const reader = options.reader ?? new ByteReader(link);
	try {
		return await new Receiver(link, reader, options).run();
	} catch (error) {
		const senderGoesOn = error instanceof ZulmError && ["interrupted", "transfer-failed"].includes(error.code);
		if (senderGoesOn) await link.write(Uint8Array.of(CAN, CAN)).catch(() => {});
		throw error;
	} finally {
		if (!options.reader) reader.close();
	}
}

type Incoming =
	| { readonly kind: "block"; readonly number: number; readonly data: Uint8Array }
	| { readonly kind: "eot" | "cancelled" | "damaged" | "silence" };

class Receiver {
	readonly #parts: Uint8Array[] = [];
	readonly #maxRetries: number;
	#mode: CheckMode = "crc";
	#bytes = 0;
	#longest: 128 | 1024 = BLOCK_BYTES;
	#retries = 0;
	#text = "";

	constructor(
		private readonly link: Link,
		private readonly reader: ByteReader,
		private readonly options: ReceiveOptions,
	) {
		this.#maxRetries = options.retries ?? 10;
	}

	async run(): Promise<Received> {
		const first = await this.#start();
		const startS = this.link.clock.now();
		let incoming: Incoming = first;
		let failures = 0;
		let eots = 0;
		for (;;) {
			let answer = NAK;
			if (incoming.kind === "cancelled") throw cancelled(this.#parts.length);
			if (incoming.kind === "block") {
				answer = this.#take(incoming.number, incoming.data);
				failures = 0;
				eots = 0;
			} else if (incoming.kind === "eot" && this.#parts.length > 0 && ++eots === 2) {
				await this.#say(ACK);
				break;
			} else if (incoming.kind !== "eot") {
				this.#retries++;
				if (++failures > this.#maxRetries) throw this.#gaveUp(incoming.kind);
			}
			await this.#say(answer);
			incoming = await this.#next(HEADER_S);
		}
		return this.#result(this.link.clock.now() - startS);
	}

	/** Asks until the first block comes, or something that is damaged like one. */
	async #start(): Promise<Incoming> {
		const { crcAttempts = 4 } = this.options;
		let silences = 0;
		let begun = false;
		for (let attempt = 0; attempt <= this.#maxRetries; attempt++) {
			if (!begun && silences >= crcAttempts) this.#mode = "checksum";
			await this.#say(this.#mode === "crc" && !begun ? CRC_REQUEST : NAK);
			const incoming = await this.#next(ASK_EVERY_S);
			if (incoming.kind === "block" || incoming.kind === "cancelled") return incoming;
			if (incoming.kind === "silence") silences++;
			// A sender that has begun knows the check it was asked for; a NAK then asks for the block again.
			begun = incoming.kind === "damaged";
			if (begun) this.#retries++;
		}
		const said = this.#text.trim() === "" ? "nothing came" : `it said "${printable(this.#text.trim().slice(-80))}"`;
		throw new ZulmError("no-answer", `The sender did not begin after ${this.#maxRetries + 1} requests: ${said}.`, {
			hint: "Check that the sending program runs on the machine and that the file is there.",
		});
	}

	/** The next thing the sender says; text before a block is passed over. */
	async #next(timeoutS: number): Promise<Incoming> {
		const { signal } = this.options;
		const deadlineS = this.link.clock.now() + timeoutS;
		for (;;) {
			const head = await this.reader.readByte(deadlineS - this.link.clock.now(), signal);
			if (head === undefined) return { kind: "silence" };
			if (head === SOH || head === STX) return this.#block(head === STX ? LONG_BLOCK_BYTES : BLOCK_BYTES);
			if (head === EOT && this.#parts.length > 0) {
				const after = await this.reader.readByte(EOT_QUIET_S, signal);
				if (after === undefined) return { kind: "eot" };
				return this.#damaged();
			}
			if (head === CAN) {
				const twin = await this.reader.readByte(BYTE_S, signal);
				if (twin === CAN) return { kind: "cancelled" };
				if (twin !== undefined) this.reader.unread(Uint8Array.of(twin));
				continue;
			}
			if (this.#parts.length > 0) return this.#damaged();
			this.#text += bytesToText(Uint8Array.of(head));
			this.options.onText?.(this.#text);
		}
	}

	async #block(length: 128 | 1024): Promise<Incoming> {
		const rest = 2 + length + (this.#mode === "crc" ? 2 : 1);
		const frame = new Uint8Array(rest);
		for (let filled = 0; filled < rest; ) {
			const more = await this.reader.readExactly(rest - filled, BYTE_S, this.options.signal);
			if (more.length === 0) return this.#damaged();
			frame.set(more, filled);
			filled += more.length;
		}
		const [number = 0, complement = 0] = frame;
		const data = frame.slice(2, 2 + length);
		const [high = 0, low = 0] = frame.subarray(2 + length);
		const good = this.#mode === "crc" ? crc16(data) === ((high << 8) | low) : checksum(data) === high;
		if (number + complement !== 0xff || !good) return this.#damaged();
		return { kind: "block", number, data };
	}

	/** Lets the rest of what was damaged pass by. */
	async #damaged(): Promise<Incoming> {
		await this.reader.readQuiet(QUIET_S, PURGE_LIMIT_S, this.options.signal);
		return { kind: "damaged" };
	}

	/** @returns what to answer */
	#take(number: number, data: Uint8Array): number {
		const expected = (this.#parts.length + 1) & 0xff;
		// The one before once more: our ACK got lost.
		if (this.#parts.length > 0 && number === ((expected - 1) & 0xff)) {
			this.#retries++;
			return ACK;
		}
		if (number !== expected) {
			throw new ZulmError("transfer-failed", `Block ${number} came where block ${expected} was due.`, {
				hint: "Try again; both ends no longer spoke of the same block.",
			});
		}
		this.#parts.push(data);
		this.#bytes += data.length;
		if (data.length === LONG_BLOCK_BYTES) this.#longest = LONG_BLOCK_BYTES;
		this.options.onProgress?.({ blocks: this.#parts.length, bytes: this.#bytes });
		return ACK;
	}

	async #say(byte: number): Promise<void> {
		await writeWithin(this.link, Uint8Array.of(byte), WRITE_S, this.options.signal);
	}

	#result(seconds: number): Received {
		return {
			protocol: this.#mode === "crc" ? "xmodem-crc" : "xmodem-checksum",
			blockSize: this.#longest,
			bytes: this.#bytes,
			blocks: this.#parts.length,
			seconds,
			bytesPerSecond: seconds > 0 ? this.#bytes / seconds : 0,
			retries: this.#retries,
			confirmed: true,
			data: new Uint8Array(Buffer.concat(this.#parts)),
		};
	}

	#gaveUp(last: "damaged" | "silence" | "eot"): ZulmError {
		const why = last === "silence" ? "nothing came any more" : "what came was damaged";
		const block = this.#parts.length + 1;
		return new ZulmError(
			"transfer-failed",
			`The transfer failed: ${why} when block ${block} was asked for ${this.#maxRetries + 1} times.`,
			{ hint: "Check cable, line speed and flow control (RTS/CTS), or use a lower speed." },
		);
	}
}

function cancelled(blocks: number): ZulmError {
	return new ZulmError("transfer-cancelled", `The sender cancelled the transfer after block ${blocks}.`, {
		hint: "Look at what it printed.",
	});
}
