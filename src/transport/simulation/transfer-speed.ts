/**
 * Our sender's time on a simulated line of a given rate and turnaround, with a receiver that answers at once. Virtual
 * time: the same figure on every machine.
 */

import { ByteReader } from "../byte-reader.js";
import type { Link } from "../link.js";
import {
	ACK,
	BLOCK_BYTES,
	CRC_REQUEST,
	EOT,
	LONG_BLOCK_BYTES,
	LONG_BLOCK_OFFER,
	SOH,
	STX,
} from "../xmodem/control-bytes.js";
import type { BlockSize } from "../xmodem/frames.js";
import { encodeBlock } from "../xmodem/frames.js";
import { sendXmodem } from "../xmodem/send-xmodem.js";
import { loopback } from "./loopback.js";

/** Seconds from the first block to the ACK of the EOT, as our sender reports them. */
export async function simulatedTransferS(
	length: number,
	blockSize: BlockSize,
	baud: number,
	turnaroundS: number,
): Promise<number> {
	const { near, far } = loopback({ baud });
	void answerAll(far, turnaroundS);
	const { seconds } = await sendXmodem(near, new Uint8Array(length), { blockSize });
	return seconds;
}

/** Acknowledges every frame `turnaroundS` after its last byte, good or not: the simulated line damages nothing. */
async function answerAll(link: Link, turnaroundS: number): Promise<void> {
	const reader = new ByteReader(link);
	await link.write(Uint8Array.of(CRC_REQUEST, LONG_BLOCK_OFFER));
	for (;;) {
		const head = await reader.readByte(60);
		if (head === SOH) await reader.readExactly(restOf(BLOCK_BYTES), 60);
		else if (head === STX) await reader.readExactly(restOf(LONG_BLOCK_BYTES), 60);
		if (turnaroundS > 0) await link.clock.sleep(turnaroundS);
		await link.write(Uint8Array.of(ACK));
		if (head === undefined || head === EOT) return;
	}
}

function restOf(data: BlockSize): number {
	return encodeBlock(1, new Uint8Array(data), "crc").length - 1;
}
