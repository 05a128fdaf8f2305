/**
 * xmodem.js as a peer, its receiver and its sender. It looks at the first byte of a chunk only and takes a chunk for a
 * frame, so what it reads is cut into frames here; its timers are real ones, but none of them fires.
 */
import { EventEmitter } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import xmodem from "xmodem.js";
import { testFolder } from "../../cli/testing/folder.js";
import type { Link } from "../link.js";
import { loopback } from "../simulation/loopback.js";
import { SOH } from "../xmodem/control-bytes.js";
import { receiveXmodem } from "../xmodem/receive-xmodem.js";
import { sendXmodem } from "../xmodem/send-xmodem.js";

/** No ^Z at its end: xmodem.js takes those off. */
const FILE = Uint8Array.from({ length: 40 * 128 }, (_, i) => (i * 7 + (i >> 8) + 1) & 0xff);
const CRC_FRAME = 133;

/** The package exports one object for everybody; each transfer gets one of its own. */
function engine(): typeof xmodem {
	const own: typeof xmodem = Object.create(xmodem);
	EventEmitter.call(own);
	return own;
}

/** A link as the socket that xmodem.js wants, one frame or control byte a chunk. */
function socketOf(link: Link): EventEmitter & { write(bytes: Uint8Array): void } {
	let frame: number[] = [];
	const socket = Object.assign(new EventEmitter(), { write: (bytes: Uint8Array) => void link.write(bytes) });
	link.onData((bytes) => {
		for (const byte of bytes) {
			frame.push(byte);
			if (frame[0] === SOH && frame.length < CRC_FRAME) continue;
			socket.emit("data", Buffer.from(frame));
			frame = [];
		}
	});
	return socket;
}

it("its receiver takes our CRC frames", async () => {
	const folder = testFolder();
	const { near, far } = loopback();
	const path = folder.at("got.bin");
	engine().receive(socketOf(far), path);
	const result = await sendXmodem(near, FILE);
	expect(result).toMatchObject({ protocol: "xmodem-crc", blocks: 40, retries: 0 });
	await expect.poll(() => existsSync(path) && readFileSync(path).length, { timeout: 10_000 }).toBe(FILE.length);
	expect(Buffer.compare(readFileSync(path), FILE)).toBe(0);
});

it("its sender gives us the file", async () => {
	const { near, far } = loopback();
	engine().send(socketOf(far), Buffer.from(FILE));
	const result = await receiveXmodem(near);
	expect(result).toMatchObject({ protocol: "xmodem-crc", blocks: 40, retries: 0 });
	expect(result.data).toEqual(FILE);
});

it("its sender falls back to checksums with us", async () => {
	const { near, far } = loopback();
	engine().send(socketOf(far), Buffer.from(FILE));
	const result = await receiveXmodem(near, { crcAttempts: 0 });
	expect(result).toMatchObject({ protocol: "xmodem-checksum", blocks: 40, retries: 0 });
	expect(result.data).toEqual(FILE);
});
