/** Our receiver against our sender, over good and bad lines. What strangers do is in src/transport/peers. */
import { describe, expect, it } from "vitest";
import { Random } from "../../base/random.js";
import { ByteReader, textToBytes } from "../byte-reader.js";
import { faultyLink, type LineFaults } from "../faults.js";
import { type LoopbackOptions, loopback } from "../simulation/loopback.js";
import { CAN, EOT, NAK } from "./control-bytes.js";
import { encodeBlock } from "./frames.js";
import { type ReceiveOptions, receiveXmodem } from "./receive-xmodem.js";
import { sendXmodem, type XmodemOptions } from "./send-xmodem.js";

function file(length: number): Uint8Array {
	const random = new Random(length);
	return Uint8Array.from({ length }, () => random.int(256));
}

async function transfer(
	length: number,
	send: XmodemOptions = {},
	receive: ReceiveOptions = {},
	faults?: LineFaults,
	line: LoopbackOptions = {},
) {
	const { near, far } = loopback(line);
	const receiving = receiveXmodem(faults ? faultyLink(far, faults) : far, receive);
	const sending = sendXmodem(near, file(length), send);
	return { received: await receiving, sent: await sending };
}

describe("a good line", () => {
	it.each([
		[128, 128, "crc"],
		[4096, 1024, "crc"],
		[5000 - (5000 % 128), 1024, "crc"],
		[1280, 128, "checksum"],
	] as const)("carries %i bytes in blocks of up to %i with %s", async (length, blockSize, checksum) => {
		const { received } = await transfer(length, { blockSize, checksum });
		expect(received.data).toEqual(file(length));
		expect(received).toMatchObject({ protocol: `xmodem-${checksum}`, blockSize, bytes: length, retries: 0 });
	});
});

describe("a bad line", () => {
	it.each([1, 2, 3, 4, 5, 6, 7, 8])("costs time, not bytes (seed %i)", async (seed) => {
		const share = { flip: 0.0005, lose: 0.0005, double: 0.0005, insert: 0.0005 };
		const bad = { seed, toHost: share, toMachine: { flip: 0.01 } };
		const { received } = await transfer(12_800, { blockSize: 1024, retries: 50 }, { retries: 50 }, bad);
		expect(received.data).toEqual(file(12_800));
		expect(received.retries).toBeGreaterThan(0);
	});
});

describe("a sender that", () => {
	it("cancels is an error", async () => {
		const { near, far } = loopback();
		const receiving = receiveXmodem(far);
		await near.write(encodeBlock(1, file(128), "crc"));
		await near.write(Uint8Array.of(CAN, CAN));
		await expect(receiving).rejects.toMatchObject({ code: "transfer-cancelled" });
	});

	it("skips a block is an error, and is told", async () => {
		const { near, far } = loopback();
		const reader = new ByteReader(near);
		const receiving = receiveXmodem(far);
		await near.write(encodeBlock(1, file(128), "crc"));
		await near.clock.sleep(1);
		await near.write(encodeBlock(3, file(128), "crc"));
		await expect(receiving).rejects.toMatchObject({ code: "transfer-failed" });
		expect((await reader.readUntil(String.fromCharCode(CAN, CAN), 5)).match).not.toBeNull();
	});

	it("is not there is an error that quotes the machine", async () => {
		const { near, far } = loopback();
		await near.write(textToBytes("SX?\r\nA>"));
		const error = receiveXmodem(far, { retries: 3 });
		await expect(error).rejects.toMatchObject({ code: "no-answer", message: expect.stringContaining("SX?\\r\\nA>") });
	});

	it("says EOT is believed the second time", async () => {
		const { near, far } = loopback();
		const reader = new ByteReader(near);
		const receiving = receiveXmodem(far);
		await near.write(encodeBlock(1, file(128), "crc"));
		await reader.readUntil("\x06", 5);
		await near.write(Uint8Array.of(EOT));
		expect(await reader.readByte(5)).toBe(NAK);
		await near.write(Uint8Array.of(EOT));
		expect((await receiving).data).toEqual(file(128));
	});

	it("falls silent is given up, in bounded time", async () => {
		const { near, far, clock } = loopback();
		const receiving = receiveXmodem(far, { retries: 2 });
		await near.write(encodeBlock(1, file(128), "crc"));
		await expect(receiving).rejects.toMatchObject({ code: "transfer-failed" });
		expect(clock.now()).toBeLessThan(35);
	});
});

it("shows a banner before the first block to whoever wants to see it", async () => {
	const { near, far } = loopback();
	const texts: string[] = [];
	const receiving = receiveXmodem(far, { onText: (text) => texts.push(text) });
	await near.write(textToBytes("SX CHAT.COM\r\n"));
	await sendXmodem(near, file(128));
	expect((await receiving).data).toEqual(file(128));
	expect(texts.at(-1)).toBe("SX CHAT.COM\r\n");
});
