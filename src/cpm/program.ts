/**
 * A packed chat program: the .COM image and what its header says.
 *
 *   0100 jump | 0103 "ZULM" | 0107 version | 0108 kernel | 0109 build id (4) | 010D length (2) | 010F CRC-16 (2) | 0111 name
 *
 * The CRC in the header is that of the whole image, its own bytes included: the last two bytes of the image are chosen
 * so that it comes out. So the number that `/V` prints is what any CRC-16/XMODEM tool says of the .COM file.
 */

import { createHash } from "node:crypto";
import { crc16 } from "../base/crc16.js";
import { ZulmError } from "../base/errors.js";
import type { MachineNetwork } from "./machine-network.js";

/** Where CP/M loads programs. */
export const PROGRAM_ORIGIN = 0x100;

const SIGNATURE = "ZULM";
const HEADER_VERSION = 1;
const OFFSETS = { signature: 3, version: 7, kernel: 8, buildId: 9, length: 13, crc: 15, name: 17 } as const;
const NAME_LENGTH = 8;
const KERNEL_LETTERS = { column: "C", packed: "P" } as const;

export type Kernel = keyof typeof KERNEL_LETTERS;

/** What a program's header says; every field is checked against the image. */
export interface ProgramInfo {
	readonly name: string;
	/** Eight hexadecimal digits. */
	readonly buildId: string;
	/** Bytes of the image, a multiple of 128. */
	readonly length: number;
	/** CRC-16/XMODEM of the whole image. */
	readonly crc16: number;
	readonly kernel: Kernel;
}

export interface Program extends ProgramInfo {
	/** The bytes of the .COM file, loaded at 0100h. */
	readonly image: Uint8Array;
	readonly sha256: string;
	readonly nonzeroWeights: number;
	/** The lowest BDOS address (word at 0006h) with which the program runs. */
	readonly memoryTop: number;
	/** Why this kernel, for people. */
	readonly reason: string;
	/** Beginnings of replies on the trie. */
	readonly trieNodes: number;
	/** The network as the program computes it, for predictions. */
	readonly network: MachineNetwork;
	/** Labels and constants of the assembled sources, for measurements and tests. */
	readonly symbols: ReadonlyMap<string, number>;
}

export function kernelLetter(kernel: Kernel): string {
	return KERNEL_LETTERS[kernel];
}

/**
 * Fills in name, build id and CRC of an assembled image and makes its last two bytes fit.
 * @param image a multiple of 128 bytes, the last two of them free
 */
export function sealImage(image: Uint8Array, name: string): void {
	for (let i = 0; i < NAME_LENGTH; i++) image[OFFSETS.name + i] = name.charCodeAt(i) || 0;
	const digest = createHash("sha256").update(image).digest();
	image.set(digest.subarray(0, 4), OFFSETS.buildId);
	const crc = digest.readUInt16LE(4);
	image[OFFSETS.crc] = crc & 255;
	image[OFFSETS.crc + 1] = crc >> 8;
	const suffix = crc16(image.subarray(0, -2)) ^ undoSixteenZeroBits(crc);
	image[image.length - 2] = suffix >> 8;
	image[image.length - 1] = suffix & 255;
}

/** The CRC register 16 zero bits before it held `crc`. */
function undoSixteenZeroBits(crc: number): number {
	for (let bit = 0; bit < 16; bit++) crc = crc & 1 ? ((crc ^ 0x1021) >> 1) | 0x8000 : crc >> 1;
	return crc;
}

/** Reads the header of a .COM file; undefined when it is not one of ours. @throws ZulmError `program-malformed` */
export function readProgram(com: Uint8Array): ProgramInfo | undefined {
	const ascii = (start: number, length: number) => String.fromCharCode(...com.subarray(start, start + length));
	if (ascii(OFFSETS.signature, SIGNATURE.length) !== SIGNATURE || com[OFFSETS.version] !== HEADER_VERSION)
		return undefined;
	const word = (offset: number) => (com[offset] as number) | ((com[offset + 1] as number) << 8);
	const length = word(OFFSETS.length);
	const crc = word(OFFSETS.crc);
	const kernel = (Object.keys(KERNEL_LETTERS) as Kernel[]).find((k) => KERNEL_LETTERS[k] === ascii(OFFSETS.kernel, 1));
	if (length > com.length || length < OFFSETS.name + NAME_LENGTH || kernel === undefined)
		throw malformed("is cut short or has a damaged header");
	const image = com.subarray(0, length);
	if (crc16(image) !== crc) throw malformed("does not have the checksum its header states");
	return {
		name: ascii(OFFSETS.name, NAME_LENGTH).replace(/\0.*$/s, ""),
		buildId: Buffer.from(com.subarray(OFFSETS.buildId, OFFSETS.buildId + 4))
			.toString("hex")
			.toUpperCase(),
		length,
		crc16: crc,
		kernel,
	};
}

function malformed(what: string): ZulmError {
	return new ZulmError("program-malformed", `The program ${what}.`, { hint: "Pack it again with zulm pack." });
}
