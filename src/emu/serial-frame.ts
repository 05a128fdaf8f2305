/**
 * One character on an asynchronous line as a waveform, and how a receiver with its own settings reads it.
 *
 *   idle ─┐start┌─d0─┬─d1─┬ … ─┬─dn─┬(parity)┬─stop─ idle      d0 first, stop and idle high
 *
 * So that a wrong speed or format gives the garbage and the error bits that it gives on a real line. A character is
 * looked at alone: the line is taken to be idle after it. Does not handle noise or break.
 */

export type Parity = "none" | "even" | "odd";

export interface FrameFormat {
	readonly dataBits: 7 | 8;
	readonly parity: Parity;
	readonly stopBits: 1 | 2;
}

export const FORMAT_8N1: FrameFormat = { dataBits: 8, parity: "none", stopBits: 1 };

/** A sender's or receiver's settings: its format, and the length of a bit in any unit common to both sides. */
export interface FrameTiming {
	readonly format: FrameFormat;
	readonly bitTime: number;
}

export interface ReceivedFrame {
	readonly byte: number;
	/** The stop bit was low. */
	readonly framingError: boolean;
	readonly parityError: boolean;
}

/** Bits from start to the last stop bit. */
export function frameBits(format: FrameFormat): number {
	return 1 + format.dataBits + (format.parity === "none" ? 0 : 1) + format.stopBits;
}

/** What `receiver` makes of `byte` sent by `sender`: it samples the middle of each bit by its own clock. */
export function receiveFrame(byte: number, sender: FrameTiming, receiver: FrameTiming): ReceivedFrame {
	if (sender.format === receiver.format && sender.bitTime === receiver.bitTime) {
		return { byte: byte & dataMask(sender.format), framingError: false, parityError: false };
	}
	const levels = waveform(byte, sender.format);
	const sample = (bit: number): number => levels[Math.floor(((bit + 0.5) * receiver.bitTime) / sender.bitTime)] ?? 1;
	const { dataBits, parity } = receiver.format;
	let received = 0;
	for (let i = 0; i < dataBits; i++) received |= sample(1 + i) << i;
	const parityError = parity !== "none" && sample(1 + dataBits) !== parityBit(received, parity);
	const stop = sample(1 + dataBits + (parity === "none" ? 0 : 1));
	return { byte: received, framingError: stop === 0, parityError };
}

function waveform(byte: number, format: FrameFormat): number[] {
	const levels = [0];
	for (let i = 0; i < format.dataBits; i++) levels.push((byte >> i) & 1);
	if (format.parity !== "none") levels.push(parityBit(byte & dataMask(format), format.parity));
	for (let i = 0; i < format.stopBits; i++) levels.push(1);
	return levels;
}

function dataMask(format: FrameFormat): number {
	return format.dataBits === 8 ? 0xff : 0x7f;
}

function parityBit(byte: number, parity: "even" | "odd"): number {
	let ones = 0;
	for (let i = 0; i < 8; i++) ones += (byte >> i) & 1;
	return (ones & 1) ^ (parity === "odd" ? 1 : 0);
}
