import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ZulmError } from "../base/errors.js";
import { CpmDisk, geometryFor } from "./cpm-disk.js";
import { diskParameterBlock } from "./dpb.js";
import { formatFileName, parseFileName } from "./file-name.js";
import { MemoryDrive } from "./memory-drive.js";

describe("geometry", () => {
	test("1 K blocks up to 256 K, 2 K blocks above 512 K", () => {
		expect(geometryFor(256 * 1024)).toEqual({ blockBytes: 1024, blocks: 256, directoryEntries: 128 });
		expect(geometryFor(1024 * 1024)).toEqual({ blockBytes: 2048, blocks: 512, directoryEntries: 128 });
	});

	test.each([0, 300 * 1024, 9 * 1024 * 1024])("%i bytes are refused", (bytes) => {
		expect(() => geometryFor(bytes)).toThrow(ZulmError);
	});

	test("the parameter block of a 1 MB disk", () => {
		const dpb = [...diskParameterBlock(geometryFor(1024 * 1024))];
		// 128 records a track, 2 K blocks (shift 4, mask 15), extent mask 0, DSM 511, DRM 127, two directory blocks.
		expect(dpb).toEqual([128, 0, 4, 15, 0, 0xff, 1, 127, 0, 0xc0, 0, 0, 0, 0, 0]);
	});
});

describe("files", () => {
	test("any contents come back, padded with ^Z to whole records", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 40_000 }), (bytes) => {
				const disk = new CpmDisk(geometryFor(256 * 1024));
				expect(disk.writeFile("A       DAT", bytes)).toBe(true);
				const read = disk.readFile("A       DAT") as Uint8Array;
				expect(read.length).toBe(Math.ceil(bytes.length / 128) * 128);
				expect(Buffer.compare(read.subarray(0, bytes.length), bytes)).toBe(0);
				expect(read.subarray(bytes.length).every((byte) => byte === 0x1a)).toBe(true);
			}),
			{ numRuns: 30 },
		);
	});

	test("a file that does not fit leaves nothing behind", () => {
		const disk = new CpmDisk(geometryFor(16 * 1024, 32));
		const free = disk.freeBlocks;
		expect(disk.writeFile("A       DAT", new Uint8Array(20_000))).toBe(false);
		expect([disk.listFiles(), disk.freeBlocks]).toEqual([[], free]);
	});

	test("a memory drive refuses names that are none and files that do not fit", () => {
		const drive = new MemoryDrive();
		expect(() => drive.write("TOOLONGNAME.TXT", new Uint8Array(1))).toThrow(/not a CP\/M file name/);
		expect(() => drive.write("BIG.DAT", new Uint8Array(2_000_000))).toThrow(/does not fit/);
		drive.write("ok.txt", Uint8Array.of(1, 2));
		expect(drive.read("OK.TXT")?.subarray(0, 2)).toEqual(Uint8Array.of(1, 2));
		expect(drive.read("NONE.TXT")).toBeUndefined();
	});
});

describe("names", () => {
	test.each([
		["RX.COM", "RX      COM"],
		["rx.com", "RX      COM"],
		["README", "README     "],
		["$$$.$$$", "$$$     $$$"],
	])("%s", (text, name) => {
		expect(parseFileName(text)).toBe(name);
		expect(formatFileName(name)).toBe(text.toUpperCase());
	});

	test.each(["", ".COM", "A.B.C", "NINECHARS", "A.LONG", "A B", "A/B", "..", "A*", "Ä", "A:B", "..\\A", "A.\0"])(
		"%j is none",
		(text) => {
			expect(parseFileName(text)).toBeUndefined();
		},
	);
});
