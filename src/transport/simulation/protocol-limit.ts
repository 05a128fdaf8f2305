/**
 * What XMODEM allows at best on a line: every byte in its ten bits, every block answered after the turnaround, nothing
 * sent twice, no time spent thinking.
 *
 *   block ─► line ─► turnaround ─► ACK ─► line     once for each block and once for the EOT
 */
import type { BlockSize } from "../xmodem/frames.js";
import { FrameSource } from "../xmodem/frames.js";

const BITS_PER_BYTE = 10;

/** Seconds for `length` bytes with CRC, from the first block to the ACK of the EOT. */
export function protocolLimitS(length: number, blockSize: BlockSize, baud: number, turnaroundS: number): number {
	const frames = new FrameSource(new Uint8Array(length), "crc", blockSize);
	let bytes = 0;
	let exchanges = 0;
	for (;;) {
		const frame = frames.frame();
		// The ACK is one more byte.
		bytes += frame.bytes.length + 1;
		exchanges++;
		if (frame.size === 0) break;
		frames.advance();
	}
	return (bytes * BITS_PER_BYTE) / baud + exchanges * turnaroundS;
}
