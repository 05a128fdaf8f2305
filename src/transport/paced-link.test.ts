import { expect, it } from "vitest";
import { textToBytes } from "./byte-reader.js";
import { paceLink } from "./paced-link.js";
import { loopback } from "./simulation/loopback.js";
import { receiveXmodem } from "./xmodem/receive-xmodem.js";
import { sendXmodem } from "./xmodem/send-xmodem.js";

function arrivals(pacing: { characterDelayS: number; lineDelayS: number }) {
	const { near, far, clock } = loopback({ paced: false });
	const times: [string, number][] = [];
	far.onData((bytes, atS) => {
		for (const byte of bytes) times.push([String.fromCharCode(byte), Math.round(atS * 1000)]);
	});
	return { link: paceLink(near, pacing), near, times, clock };
}

it("pauses after each character and after each line", async () => {
	const { link, times, clock } = arrivals({ characterDelayS: 0.01, lineDelayS: 0.5 });
	await link.write(textToBytes("ab\r"));
	await link.write(textToBytes("c"));
	expect(clock.now()).toBeCloseTo(0.54);
	expect(times).toEqual([
		["a", 0],
		["b", 10],
		["\r", 20],
		["c", 530],
	]);
});

it("does not pause at a CR inside a write", async () => {
	const { link, clock } = arrivals({ characterDelayS: 0, lineDelayS: 1 });
	await link.write(Uint8Array.of(1, 13, 2));
	expect(clock.now()).toBe(0);
	await link.write(Uint8Array.of(10));
	expect(clock.now()).toBe(1);
});

it("keeps the order of writes that nobody waited for, and drains them", async () => {
	const { link, times } = arrivals({ characterDelayS: 0.01, lineDelayS: 0 });
	void link.write(textToBytes("one"));
	void link.write(textToBytes("two"));
	await link.drain();
	expect(times.map(([character]) => character).join("")).toBe("onetwo");
});

it("fails when the line is lost on the way", async () => {
	const { near, cut, clock } = loopback();
	const link = paceLink(near, { characterDelayS: 0.1, lineDelayS: 0 });
	clock.at(0.25, cut);
	await expect(link.write(textToBytes("abcdef"))).rejects.toMatchObject({ code: "line-lost" });
	expect(clock.now()).toBeCloseTo(0.3);
});

it("is the link itself when there is nothing to pace", () => {
	const { near } = loopback();
	expect(paceLink(near, { characterDelayS: 0, lineDelayS: 0 })).toBe(near);
});

it("is no stuck line to XMODEM: a block of 1024 bytes may take a minute", async () => {
	const { near, far } = loopback({ baud: 9600 });
	const receiving = receiveXmodem(far);
	const slow = paceLink(near, { characterDelayS: 0.05, lineDelayS: 0 });
	const sent = await sendXmodem(slow, new Uint8Array(3072), { blockSize: 1024 });
	expect(sent.seconds).toBeGreaterThan(150);
	// The EOT alone is asked for twice.
	expect(sent).toMatchObject({ blockSize: 1024, blocks: 3, retries: 1 });
	expect((await receiving).retries).toBe(0);
});
