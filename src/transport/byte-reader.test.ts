import { expect, it } from "vitest";
import { ZulmError } from "../base/errors.js";
import { ByteReader, bytesToText, textToBytes } from "./byte-reader.js";
import { loopback } from "./simulation/loopback.js";

function setUp() {
	const { near, far, clock, cut } = loopback({ paced: false });
	const say = (atS: number, text: string) => clock.at(atS, () => void far.write(textToBytes(text)));
	return { reader: new ByteReader(near), near, clock, cut, say };
}

it("maps every byte to a character and back", () => {
	const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
	expect(textToBytes(bytesToText(all))).toEqual(all);
});

it("gives what has arrived, or nothing after the timeout", async () => {
	const { reader, clock, say } = setUp();
	say(1, "ab");
	expect(await reader.read(0.5)).toEqual(new Uint8Array(0));
	expect(clock.now()).toBe(0.5);
	expect(bytesToText(await reader.read(5))).toContain("a");
	expect(clock.now()).toBe(1);
	expect(reader.lastArrivalS).toBe(1);
});

it("reads byte by byte, keeping the rest", async () => {
	const { reader, say } = setUp();
	say(1, "xyz");
	expect(await reader.readByte(2)).toBe(0x78);
	expect(bytesToText(await reader.readExactly(2, 1))).toBe("yz");
	expect(await reader.readByte(1)).toBeUndefined();
	reader.unread(textToBytes("q"));
	expect(await reader.readByte(0)).toBe(0x71);
});

it("tells of a byte that arrives alone while it is waited for, before the promise does", async () => {
	const { reader, say } = setUp();
	const order: string[] = [];
	const readByte = async (timeoutS: number, signal?: AbortSignal) => {
		const byte = await reader.readByte(timeoutS, signal, (arrived) => order.push(`arrived ${arrived}`));
		order.push(`read ${byte}`);
	};
	say(1, "x");
	await readByte(2);
	expect(order.splice(0)).toEqual(["arrived 120", "read 120"]);
	// Not one that was there, nor one that comes after the wait, whatever ended that.
	reader.unread(textToBytes("q"));
	await readByte(0);
	await readByte(0.5);
	const stop = new AbortController();
	const stopped = expect(readByte(1, stop.signal)).rejects.toMatchObject({ code: "interrupted" });
	stop.abort();
	await stopped;
	say(2, "y");
	expect(await reader.readByte(5)).toBe(0x79);
	expect(order).toEqual(["read 113", "read undefined"]);
});

it("reads a count, or what there is after the timeout", async () => {
	const { reader, clock, say } = setUp();
	say(1, "abc");
	say(2, "d");
	expect(bytesToText(await reader.readExactly(4, 5))).toBe("abcd");
	expect(clock.now()).toBe(2);
	say(3, "e");
	expect(bytesToText(await reader.readExactly(2, 4))).toBe("e");
	expect(clock.now()).toBe(6);
});

it("reads up to a text or a pattern that comes in pieces", async () => {
	const { reader, say } = setUp();
	say(1, "Bdos E");
	say(2, "rr On A: R/O A>");
	const found = await reader.readUntil("Err On", 5);
	expect(found.text).toBe("Bdos Err On");
	expect(found.match?.[0]).toBe("Err On");
	// A global or sticky pattern has no memory here.
	const prompt = /[A-P]>$/gy;
	expect((await reader.readUntil(prompt, 5)).text).toBe(" A: R/O A>");
	say(9, "B>");
	expect((await reader.readUntil(prompt, 9)).text).toBe("B>");
});

it("gives what came before the timeout when the pattern never does", async () => {
	const { reader, clock, say } = setUp();
	say(1, "a.c");
	const found = await reader.readUntil("a-c", 3);
	expect(found).toEqual({ text: "a.c", match: undefined });
	expect(clock.now()).toBe(3);
});

it("reads until silence, and says when it never came", async () => {
	const { reader, clock, say } = setUp();
	for (const atS of [1, 1.2, 1.4]) say(atS, "z");
	const started = await reader.readQuiet(1.1, 10);
	expect([bytesToText(started.bytes), started.quiet]).toEqual(["zzz", true]);
	expect(clock.now()).toBeCloseTo(2.5);
	for (let i = 1; i <= 40; i++) say(2.5 + i / 10, "n");
	const noisy = await reader.readQuiet(0.5, 2);
	expect(noisy.quiet).toBe(false);
	expect(clock.now()).toBeCloseTo(4.5);
});

it("throws away what nobody read", async () => {
	const { reader, clock, say } = setUp();
	say(1, "junk");
	await clock.sleep(2);
	expect(bytesToText(reader.peek())).toBe("junk");
	expect(reader.discard()).toBe(4);
	expect(reader.buffered).toBe(0);
});

it("is interrupted by a signal, at once when it has fired already", async () => {
	const { reader, clock } = setUp();
	const stop = new AbortController();
	clock.at(1, () => stop.abort());
	await expect(reader.read(60, stop.signal)).rejects.toMatchObject({ code: "interrupted" });
	expect(clock.now()).toBe(1);
	await expect(reader.readByte(60, stop.signal)).rejects.toMatchObject({ code: "interrupted" });
});

it("gives the last bytes of a lost line before the error", async () => {
	const { reader, clock, cut, say } = setUp();
	say(1, "bye");
	clock.at(2, cut);
	await clock.sleep(1.5);
	expect(bytesToText(await reader.read(10))).toBe("bye");
	await expect(reader.read(10)).rejects.toMatchObject({ code: "line-lost" });
	expect(clock.now()).toBe(2);
	await expect(reader.readUntil("x", 10)).rejects.toBeInstanceOf(ZulmError);
});

it("fails with line-lost when we close the line under it, and hears nothing after close", async () => {
	const { reader, near, clock, say } = setUp();
	say(1, "a");
	reader.close();
	await clock.sleep(2);
	expect(reader.buffered).toBe(0);
	const other = new ByteReader(near);
	const reading = other.read(5);
	await near.close();
	await expect(reading).rejects.toMatchObject({ code: "line-lost" });
});

it("serves one read at a time", async () => {
	const { reader } = setUp();
	const first = reader.read(1);
	await expect(reader.read(1)).rejects.toThrow("Only one may wait at a time.");
	await first;
});
