import { describe, expect, it } from "vitest";
import { crc16 } from "../../base/crc16.js";
import { EOT, SOH, STX, SUB } from "./control-bytes.js";
import { encodeBlock, FrameSource } from "./frames.js";

const FILE = Uint8Array.from({ length: 200 }, (_, index) => index);

function sizes(length: number, blockSize: 128 | 1024): number[] {
	const source = new FrameSource(new Uint8Array(length), "crc", blockSize);
	const blocks = source.blocks;
	const found: number[] = [];
	for (let frame = source.frame(); frame.size !== 0; frame = source.frame()) {
		found.push(frame.size);
		source.advance();
	}
	expect(found.length).toBe(blocks);
	return found;
}

describe("frames of 128 bytes", () => {
	it("have number, complement, padding and CRC, and are the same when asked for again", () => {
		const source = new FrameSource(FILE, "crc", 128);
		expect([...source.frame().bytes.subarray(0, 3)]).toEqual([SOH, 1, 254]);
		source.advance();
		const second = source.frame();
		const data = second.bytes.subarray(3, 131);
		expect([...data.subarray(0, 72)]).toEqual([...FILE.subarray(128)]);
		expect([...data.subarray(72)]).toEqual(new Array(56).fill(SUB));
		const crc = crc16(data);
		expect([...second.bytes.subarray(131)]).toEqual([crc >> 8, crc & 0xff]);
		expect(source.frame()).toEqual(second);
		expect(source.acknowledgedBytes).toBe(128);
		source.advance();
		expect(source.frame()).toEqual({ bytes: Uint8Array.of(EOT), block: undefined, size: 0 });
		expect(source.acknowledgedBytes).toBe(200);
	});

	it("sum modulo 256 with checksums", () => {
		const { bytes } = new FrameSource(FILE, "checksum", 128).frame();
		expect(bytes.length).toBe(132);
		expect(bytes[131]).toBe(((128 * 127) / 2) & 0xff);
	});

	it("wrap their numbers after 255", () => {
		const source = new FrameSource(new Uint8Array(300 * 128), "crc", 128);
		for (let block = 1; block <= 300; block++) {
			expect(source.frame().block).toBe(block);
			expect([...source.frame().bytes.subarray(1, 3)]).toEqual([block & 0xff, ~block & 0xff]);
			source.advance();
		}
		expect(source.frame().block).toBeUndefined();
	});

	it.each([0x0000, 0x000f, 0x00ff, 0x0fff])("keep the leading zeros of a CRC of %d", (wanted) => {
		// Two free bytes can make any CRC-16.
		const block = new Uint8Array(128);
		search: for (let high = 0; high < 256; high++) {
			for (let low = 0; low < 256; low++) {
				block[126] = high;
				block[127] = low;
				if (crc16(block) === wanted) break search;
			}
		}
		expect([...encodeBlock(1, block, "crc").subarray(131)]).toEqual([wanted >> 8, wanted & 0xff]);
	});
});

describe("frames of 1024 bytes", () => {
	it("begin with STX", () => {
		const frame = new FrameSource(new Uint8Array(2000), "crc", 1024).frame();
		expect([...frame.bytes.subarray(0, 3)]).toEqual([STX, 1, 254]);
		expect(frame.bytes.length).toBe(1029);
	});

	it.each([
		[128, [128]],
		[896, new Array(7).fill(128)],
		[897, [1024]],
		[1024, [1024]],
		[1025, [1024, 128]],
		[2048 + 300, [1024, 1024, 128, 128, 128]],
	])("for %i bytes are used as far as they do not add records", (length, expected) => {
		expect(sizes(length, 1024)).toEqual(expected);
		expect(expected.reduce((a, b) => a + b, 0)).toBe(Math.ceil(length / 128) * 128);
	});

	it("become short ones from the block in flight on, which keeps its number and its place in the file", () => {
		const file = Uint8Array.from({ length: 4096 }, (_, index) => index >> 4);
		const source = new FrameSource(file, "crc", 1024);
		source.advance();
		expect(source.blocks).toBe(4);
		source.shorten();
		expect(source.blocks).toBe(1 + 24);
		const frame = source.frame();
		expect(frame).toMatchObject({ block: 2, size: 128 });
		expect(frame.bytes.subarray(3, 131)).toEqual(file.subarray(1024, 1152));
	});
});

describe("a frame made ahead of time", () => {
	it.each(["crc", "checksum"] as const)("is the one that would have been made in time, with %s", (mode) => {
		const file = Uint8Array.from({ length: 2500 }, (_, index) => index * 3);
		const [ahead, inTime] = [new FrameSource(file, mode, 1024), new FrameSource(file, mode, 1024)];
		for (let i = 0; i <= 7; i++) {
			ahead.prepare();
			expect(ahead.frame()).toEqual(inTime.frame());
			ahead.advance();
			inTime.advance();
		}
		expect(ahead.frame().size).toBe(0);
	});

	it("is made again when size or check have changed", () => {
		const source = new FrameSource(new Uint8Array(4096), "crc", 1024);
		source.prepare();
		source.shorten();
		source.restart("checksum");
		for (const block of [1, 2]) {
			expect(source.frame()).toMatchObject({ block, size: 128 });
			expect(source.frame().bytes.length).toBe(132);
			source.advance();
		}
	});
});
