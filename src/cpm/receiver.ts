/**
 * RX, our XMODEM receiver for CP/M, assembled for the UART of the machine it will run on, and the lines it prints.
 *
 *   rx.asm ── rx-xmodem, rx-crc, rx-file, rx-conin, rx-ready, rx-print ── rx-uart.asm = one of rx-uart-*.asm
 *
 * A new UART is one more file with the same routines (see the head of rx-uart-68b50.asm) and one more name here.
 */
import { assemble } from "./assembler.js";
import { shippedSources } from "./sources.js";

/** UARTs for which there is a receiver. */
export const RECEIVER_UARTS = ["68b50", "sio2", "8251", "bios"] as const;
export type ReceiverUart = (typeof RECEIVER_UARTS)[number];

/** The name it has on our drives. */
export const RECEIVER_NAME = "RX.COM";

export interface Receiver {
	/** The .COM file, as assembled: load at 0100h. */
	readonly bytes: Uint8Array;
	/** Addresses of its labels, for tests and measurements. */
	readonly symbols: ReadonlyMap<string, number>;
}

/** @throws ZulmError `assembly-failed` (a defect of ours). */
export function assembleReceiverWithSymbols(uart: ReceiverUart): Receiver {
	const sources = shippedSources({ "rx-uart.asm": `\t\t#include "rx-uart-${uart}.asm"\n` });
	const { bytes, symbols } = assemble("rx.asm", sources);
	return { bytes, symbols };
}

/** RX.COM for a UART. */
export function assembleReceiver(uart: ReceiverUart): Uint8Array {
	return assembleReceiverWithSymbols(uart).bytes;
}
