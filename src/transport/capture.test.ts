import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ByteReader, bytesToText, textToBytes } from "./byte-reader.js";
import { type CaptureEntry, captureLink, parseCapture } from "./capture.js";
import { loopback } from "./simulation/loopback.js";
import { ReplayLink } from "./testing/replay-link.js";
import { scriptedReceiver } from "./testing/scripted-receiver.js";
import { sendXmodem } from "./xmodem/send-xmodem.js";

describe("a capture", () => {
	it("holds every byte with direction and time, and reads back", async () => {
		const { near, far, clock } = loopback({ paced: false });
		await clock.sleep(5);
		let log = "";
		const link = captureLink(near, (line) => {
			log += line;
		});
		await link.write(textToBytes("DIR\r"));
		clock.at(6.5, () => void far.write(Uint8Array.of(0xa1)));
		await clock.sleep(3);
		expect(log).toBe('{"t":0,"dir":"tx","hex":"4449520d"}\n{"t":1.5,"dir":"rx","hex":"a1"}\n');
		expect(parseCapture(log)).toEqual([
			{ t: 0, dir: "tx", bytes: textToBytes("DIR\r") },
			{ t: 1.5, dir: "rx", bytes: Uint8Array.of(0xa1) },
		]);
	});

	it.each(['{"t":1,"dir":"rx"}', '{"t":1,"dir":"up","hex":""}', '{"t":1,"dir":"rx","hex":"abc"}', "hello"])(
		"that is not one names the line: %s",
		(line) => {
			expect(() => parseCapture(`{"t":0,"dir":"rx","hex":""}\n${line}\n`)).toThrow("Line 2 of the capture");
		},
	);

	it("of a transfer replays as the machine of another transfer", async () => {
		const bytes = Uint8Array.from({ length: 700 }, (_, index) => index * 7);
		const { near, far } = loopback();
		let log = "";
		const receiving = scriptedReceiver(far, {
			banner: [{ afterS: 1, text: "Receiving via CON" }],
			answer: (frame) => (frame === 3 ? "nak" : "ack"),
		});
		const first = await sendXmodem(
			captureLink(near, (line) => {
				log += line;
			}),
			bytes,
		);
		await receiving;
		const replay = new ReplayLink(parseCapture(log));
		const second = await sendXmodem(replay, bytes);
		expect(replay.finished).toBe(true);
		expect(second.retries).toBe(first.retries);
		expect(second.seconds).toBeCloseTo(first.seconds, 3);
	});

	it("does not replay for someone who sends something else", async () => {
		const replay = new ReplayLink([{ t: 0, dir: "tx", bytes: textToBytes("DIR\r") }]);
		await replay.write(textToBytes("D"));
		await expect(replay.write(textToBytes("O"))).rejects.toThrow("Sent 4Fh where the capture has 49h");
	});
});

// Sessions with other people's programs, which are not part of the repository.
const FOLDER = new URL("../../../shared/captures/", import.meta.url);

const here = existsSync(FOLDER);

describe.skipIf(!here)("XMODEM 2.7 on a real CP/M 2.2", () => {
	// A skipped block is collected all the same.
	const files = here ? ["cpm22-xmodem27.jsonl", "cpm22-xmodem27-second-port.jsonl"] : [];
	const sessions = files.flatMap((file) =>
		transfers(parseCapture(readFileSync(new URL(file, FOLDER), "utf8"))).map((entries) => ({ file, entries })),
	);

	it("was captured four times", () => {
		expect(sessions.length).toBe(4);
	});

	it.each(sessions)("gets the same frames from us in $file", async ({ entries }) => {
		const frames = entries.filter(({ dir }) => dir === "tx").map(({ bytes }) => bytes);
		const file = Uint8Array.from(frames.slice(0, -1).flatMap((frame) => [...frame.subarray(3, 131)]));
		const replay = new ReplayLink(entries);
		const reader = new ByteReader(replay);
		const sent = await sendXmodem(replay, file, { reader });
		expect(replay.finished).toBe(true);
		expect(sent).toMatchObject({ blocks: 24, retries: 0, confirmed: true });
		expect(sent.protocol).toBe(frames[0]?.length === 132 ? "xmodem-checksum" : "xmodem-crc");
		expect((await reader.readUntil("Received 24 blocks", 5)).match).toBeDefined();
	});
});

/** Cuts out each transfer: from the banner after the command to what is printed after the EOT. */
function transfers(capture: readonly CaptureEntry[]): CaptureEntry[][] {
	const found: CaptureEntry[][] = [];
	for (const [end, entry] of capture.entries()) {
		if (entry.dir !== "tx" || entry.bytes.length !== 1 || entry.bytes[0] !== 0x04) continue;
		let start = end;
		while (!isTyped(capture[start]!)) start--;
		let after = end + 1;
		while (capture[after]?.dir === "rx") after++;
		found.push(capture.slice(start + 1, after));
	}
	return found;
}

function isTyped({ dir, bytes }: CaptureEntry): boolean {
	return dir === "tx" && bytes.length < 128 && bytesToText(bytes).endsWith("\r");
}
