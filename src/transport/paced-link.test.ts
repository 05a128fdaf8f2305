import { expect, it } from "vitest";
import { textToBytes } from "./byte-reader.js";
import { paceLink } from "./paced-link.js";
import { loopback } from "./simulation/loopback.js";

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
