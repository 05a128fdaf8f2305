/**
 * The receivers people have on CP/M, played byte for byte as their sources and captured sessions show them: RomWBW's XM
 * (xmdm125.asm), M. Eberhard's XMODEM 2.7, Glitch Works' PCGET. Their silences last as long as the real ones, on
 * virtual time.
 */
import { describe, expect, it } from "vitest";
import { ByteReader, bytesToText } from "../byte-reader.js";
import { type LoopbackOptions, loopback } from "../simulation/loopback.js";
import { type ScriptedReceiverOptions, scriptedReceiver } from "../testing/scripted-receiver.js";
import { ACK, CRC_REQUEST, LONG_BLOCK_OFFER, NAK } from "../xmodem/control-bytes.js";
import { sendXmodem, type XmodemOptions } from "../xmodem/send-xmodem.js";

const FILE = Uint8Array.from({ length: 3000 }, (_, i) => (i * 11 + (i >> 8)) & 0xff);
const RECORDS = Math.ceil(FILE.length / 128);

const XM_BANNER = [
	{ afterS: 0.2, text: "XMODEM v12.5 - 07/13/86\r\n\r\nReceiving: CHAT.COM\r\n" },
	{
		afterS: 0.3,
		text: "\r\nFile open - ready to receive\r\nTo cancel: Ctrl-X, pause, Ctrl-X\r\n",
	},
	{ afterS: 5, text: "" },
];
const XM_THANKS = "\r\nThanks for the upload\r\n\r\nA>";

const RECEIVERS: Record<string, ScriptedReceiverOptions> = {
	"XM, 1K offered": {
		banner: XM_BANNER,
		startBytes: [CRC_REQUEST, LONG_BLOCK_OFFER],
		startEveryS: 5,
		closingText: XM_THANKS,
	},
	"XM RX": { banner: XM_BANNER, startEveryS: 5, closingText: XM_THANKS },
	"XM RC": { banner: XM_BANNER, mode: "checksum", startEveryS: 5, closingText: XM_THANKS },
	"XMODEM 2.7": {
		banner: [
			{ afterS: 0.1, text: "\r\nFile created\r\nReceiving via CON" },
			{ afterS: 4, text: " with CRCs" },
		],
		startEveryS: 10,
		ignoresCancel: true,
		closingText: `OK\r\nReceived ${RECORDS} blocks\r\n\r\nA>`,
	},
	"XMODEM 2.7 /C": {
		banner: [
			{ afterS: 0.1, text: "\r\nFile created\r\nReceiving via CON" },
			{ afterS: 4, text: " with checksums" },
		],
		mode: "checksum",
		startEveryS: 10,
		ignoresCancel: true,
		closingText: `OK\r\nReceived ${RECORDS} blocks\r\n\r\nA>`,
	},
	"PCGET": {
		banner: [{ afterS: 0.2, text: "\r\nPCGET for CP/M\r\nSend the file now using XMODEM\r\n" }],
		mode: "checksum",
		startEveryS: 3,
		closingText: "\r\nTransfer Complete\r\n\r\nA>",
	},
};

async function sendTo(receiver: ScriptedReceiverOptions, line: LoopbackOptions = {}, options: XmodemOptions = {}) {
	const { near, far, clock } = loopback(line);
	const reader = new ByteReader(near);
	const receiving = scriptedReceiver(far, receiver);
	const sent = await sendXmodem(near, FILE, { ...options, reader });
	const said = await reader.readUntil("A>", 5);
	return { sent, received: await receiving, said: said.text, seconds: clock.now() };
}

describe.each(Object.entries(RECEIVERS))("%s", (name, receiver) => {
	it("gets the whole file with nothing sent twice, and its last words are left to read", async () => {
		const { sent, received, said } = await sendTo(receiver);
		expect(Buffer.compare(received.bytes.subarray(0, FILE.length), FILE)).toBe(0);
		expect(sent).toMatchObject({ retries: 0, confirmed: true, blockSize: name.includes("1K") ? 1024 : 128 });
		expect(sent.protocol).toBe(receiver.mode === "checksum" ? "xmodem-checksum" : "xmodem-crc");
		expect(said).toBe(receiver.closingText);
	});

	it("that writes to a floppy for seconds before it acknowledges is waited for", async () => {
		const { sent } = await sendTo({ ...receiver, turnaroundS: 4 });
		expect(sent.retries).toBe(0);
	});

	it("gets the file at 9600 baud although every twentieth of its answers is lost", async () => {
		let answers = 0;
		const tamperToNear = (byte: number) => (byte === ACK && ++answers % 20 === 0 ? [] : [byte]);
		const { received } = await sendTo(receiver, { baud: 9600, tamperToNear });
		expect(Buffer.compare(received.bytes.subarray(0, FILE.length), FILE)).toBe(0);
	});
});

it("XM falls back to checksums after 15 requests, 75 s: a sender that comes late obeys", async () => {
	const { near, far } = loopback();
	const receiving = scriptedReceiver(far, { ...RECEIVERS["XM RX"], fallsBackAfter: 15 });
	await near.clock.sleep(80);
	const sent = await sendXmodem(near, FILE);
	expect(sent.protocol).toBe("xmodem-checksum");
	expect((await receiving).ended).toBe("eot");
});

it("XM's refusal of an existing file is seen before a block is sent", async () => {
	const { near, far } = loopback();
	void scriptedReceiver(far, { banner: [{ afterS: 0.2, text: "\r\n++ File exists, use a different name ++\r\nA>" }] });
	const onBanner = (text: string) => {
		if (text.includes("File exists")) throw new RangeError("refused");
	};
	await expect(sendXmodem(near, FILE, { onBanner })).rejects.toThrow("refused");
});

it("XMODEM 2.7 ignores our CAN CAN: giving up does not wait for it", async () => {
	const { near, far, clock } = loopback();
	const reader = new ByteReader(far);
	void scriptedReceiver(far, { ignoresCancel: true, answer: (_, block) => (block === 2 ? "nak" : "ack") });
	const sending = sendXmodem(near, FILE, { retries: 3 });
	await expect(sending).rejects.toMatchObject({ code: "transfer-failed" });
	expect(clock.now()).toBeLessThan(30);
	await clock.sleep(1);
	expect(bytesToText(reader.peek()).endsWith("\x18\x18")).toBe(true);
});

it("PCGET's impatient NAK after a lost ACK costs one block sent twice", async () => {
	const { near, far, clock } = loopback();
	const receiving = scriptedReceiver(far, {
		...RECEIVERS.PCGET,
		answer: (frame) => {
			if (frame !== 3) return "ack";
			clock.at(clock.now() + 3, () => void far.write(Uint8Array.of(NAK)));
			return "silence";
		},
	});
	const sent = await sendXmodem(near, FILE);
	expect(sent.retries).toBe(1);
	expect((await receiving).repeated).toBe(1);
});
