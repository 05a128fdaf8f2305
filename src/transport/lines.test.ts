import { expect, it } from "vitest";
import { textToBytes } from "./byte-reader.js";
import { LineReader } from "./lines.js";
import { loopback } from "./simulation/loopback.js";

it("gives lines without their ends, whatever the pieces", async () => {
	const { near, far, clock } = loopback();
	const lines = new LineReader(near);
	clock.at(1, () => void far.write(textToBytes("ZULM X 0A1B")));
	clock.at(2, () => void far.write(textToBytes("2C3D\r\n\r\nOK\n\rA>")));
	expect(await lines.nextLine(0.5)).toBeUndefined();
	expect(await lines.nextLine(5)).toBe("ZULM X 0A1B2C3D");
	expect(await lines.nextLine(5)).toBe("");
	expect(await lines.nextLine(5)).toBe("OK");
	// A prompt has no line end.
	expect(await lines.nextLine(5)).toBeUndefined();
});

it("keeps bytes above 7Fh as one character each", async () => {
	const { near, far } = loopback();
	const lines = new LineReader(near);
	void far.write(Uint8Array.of(0xb1, 0xdd, 0x0d, 0x0a));
	expect(await lines.nextLine(1)).toBe("\u00b1\u00dd");
});

it("gives the lines that came before the line was lost, then the error", async () => {
	const { near, far, clock, cut } = loopback();
	const lines = new LineReader(near);
	void far.write(textToBytes("one\r\ntwo\r\n"));
	clock.at(1, cut);
	await clock.sleep(2);
	expect(await lines.nextLine(1)).toBe("one");
	expect(await lines.nextLine(1)).toBe("two");
	await expect(lines.nextLine(1)).rejects.toMatchObject({ code: "line-lost" });
});

it("is interrupted by a signal and deaf after close", async () => {
	const { near, far, clock } = loopback();
	const lines = new LineReader(near);
	const stop = new AbortController();
	clock.at(1, () => stop.abort());
	await expect(lines.nextLine(60, stop.signal)).rejects.toMatchObject({ code: "interrupted" });
	lines.close();
	void far.write(textToBytes("late\r\n"));
	expect(await lines.nextLine(1)).toBeUndefined();
});
