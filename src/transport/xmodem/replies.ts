/**
 * What a receiver says, sorted from what the machine merely prints.
 *
 *   before block 1:  banner text … pause … C | NAK | C K     (a start byte is the last thing before a silence)
 *   after a frame:   ACK | NAK | CAN CAN | C | noise
 *
 * "Receiving via CON … with CRCs" holds the letter C three times before the one that counts (XMODEM 2.7, seen on a
 * CP/M 2.2), and nothing separates the last word from the start byte, so only the silence after it tells.
 */
import { type ByteReader, bytesToText } from "../byte-reader.js";
import type { Clock } from "../clock.js";
import { ACK, CAN, CRC_REQUEST, LONG_BLOCK_OFFER, NAK } from "./control-bytes.js";
import type { CheckMode } from "./frames.js";

/** Longer than any pause inside a banner word seen so far (30 ms), far shorter than receivers repeat themselves (3 s). */
export const START_QUIET_S = 0.15;
/** Two CANs count as a pair within this time: a receiver sends them together. */
const CAN_PAIR_S = 1;
/** Noise instead of a reply ends after this much silence, as receivers' own PURGE does (Christensen §6: 1 second). */
const NOISE_QUIET_S = 1;

export interface Start {
	readonly mode: CheckMode;
	/** The receiver also offered blocks of 1024 bytes ("CK"). */
	readonly offersLongBlocks: boolean;
}

export interface StartOptions {
	readonly timeoutS: number;
	/** False: nothing but the transfer comes over this line, and a start byte needs no silence behind it. */
	readonly textOnLine?: boolean | undefined;
	/** False: a K that may follow the C changes nothing. */
	readonly offerMatters?: boolean | undefined;
	/** No start byte counts before this has been seen. */
	readonly bannerEnd?: string | RegExp | undefined;
	/** Gets all the text so far each time some arrives; throw to stop waiting. */
	readonly onBanner?: ((text: string) => void) | undefined;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Waits for the receiver's start byte.
 * @returns what it asks for, or the text heard when `timeoutS` passes without one, or "cancelled"
 */
export async function waitForStart(
	reader: ByteReader,
	clock: Clock,
	options: StartOptions,
): Promise<Start | { readonly heard: string } | "cancelled"> {
	const deadlineS = clock.now() + options.timeoutS;
	let heard = "";
	/** Start bytes count from here on. */
	let bannerLength = options.bannerEnd === undefined ? 0 : undefined;
	const read = options.textOnLine === false ? upToRequest : upToSilence;
	for (;;) {
		const first = await reader.read(deadlineS - clock.now(), options.signal);
		if (first.length === 0) return { heard };
		heard += bytesToText(await read(first, reader, { ...options, timeoutS: deadlineS - clock.now() }));
		options.onBanner?.(heard);
		if (bannerLength === undefined) {
			bannerLength = endOf(heard, options.bannerEnd!);
			if (bannerLength === undefined) continue;
		}
		const asked = heard.slice(bannerLength);
		if (asked.endsWith(String.fromCharCode(CAN, CAN))) return "cancelled";
		const last = asked.charCodeAt(asked.length - 1);
		if (last === NAK) return { mode: "checksum", offersLongBlocks: false };
		if (last === CRC_REQUEST) return { mode: "crc", offersLongBlocks: false };
		if (last === LONG_BLOCK_OFFER && asked.charCodeAt(asked.length - 2) === CRC_REQUEST) {
			return { mode: "crc", offersLongBlocks: true };
		}
	}
}

/** `bytes` and what follows up to a silence. */
async function upToSilence(bytes: Uint8Array, reader: ByteReader, { timeoutS, signal }: StartOptions) {
	reader.unread(bytes);
	return (await reader.readQuiet(START_QUIET_S, Math.max(START_QUIET_S, timeoutS), signal)).bytes;
}

/** Where no text can follow, only a C is waited on, because it may become "CK". */
async function upToRequest(bytes: Uint8Array, reader: ByteReader, { offerMatters = true, signal }: StartOptions) {
	if (!offerMatters || bytes[bytes.length - 1] !== CRC_REQUEST) return bytes;
	const next = await reader.read(START_QUIET_S, signal);
	return Uint8Array.of(...bytes, ...next);
}

export type Reply = "ack" | "nak" | "cancelled" | "start-again" | "silence" | "noise" | "text";

/**
 * The receiver's next reply to a frame.
 *
 * A single CAN is waited on for its twin and otherwise counts as noise: one damaged ACK must not end a transfer
 * (Christensen §4A). Anything but the control bytes is noise, and is read up to the next silence. A line of plain text
 * means that the receiving program has ended and something prints: it stays unread, for whoever understands it.
 * @param beforeBlock2 a start byte is then possible: the receiver did not get block 1 and asks again
 * @param onAck is called the moment an ACK arrives with nothing else unread: the reply is then "ack" for certain
 */
export async function readReply(
	reader: ByteReader,
	timeoutS: number,
	beforeBlock2: boolean,
	signal: AbortSignal | undefined,
	onAck?: () => void,
): Promise<Reply> {
	const byte = await reader.readByte(timeoutS, signal, onAck && ((arrived) => arrived === ACK && onAck()));
	if (byte === undefined) return "silence";
	if (byte === ACK) return "ack";
	if (byte === NAK) return "nak";
	if (byte === CRC_REQUEST && beforeBlock2) return "start-again";
	// The second half of a repeated "CK".
	if (byte === LONG_BLOCK_OFFER && beforeBlock2) return readReply(reader, timeoutS, beforeBlock2, signal);
	if (byte === CAN) {
		const twin = await reader.readByte(CAN_PAIR_S, signal);
		if (twin === undefined) return "noise";
		if (twin === CAN) return "cancelled";
		reader.unread(Uint8Array.of(twin));
		return readReply(reader, timeoutS, beforeBlock2, signal);
	}
	const { bytes } = await reader.readQuiet(NOISE_QUIET_S, timeoutS, signal);
	const all = Uint8Array.of(byte, ...bytes);
	// The first byte may be a damaged ACK with the program's last words behind it.
	if (isLineOfText(all) || isLineOfText(bytes)) {
		reader.unread(all);
		return "text";
	}
	if (holdsCancel(all)) return "cancelled";
	// Even an ACK among noise is not believed: sending the block once more is always safe, skipping it never.
	return "noise";
}

/** Four or more characters with a line end among them, all printable or BEL, TAB, LF, CR: the shortest is CR LF A >. */
function isLineOfText(bytes: Uint8Array): boolean {
	const isPlain = (byte: number) => (byte >= 0x20 && byte <= 0x7e) || [0x07, 0x09, 0x0a, 0x0d].includes(byte);
	return bytes.length >= 4 && bytes.every(isPlain) && bytes.some((byte) => byte === 0x0a || byte === 0x0d);
}

/** CAN CAN somewhere among `bytes`. */
export function holdsCancel(bytes: Uint8Array): boolean {
	return bytesToText(bytes).includes(String.fromCharCode(CAN, CAN));
}

function endOf(text: string, pattern: string | RegExp): number | undefined {
	if (typeof pattern === "string") {
		const index = text.indexOf(pattern);
		return index < 0 ? undefined : index + pattern.length;
	}
	const match = new RegExp(pattern, pattern.flags.replace(/[gy]/g, "")).exec(text);
	return match ? match.index + match[0].length : undefined;
}
