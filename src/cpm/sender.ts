/**
 * SX, our XMODEM sender for CP/M, assembled for the UART of the machine it will run on: what `zulm pull` starts there.
 */
import { assemble } from "./assembler.js";
import type { ReceiverUart } from "./receiver.js";
import { shippedSources } from "./sources.js";

/** The name it has on our drives. */
export const SENDER_NAME = "SX.COM";

/** SX.COM for a UART. @throws ZulmError `assembly-failed` (a defect of ours). */
export function assembleSender(uart: ReceiverUart): Uint8Array {
	return assemble("sx.asm", shippedSources({ "rx-uart.asm": `\t\t#include "rx-uart-${uart}.asm"\n` })).bytes;
}
