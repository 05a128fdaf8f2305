/**
 * The file control block, and the directory entry it is made from (CP/M 2.2 Interface Guide, 2).
 *
 *   FCB: DR FFFFFFFF TTT EX S1 S2 RC  D0…Dn  CR  R0 R1 R2      record = ((S2*32 + EX)*128) + CR
 *
 * S2 bit 7 set: this extent is as in the directory (the BDOS's own mark).
 */
import { extentOf, RECORDS_PER_EXTENT } from "./cpm-disk.js";

export const FCB_BYTES = 36;
export const DR = 0;
export const EX = 12;
export const S1 = 13;
export const S2 = 14;
export const RC = 15;
export const CR = 32;
export const R0 = 33;

/** Matches any byte of a name, any extent, and as DR any entry. */
export const QUESTION = 0x3f;

const UNCHANGED = 0x80;
/** An extent that no record is in. */
const NO_EXTENT = 0x3f;

/** Live view of an FCB; of one that wraps around the top of memory, which holds no sensible FCB, a copy. */
export function fcbAt(memory: Uint8Array, address: number): Uint8Array {
	if (address + FCB_BYTES <= memory.length) return memory.subarray(address, address + FCB_BYTES);
	return Uint8Array.from({ length: FCB_BYTES }, (_, i) => memory[(address + i) & 0xffff] as number);
}

/** Whether a close has nothing to write. */
export function isUnchanged(fcb: Uint8Array): boolean {
	return ((fcb[S2] as number) & UNCHANGED) !== 0;
}

export function markUnchanged(fcb: Uint8Array): void {
	fcb[S2] = (fcb[S2] as number) | UNCHANGED;
}

export function markChanged(fcb: Uint8Array): void {
	fcb[S2] = (fcb[S2] as number) & ~UNCHANGED;
}

/** The FCB is at no extent: the next seek looks again, and a close does nothing. */
export function markNowhere(fcb: Uint8Array): void {
	fcb[S2] = UNCHANGED | NO_EXTENT;
}

export function setExtent(fcb: Uint8Array, extent: number): void {
	fcb[EX] = extent & 0x1f;
	fcb[S2] = extent >> 5;
}

/** R0–R2. */
export function setRandomRecord(fcb: Uint8Array, record: number): void {
	fcb[R0] = record & 0xff;
	fcb[R0 + 1] = (record >> 8) & 0xff;
	fcb[R0 + 2] = record >> 16;
}

/** R0–R2; undefined beyond 65535, which no CP/M 2.2 file reaches. */
export function randomRecord(fcb: Uint8Array): number | undefined {
	return fcb[R0 + 2] === 0 ? (fcb[R0] as number) | ((fcb[R0 + 1] as number) << 8) : undefined;
}

/** The record that CR and the extent name. */
export function currentRecord(fcb: Uint8Array): number {
	return extentOf(fcb) * RECORDS_PER_EXTENT + (fcb[CR] as number);
}
