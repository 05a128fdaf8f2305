import fc from "fast-check";
import { expect, test } from "vitest";
import { FORMAT_8N1, type FrameFormat, frameBits, receiveFrame } from "./serial-frame.js";

const FORMATS: FrameFormat[] = ([7, 8] as const).flatMap((dataBits) =>
	(["none", "even", "odd"] as const).flatMap((parity) =>
		([1, 2] as const).map((stopBits) => ({ dataBits, parity, stopBits })),
	),
);

test("8N1 is ten bits", () => {
	expect(frameBits(FORMAT_8N1)).toBe(10);
	expect(frameBits({ dataBits: 7, parity: "even", stopBits: 2 })).toBe(11);
});

test("both ends alike, within a few per cent: every byte arrives", () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 0, max: 255 }),
			fc.constantFrom(...FORMATS),
			fc.double({ min: 0.97, max: 1.03, noNaN: true }),
			(byte, format, drift) => {
				const received = receiveFrame(byte, { format, bitTime: 64 }, { format: { ...format }, bitTime: 64 * drift });
				const mask = format.dataBits === 8 ? 0xff : 0x7f;
				expect(received).toEqual({ byte: byte & mask, framingError: false, parityError: false });
			},
		),
	);
});

test("a receiver at half the speed sees a framing error or garbage", () => {
	const slow = receiveFrame(0x41, { format: FORMAT_8N1, bitTime: 64 }, { format: FORMAT_8N1, bitTime: 128 });
	expect(slow.byte).not.toBe(0x41);
	const fast = receiveFrame(0x00, { format: FORMAT_8N1, bitTime: 64 }, { format: FORMAT_8N1, bitTime: 16 });
	expect(fast.framingError).toBe(true);
});

test("even parity read as odd is a parity error", () => {
	const even: FrameFormat = { dataBits: 8, parity: "even", stopBits: 1 };
	const odd: FrameFormat = { dataBits: 8, parity: "odd", stopBits: 1 };
	expect(receiveFrame(0x41, { format: even, bitTime: 64 }, { format: odd, bitTime: 64 }).parityError).toBe(true);
});

test("seven bits and even parity read as eight bits put the parity into bit 7", () => {
	const seven: FrameFormat = { dataBits: 7, parity: "even", stopBits: 1 };
	const read = (byte: number) =>
		receiveFrame(byte, { format: seven, bitTime: 64 }, { format: FORMAT_8N1, bitTime: 64 }).byte;
	expect([read(0x41), read(0x43)]).toEqual([0x41, 0xc3]);
});
