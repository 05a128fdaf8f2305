/**
 * A file cut into XMODEM frames, 1024 bytes each where the receiver takes them and the file is long enough, else 128.
 *
 *   SOH | n | 255 − n | 128 bytes  | CRC, high first, or sum        last block padded with ^Z
 *   STX | n | 255 − n | 1024 bytes | …
 *
 * A file's blocks always make up ⌈length / 128⌉ records, whatever their sizes: receivers count records. Knows nothing
 * of time and replies: see send-xmodem.ts.
 */
import { crc16 } from "../../base/crc16.js";
import { BLOCK_BYTES, EOT, LONG_BLOCK_BYTES, SOH, STX, SUB } from "./control-bytes.js";

export type CheckMode = "crc" | "checksum";
export type BlockSize = typeof BLOCK_BYTES | typeof LONG_BLOCK_BYTES;

/** A frame to put on the line. */
export interface Frame {
	readonly bytes: Uint8Array;
	/** 1-based and not wrapped at 256, undefined for the EOT frame. */
	readonly block: number | undefined;
	/** Bytes of data in it, padding included; 0 for the EOT frame. */
	readonly size: BlockSize | 0;
}

const EOT_FRAME: Frame = { bytes: Uint8Array.of(EOT), block: undefined, size: 0 };

/** One block as it goes over the line. @param data up to 128 or 1024 bytes, as `size` says; ^Z takes the place of others */
export function encodeBlock(
	number: number,
	data: Uint8Array,
	mode: CheckMode,
	size: BlockSize = data.length as BlockSize,
): Uint8Array {
	const end = 3 + size;
	const frame = new Uint8Array(end + (mode === "crc" ? 2 : 1));
	frame[0] = size === LONG_BLOCK_BYTES ? STX : SOH;
	frame[1] = number;
	frame[2] = ~number;
	frame.set(data, 3);
	frame.fill(SUB, 3 + data.length, end);
	const padded = frame.subarray(3, end);
	if (mode === "crc") {
		const crc = crc16(padded);
		frame[end] = crc >> 8;
		frame[end + 1] = crc;
	} else frame[end] = checksum(padded);
	return frame;
}

/** The sum of all bytes, modulo 256. */
export function checksum(data: Uint8Array): number {
	let sum = 0;
	for (const byte of data) sum += byte;
	return sum & 0xff;
}

export class FrameSource {
	#blockSize: BlockSize;
	#mode: CheckMode;
	/** Bytes in the blocks before the one in flight, and how many blocks that are. */
	#offset = 0;
	#acknowledged = 0;
	/** The frame in flight and the one after it, once they are made. */
	#frame: Frame | undefined;
	#next: Frame | undefined;

	/** @param bytes the file, not empty */
	constructor(
		private readonly bytes: Uint8Array,
		mode: CheckMode,
		blockSize: BlockSize,
	) {
		this.#mode = mode;
		this.#blockSize = blockSize;
	}

	get mode(): CheckMode {
		return this.#mode;
	}

	/** Blocks acknowledged. */
	get acknowledged(): number {
		return this.#acknowledged;
	}

	/** Bytes of the file acknowledged, padding not counted. */
	get acknowledgedBytes(): number {
		return Math.min(this.#offset, this.bytes.length);
	}

	/** Blocks of the whole file, at the block size of now. */
	get blocks(): number {
		const left = Math.max(0, this.bytes.length - this.#offset);
		if (this.#blockSize === BLOCK_BYTES) return this.#acknowledged + Math.ceil(left / BLOCK_BYTES);
		const long = Math.floor(left / LONG_BLOCK_BYTES);
		const rest = Math.ceil((left % LONG_BLOCK_BYTES) / BLOCK_BYTES);
		return this.#acknowledged + long + (rest === LONG_BLOCK_BYTES / BLOCK_BYTES ? 1 : rest);
	}

	/** The frame in flight: a block, or the EOT once all of them are acknowledged. */
	frame(): Frame {
		this.#frame ??= this.#make(this.#acknowledged + 1, this.#offset);
		return this.#frame;
	}

	/** Makes the frame that follows, while there is time: between an ACK and the next block there should be none. */
	prepare(): void {
		const { size } = this.frame();
		if (size > 0) this.#next ??= this.#make(this.#acknowledged + 2, this.#offset + size);
	}

	/** The frame that follows, where it is prepared. */
	get next(): Frame | undefined {
		return this.#next;
	}

	/** The block in flight has been taken. */
	advance(): void {
		this.#offset += this.frame().size;
		this.#acknowledged++;
		this.#frame = this.#next;
		this.#next = undefined;
	}

	/** Blocks of 128 bytes from here on. Only safe while the receiver cannot have taken the block in flight. */
	shorten(): void {
		this.#blockSize = BLOCK_BYTES;
		this.#forget();
	}

	/** The receiver fell back to the other check before it took a block. */
	restart(mode: CheckMode): void {
		this.#mode = mode;
		this.#forget();
	}

	#forget(): void {
		this.#frame = undefined;
		this.#next = undefined;
	}

	#make(block: number, offset: number): Frame {
		const left = this.bytes.length - offset;
		if (left <= 0) return EOT_FRAME;
		// Only full records: eight of them, the last perhaps padded, fill a long block.
		const fillsLong = left > LONG_BLOCK_BYTES - BLOCK_BYTES;
		const size = this.#blockSize === LONG_BLOCK_BYTES && fillsLong ? LONG_BLOCK_BYTES : BLOCK_BYTES;
		const data = this.bytes.subarray(offset, offset + size);
		return { bytes: encodeBlock(block, data, this.#mode, size), block, size };
	}
}
