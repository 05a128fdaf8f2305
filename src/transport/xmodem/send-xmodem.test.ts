import { describe, expect, it } from "vitest";
import { crc16 } from "../../base/crc16.js";
import type { ErrorCode, ZulmError } from "../../base/errors.js";
import { Random } from "../../base/random.js";
import { ByteReader, bytesToText } from "../byte-reader.js";
import { type LoopbackOptions, loopback } from "../simulation/loopback.js";
import { type Received, type ScriptedReceiverOptions, scriptedReceiver } from "../testing/scripted-receiver.js";
import { ACK, CAN, CRC_REQUEST, EOT, NAK } from "./control-bytes.js";
import { sendXmodem, type TransferProgress, type TransferResult, type XmodemOptions } from "./send-xmodem.js";

function file(length: number, seed = 1): Uint8Array {
	const random = new Random(seed);
	return Uint8Array.from({ length }, () => random.int(256));
}

function padded(bytes: Uint8Array): Uint8Array {
	const out = new Uint8Array(Math.ceil(bytes.length / 128) * 128).fill(0x1a);
	out.set(bytes);
	return out;
}

async function transfer(
	bytes: Uint8Array,
	receiver: ScriptedReceiverOptions = {},
	options: XmodemOptions = {},
	line: LoopbackOptions = {},
): Promise<{ sent: TransferResult; received: Received }> {
	const { near, far } = loopback(line);
	const receiving = scriptedReceiver(far, receiver);
	const sent = await sendXmodem(near, bytes, options);
	return { sent, received: await receiving };
}

const CK = [CRC_REQUEST, 0x4b];

async function failure(promise: Promise<unknown>): Promise<ZulmError> {
	return promise.then(
		() => {
			throw new Error("should have failed");
		},
		(error: ZulmError) => error,
	);
}

async function expectCode(promise: Promise<unknown>, code: ErrorCode): Promise<ZulmError> {
	const error = await failure(promise);
	expect(error.code, error.message).toBe(code);
	return error;
}

describe("a good line", () => {
	it.each([
		{ mode: "crc" as const, length: 1 },
		{ mode: "crc" as const, length: 128 },
		{ mode: "crc" as const, length: 40_000 },
		{ mode: "checksum" as const, length: 129 },
		{ mode: "checksum" as const, length: 40_000 },
	])("carries $length bytes with $mode", async ({ mode, length }) => {
		const bytes = file(length);
		const { sent, received } = await transfer(bytes, { mode });
		expect(received.ended).toBe("eot");
		expect(crc16(received.bytes)).toBe(crc16(padded(bytes)));
		expect(received.bytes).toEqual(padded(bytes));
		expect(sent).toMatchObject({
			protocol: `xmodem-${mode}`,
			blockSize: 128,
			bytes: length,
			blocks: Math.ceil(length / 128),
			retries: 0,
			confirmed: true,
		});
		expect(received.repeated).toBe(0);
	});

	it("that takes no time gets the next block in the turn of the event loop that brings the ACK", async () => {
		const { near, far, clock } = loopback({ paced: false });
		const frames: Uint8Array[] = [];
		const inTheTurnOfItsAck: boolean[] = [];
		let isThatTurn = false;
		near.onData(([byte]) => {
			isThatTurn = byte === ACK;
		});
		const write = near.write.bind(near);
		near.write = (bytes) => {
			frames.push(bytes);
			inTheTurnOfItsAck.push(isThatTurn);
			return write(bytes);
		};
		// Behind the reader's listener: by now the ACK's turn is over, and promises come later still.
		const reader = new ByteReader(near);
		near.onData(() => {
			isThatTurn = false;
		});
		const receiving = scriptedReceiver(far);
		const sent = await sendXmodem(near, file(300), { reader });
		expect((await receiving).bytes).toEqual(padded(file(300)));
		expect(sent).toMatchObject({ blocks: 3, retries: 0, confirmed: true });
		expect(frames.map((frame) => frame.length)).toEqual([133, 133, 133, 1]);
		expect(inTheTurnOfItsAck).toEqual([false, true, true, true]);
		expect(clock.now()).toBeGreaterThan(0);
	});

	it.each([9600, 115200])("uses at least 98 percent of what the protocol allows at %d baud", async (baud) => {
		const bytes = file(128 * 100);
		const { sent } = await transfer(bytes, {}, {}, { baud });
		// 133 bytes out and 1 back for each block, 1 and 1 for the EOT, ten bits a byte.
		const limitS = ((100 * 134 + 2) * 10) / baud;
		expect(sent.seconds).toBeGreaterThanOrEqual(limitS * 0.9999);
		expect(limitS / sent.seconds).toBeGreaterThan(0.98);
	});

	it("reports each block with rate and time left", async () => {
		const seen: TransferProgress[] = [];
		await transfer(file(300), {}, { onProgress: (progress) => seen.push(progress) });
		expect(seen.map(({ block, blocks, bytes }) => [block, blocks, bytes])).toEqual([
			[0, 3, 0],
			[1, 3, 128],
			[2, 3, 256],
			[3, 3, 300],
		]);
		expect(seen[0]?.etaS).toBeUndefined();
		expect(seen[1]?.etaS).toBeCloseTo((300 - 128) / seen[1]!.bytesPerSecond);
		expect(seen[3]?.etaS).toBe(0);
	});

	it("leaves what the receiver prints afterwards to the caller's reader", async () => {
		const { near, far } = loopback();
		const reader = new ByteReader(near);
		const receiving = scriptedReceiver(far, { closingText: "\r\nOK\r\nReceived 1 blocks\r\nA>" });
		await sendXmodem(near, file(100), { reader });
		await receiving;
		expect((await reader.readUntil("A>", 1)).text).toBe("\r\nOK\r\nReceived 1 blocks\r\nA>");
	});

	it("does not disturb another transfer at the same time", async () => {
		const clock = loopback().clock;
		const jobs = [1, 2, 3].map(async (seed) => {
			const bytes = file(5000 + seed, seed);
			const mode = seed === 2 ? ("checksum" as const) : ("crc" as const);
			const { received, sent } = await transfer(bytes, { mode }, {}, { clock, baud: 9600 * seed });
			expect(received.bytes).toEqual(padded(bytes));
			expect(sent.protocol).toBe(`xmodem-${mode}`);
		});
		await Promise.all(jobs);
	});
});

describe("the start byte", () => {
	it("is told from XMODEM 2.7's banner", async () => {
		const banner = [
			{ afterS: 0.03, text: "\r\nFile create" },
			{ afterS: 0.01, text: "d\r\nReceiving via CON" },
			{ afterS: 5.04, text: " with CRCs" },
		];
		const { sent, received } = await transfer(file(500), { banner, startEveryS: 10 });
		expect(received.bytes.length).toBe(512);
		expect(sent.retries).toBe(0);
	});

	it("is told from XM's banner, with its CK", async () => {
		const banner = [{ afterS: 0.1, text: "XMODEM v12.5\r\nReceiving: X.COM\r\nTo cancel: Ctrl-X\r\n" }];
		const { sent } = await transfer(file(5000), { banner, startBytes: CK, startEveryS: 5 });
		expect(sent).toMatchObject({ protocol: "xmodem-crc", blockSize: 1024, blocks: 5, retries: 0 });
	});

	it("does not count before the banner's end", async () => {
		// Pauses long enough to make the C of "via C" look like a start byte.
		const banner = [
			{ afterS: 0, text: "Receiving via C" },
			{ afterS: 1, text: "ON\r\n" },
		];
		const options = { bannerEnd: /CON\r\n/ };
		const { sent } = await transfer(file(100), { banner }, options);
		expect(sent.retries).toBe(0);
	});

	it.each([
		["NAK", [NAK], "auto" as const],
		["C, where blocks of 1024 bytes are out of the question", [CRC_REQUEST], 128 as const],
		["CK", CK, "auto" as const],
	])("counts at once where no text comes over the line: %s", async (_, request, blockSize) => {
		const { near, far, clock } = loopback({ baud: 9600 });
		let firstS: number | undefined;
		far.onData(() => {
			firstS ??= clock.now();
		});
		void far.write(Uint8Array.from(request));
		const sending = sendXmodem(near, file(100), { textOnLine: false, blockSize, retries: 0 });
		await failure(sending);
		// The request and the block's first byte, at a millisecond each.
		expect(firstS).toBeCloseTo((request.length + 1) * (10 / 9600), 4);
	});

	it("that may become CK is waited on even there", async () => {
		const { near, far } = loopback({ baud: 9600 });
		const receiving = scriptedReceiver(far, { startBytes: [CRC_REQUEST] });
		near.clock.sleep(0.05).then(() => far.write(Uint8Array.of(0x4b)));
		const sent = await sendXmodem(near, file(3000), { textOnLine: false });
		expect((await receiving).ended).toBe("eot");
		expect(sent.blockSize).toBe(1024);
	});

	it("may be refused by its kind, until the receiver falls back", async () => {
		const { near } = loopback();
		const error = await expectCode(sendXmodem(near, file(1), { startTimeoutS: 60 }), "no-answer");
		expect(error.message).toContain("nothing came");

		const { near: line, far } = loopback();
		void scriptedReceiver(far, { mode: "checksum" });
		const refused = await expectCode(sendXmodem(line, file(1), { checksum: "crc" }), "no-answer");
		expect(refused.message).toContain("checksums only");
	});

	it("that never comes is an error which quotes the machine, control bytes escaped", async () => {
		const { near, far, clock } = loopback();
		void far.write(new TextEncoder().encode("RX?\r\n\x1b[31mA>"));
		const error = await expectCode(sendXmodem(near, file(1), { startTimeoutS: 20 }), "no-answer");
		expect(error.message).toContain('"RX?\\r\\n\\e[31mA>"');
		expect(clock.now()).toBeCloseTo(20, 1);
	});

	it("is not waited for when the caller sees an error in the banner", async () => {
		const { near, far } = loopback();
		void far.write(new TextEncoder().encode("File exists\r\nA>"));
		const onBanner = (text: string) => {
			if (text.includes("File exists")) throw new RangeError("seen");
		};
		await expect(sendXmodem(near, file(1), { onBanner })).rejects.toThrow("seen");
	});

	it("sent again because block 1 got lost brings block 1 again", async () => {
		const { sent, received } = await transfer(
			file(300),
			{},
			{},
			{ tamperToFar: (byte, index) => (index < 133 ? [] : [byte]) },
		);
		expect(received.ended).toBe("eot");
		expect(sent.retries).toBe(1);
		expect(sent.seconds).toBeLessThan(5);
	});
});

describe("blocks of 1024 bytes", () => {
	it.each([1024, 2500, 40_000])("carry %i bytes to a receiver that says CK", async (length) => {
		const { sent, received } = await transfer(file(length), { startBytes: CK });
		expect(received.bytes).toEqual(padded(file(length)));
		expect(sent).toMatchObject({ blockSize: 1024, bytes: length, retries: 0 });
	});

	it("are not sent to a receiver that says C, unless told to", async () => {
		expect((await transfer(file(3000))).sent.blockSize).toBe(128);
		expect((await transfer(file(3000), {}, { blockSize: 1024 })).sent.blockSize).toBe(1024);
		expect((await transfer(file(3000), { startBytes: CK }, { blockSize: 128 })).sent.blockSize).toBe(128);
		expect((await transfer(file(3000), { mode: "checksum" }, { blockSize: 1024 })).sent.blockSize).toBe(1024);
	});

	it.each(["refuse", "unknown"] as const)("become short ones for a receiver that would %s them", async (longBlocks) => {
		const { sent, received } = await transfer(file(3000), { startBytes: CK, longBlocks });
		expect(received).toMatchObject({ ended: "eot", bytes: padded(file(3000)) });
		expect(sent).toMatchObject({ blockSize: 128, blocks: 24 });
		expect(sent.retries).toBeLessThanOrEqual(3);
	});

	it("become short ones on a line that damages nearly all of them", async () => {
		const tamperToFar = (byte: number, index: number) => (index % 700 === 699 ? [byte ^ 0x10] : [byte]);
		const { sent, received } = await transfer(file(6000), { startBytes: CK }, {}, { tamperToFar });
		expect(received.bytes).toEqual(padded(file(6000)));
		expect(sent.blockSize).toBe(128);
	});

	it("stay long when the NAK may be for the next block: the receiver may have this one", async () => {
		// Taken, the ACK lost, and 3 s later a NAK because block 2 does not come: what PCGET does.
		const { near, far, clock } = loopback();
		const receiving = scriptedReceiver(far, {
			startBytes: CK,
			answer: (frame) => {
				if (frame > 3) return "ack";
				clock.at(clock.now() + 3, () => void far.write(Uint8Array.of(NAK)));
				return "silence";
			},
		});
		const sent = await sendXmodem(near, file(3000));
		expect((await receiving).bytes).toEqual(padded(file(3000)));
		expect(sent).toMatchObject({ blockSize: 1024, retries: 3 });
	});
});

it("tries the other check when the receiver fell back to checksums as we answered its C", async () => {
	const { near, far } = loopback();
	const sending = sendXmodem(near, file(100));
	const reader = new ByteReader(far);
	await far.write(Uint8Array.of(CRC_REQUEST));
	let frame = await reader.readExactly(133, 5);
	for (let refused = 0; frame.length === 133 && refused < 10; refused++) {
		await far.write(Uint8Array.of(NAK));
		frame = await reader.readExactly(133, 1);
	}
	expect(frame.length).toBe(132);
	await far.write(Uint8Array.of(ACK));
	expect(await reader.readByte(5)).toBe(EOT);
	await far.write(Uint8Array.of(ACK));
	expect(await sending).toMatchObject({ protocol: "xmodem-checksum" });
});

describe("a bad line", () => {
	it("repeats a refused block", async () => {
		const { sent, received } = await transfer(file(600), { answer: (frame) => (frame % 2 ? "nak" : "ack") });
		expect(received.bytes).toEqual(padded(file(600)));
		expect(sent.retries).toBe(5);
	});

	it("repeats a damaged block", async () => {
		const tamperToFar = (byte: number, index: number) => (index === 133 + 50 ? [byte ^ 4] : [byte]);
		const { sent, received } = await transfer(file(600), {}, {}, { tamperToFar });
		expect(received).toMatchObject({ ended: "eot", damaged: 1 });
		expect(received.bytes).toEqual(padded(file(600)));
		expect(sent.retries).toBe(1);
	});

	it("survives a lost ACK after one timeout", async () => {
		const { sent, received } = await transfer(file(600), { answer: (frame) => (frame === 2 ? "silence" : "ack") });
		expect(received.bytes).toEqual(padded(file(600)));
		expect(received.repeated).toBe(1);
		expect(sent.retries).toBe(1);
		expect(sent.seconds).toBeGreaterThan(10);
		expect(sent.seconds).toBeLessThan(11);
	});

	it.each([9600, 115200])("survives doubled ACKs and damaged blocks together at %d baud", async (baud) => {
		const damage = (byte: number, index: number) => (index % 700 === 699 ? [byte ^ 0x10] : [byte]);
		const double = (byte: number) => (byte === ACK ? [ACK, ACK] : [byte]);
		const bytes = file(4000);
		const line = { baud, tamperToFar: damage, tamperToNear: double };
		const { sent, received } = await transfer(bytes, {}, {}, line);
		expect(received.bytes).toEqual(padded(bytes));
		expect(received.damaged).toBeGreaterThan(3);
		expect(sent.retries).toBe(received.damaged);
	});

	it("survives doubled NAKs", async () => {
		const answer = (frame: number) => (frame % 3 === 0 ? "nak" : "ack");
		const double = (byte: number) => (byte === NAK ? [NAK, NAK] : [byte]);
		const { received } = await transfer(file(4000), { answer }, {}, { tamperToNear: double });
		expect(received.bytes).toEqual(padded(file(4000)));
	});

	it("survives an ACK that is damaged, and one CAN alone", async () => {
		const answer = (frame: number) => (frame === 2 ? [0x86] : frame === 5 ? [CAN] : "ack");
		const { sent, received } = await transfer(file(900), { answer });
		expect(received.bytes).toEqual(padded(file(900)));
		expect(sent.retries).toBe(2);
		expect(sent.seconds).toBeLessThan(4);
	});

	it("survives an ACK that comes later than the timeout", async () => {
		let late = true;
		const tamper: LoopbackOptions = { baud: 9600 };
		const { near, far, clock } = loopback(tamper);
		const receiving = scriptedReceiver(far, {
			answer: (frame) => {
				if (frame !== 3 || !late) return "ack";
				late = false;
				clock.at(clock.now() + 10.2, () => void far.write(Uint8Array.of(ACK)));
				return "silence";
			},
		});
		const sent = await sendXmodem(near, file(1500));
		expect((await receiving).bytes).toEqual(padded(file(1500)));
		expect(sent.retries).toBe(1);
	});

	it("works where bytes take no time, as on a pty", async () => {
		const answer = (frame: number) => (frame % 5 === 0 ? "nak" : "ack");
		const { sent, received } = await transfer(file(3000), { answer }, {}, { paced: false });
		expect(received.bytes).toEqual(padded(file(3000)));
		expect(sent.seconds).toBeLessThan(1);
	});

	it("carries 40 KB over 2% lost ACKs and 5% NAKs", async () => {
		const random = new Random(7);
		const bytes = file(40_000);
		const answer = () => {
			const draw = random.next();
			return draw < 0.02 ? "silence" : draw < 0.07 ? "nak" : "ack";
		};
		const { sent, received } = await transfer(bytes, { answer });
		expect(received.ended).toBe("eot");
		expect(received.bytes).toEqual(padded(bytes));
		expect(sent.retries).toBeGreaterThan(10);
	});

	it("gives up after the allowed retries and tells the receiver", async () => {
		const { near, far } = loopback();
		const receiving = scriptedReceiver(far, { answer: (_, block) => (block === 2 ? "nak" : "ack") });
		const error = await expectCode(sendXmodem(near, file(600), { retries: 4 }), "transfer-failed");
		expect(error.message).toBe(
			"The transfer failed: the receiver did not accept it when block 2 of 5 was sent 5 times.",
		);
		expect((await receiving).ended).toBe("cancelled-by-sender");
	});

	it("gives up on a receiver that falls silent", async () => {
		const { near, far, clock } = loopback();
		const receiving = scriptedReceiver(far, { answer: (frame) => (frame === 2 ? "die" : "ack") });
		const sending = sendXmodem(near, file(600), { retries: 3, ackTimeoutS: 5 });
		const error = await expectCode(sending, "transfer-failed");
		expect(error.message).toContain("did not answer when block 2 of 5 was sent 4 times");
		expect(clock.now()).toBeLessThan(25);
		expect((await receiving).ended).toBe("died");
	});
});

describe("the end of the file", () => {
	it("is repeated when refused or unanswered", async () => {
		const { sent, received } = await transfer(file(200), { eotAnswers: ["nak", "silence"] }, { ackTimeoutS: 5 });
		expect(received.ended).toBe("eot");
		expect(sent).toMatchObject({ retries: 2, confirmed: true });
	});

	it("counts as unconfirmed when its ACK got lost and the receiver prints on", async () => {
		const { near, far } = loopback();
		const reader = new ByteReader(near);
		const receiving = scriptedReceiver(far, { eotAnswers: [[0x86]], closingText: "\r\nRX OK 2 records\r\n" });
		const sent = await sendXmodem(near, file(200), { reader });
		expect((await receiving).ended).toBe("eot");
		expect(sent.confirmed).toBe(false);
		expect(bytesToText(reader.peek())).toContain("RX OK 2 records");
	});
});

describe("an end before the end", () => {
	it("by the receiver's CAN CAN is transfer-cancelled", async () => {
		const { near, far } = loopback();
		const receiving = scriptedReceiver(far, { answer: (frame) => (frame === 3 ? "cancel" : "ack") });
		const error = await expectCode(sendXmodem(near, file(600)), "transfer-cancelled");
		expect(error.message).toBe("The receiver cancelled the transfer at block 3.");
		expect(error.exitCode).toBe(4);
		await receiving;
	});

	it("by an ACK with CAN CAN right behind it is transfer-cancelled too", async () => {
		const { near, far } = loopback();
		void scriptedReceiver(far, { answer: (frame) => (frame === 3 ? [ACK, CAN, CAN] : "ack") });
		await expectCode(sendXmodem(near, file(600)), "transfer-cancelled");
	});

	it("by CAN CAN before the first block is transfer-cancelled", async () => {
		const { near, far } = loopback();
		void far.write(Uint8Array.of(0x0d, 0x0a, CAN, CAN));
		await expectCode(sendXmodem(near, file(600)), "transfer-cancelled");
	});

	it("by a receiving program that ended quotes it", async () => {
		const { near, far } = loopback();
		const reader = new ByteReader(near);
		const said = [...new TextEncoder().encode("\r\nABORT: 10 block errors\r\nA>")];
		void scriptedReceiver(far, { answer: (frame) => (frame === 2 ? said : "ack") });
		const error = await expectCode(sendXmodem(near, file(600), { reader }), "transfer-failed");
		expect(error.message).toContain('at block 2 of 5 and printed "ABORT: 10 block errors\\r\\nA>"');
		expect(bytesToText(reader.peek())).toContain("ABORT");
	});

	it("by Ctrl-C sends CAN CAN", async () => {
		const { near, far } = loopback();
		const stop = new AbortController();
		const receiving = scriptedReceiver(far);
		const onProgress = ({ block }: TransferProgress) => {
			if (block === 2) stop.abort();
		};
		await expectCode(sendXmodem(near, file(6000), { signal: stop.signal, onProgress }), "interrupted");
		expect((await receiving).ended).toBe("cancelled-by-sender");
	});

	it("by Ctrl-C while waiting for the start byte is prompt", async () => {
		const { near, clock } = loopback();
		const stop = new AbortController();
		clock.at(2, () => stop.abort());
		await expectCode(sendXmodem(near, file(6000), { signal: stop.signal }), "interrupted");
		expect(clock.now()).toBeLessThan(3.1);
	});

	it("by an unplugged cable is line-lost", async () => {
		const { near, far, cut } = loopback();
		const receiving = scriptedReceiver(far, {
			answer: (frame) => {
				if (frame === 3) cut();
				return "ack";
			},
		});
		void receiving.catch(() => {});
		await expectCode(sendXmodem(near, file(6000)), "line-lost");
	});

	it("does not come at all for an empty file", async () => {
		await expectCode(sendXmodem(loopback().near, new Uint8Array(0)), "usage");
	});
});
