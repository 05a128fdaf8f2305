import { describe, expect, it } from "vitest";
import { crc16 } from "../base/crc16.js";
import { packModel } from "./pack.js";
import { readProgram, sealImage } from "./program.js";
import { chatterbox } from "./testing/random-model.js";

const program = packModel(chatterbox(), { name: "talk" });

describe("a program's header", () => {
	it("says name, kernel, length and the CRC of the whole image", () => {
		const { image } = program;
		expect(String.fromCharCode(...image.subarray(3, 7))).toBe("ZULM");
		expect(image.length % 128).toBe(0);
		expect(readProgram(image)).toEqual({
			name: "TALK",
			buildId: program.buildId,
			length: image.length,
			crc16: crc16(image),
			kernel: "column",
		});
	});

	it("is read with bytes of the last record's filling behind it, as files come from CP/M", () => {
		expect(readProgram(Uint8Array.from([...program.image, ...new Uint8Array(128).fill(0x1a)]))?.name).toBe("TALK");
	});

	it("is not seen in other programs", () => {
		expect(readProgram(Uint8Array.from([0xc3, 0, 1, 0x5a, 0x55]))).toBeUndefined();
		expect(readProgram(new Uint8Array(0))).toBeUndefined();
	});

	it("does not let a damaged or cut program pass", () => {
		const damaged = program.image.slice();
		damaged[3000] = (damaged[3000] as number) ^ 1;
		expect(() => readProgram(damaged)).toThrow(/checksum/);
		expect(() => readProgram(program.image.subarray(0, -128))).toThrow(/cut short/);
	});
});

it("sealImage makes any image's CRC come out as the header states", () => {
	for (const filling of [0, 0x5a, 0xff]) {
		const image = new Uint8Array(384).fill(filling);
		sealImage(image, "X");
		expect(crc16(image)).toBe((image[15] as number) | ((image[16] as number) << 8));
	}
});
