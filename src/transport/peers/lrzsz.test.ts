/** lrzsz, the XMODEM that everybody has, in both directions over pseudo-terminals, in real time. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { testFolder } from "../../cli/testing/folder.js";
import { lrzszProgram, startPeer } from "../testing/lrzsz.js";
import { receiveXmodem } from "../xmodem/receive-xmodem.js";
import { sendXmodem, type XmodemOptions } from "../xmodem/send-xmodem.js";

/** Whole records, because XMODEM pads the last one; every byte value occurs. */
const FILE = Uint8Array.from({ length: 20 * 1024 + 384 }, (_, i) => (i * 7 + (i >> 8)) & 0xff);

const program = { rx: lrzszProgram("rx"), sx: lrzszProgram("sx") };
const missing = program.rx === undefined || program.sx === undefined;
if (missing) {
	// An absent peer may be skipped, but never in silence and never in CI.
	if (process.env.ZULM_REQUIRE_PEERS === "1") throw new Error("ZULM_REQUIRE_PEERS=1, but lrzsz or socat is missing.");
	console.warn("SKIPPED: lrzsz and socat are not installed, so nobody has tried zulm's XMODEM against them here.");
}

describe.skipIf(missing)("we send, lrzsz receives", () => {
	it.each<[string, string[], XmodemOptions, string, number]>([
		["rx", [], {}, "xmodem-checksum", 128],
		["rx -c", ["-c"], {}, "xmodem-crc", 128],
		["rx -c, blocks of 1024 bytes", ["-c"], { blockSize: 1024 }, "xmodem-crc", 1024],
	])("%s", async (_, args, options, protocol, blockSize) => {
		const folder = testFolder();
		const peer = await startPeer(program.rx as string, [...args, "got.bin"], folder.path);
		const result = await sendXmodem(peer.link, FILE, options);
		expect(await peer.ended()).toBe(0);
		await peer.close();
		expect(result).toMatchObject({ protocol, blockSize, bytes: FILE.length, confirmed: true });
		expect(Buffer.compare(readFileSync(folder.at("got.bin")), FILE)).toBe(0);
	});
});

describe.skipIf(missing)("lrzsz sends, we receive", () => {
	it.each<[string, string[], number]>([
		["sx", [], 128],
		["sx -k", ["-k"], 1024],
	])("%s", async (_, args, blockSize) => {
		const folder = testFolder();
		folder.write("file.bin", FILE);
		const peer = await startPeer(program.sx as string, [...args, "file.bin"], folder.path);
		const result = await receiveXmodem(peer.link);
		expect(await peer.ended()).toBe(0);
		await peer.close();
		expect(result).toMatchObject({ protocol: "xmodem-crc", blockSize });
		expect(Buffer.compare(result.data.subarray(0, FILE.length), FILE)).toBe(0);
	});
});
