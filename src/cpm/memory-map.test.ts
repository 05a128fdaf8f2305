import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryMap } from "./memory-map.js";

describe("MemoryMap", () => {
	it("aligns pages and lends what they leave over, first-fit", () => {
		const map = new MemoryMap(0x1234);
		expect(map.pages(0x40, 0x80)).toBe(0x13);
		expect(map.end).toBe(0x1480);
		expect(map.bytes(0xcc)).toBe(0x1234);
		expect(map.bytes(0xc0)).toBe(0x1340);
		expect(map.bytes(1)).toBe(0x1480);
	});

	it("keeps what must lie in one page in one page", () => {
		const map = new MemoryMap(0x10f8);
		expect(map.bytesInPage(16)).toBe(0x1100);
		expect(map.bytesInPage(8)).toBe(0x10f8);
		expect(map.bytesInPage(256)).toBe(0x1200);
	});

	it("never gives a byte away twice", () => {
		const request = fc.oneof(
			fc.record({ kind: fc.constant("bytes"), length: fc.integer({ min: 1, max: 600 }) }),
			fc.record({ kind: fc.constant("inPage"), length: fc.integer({ min: 1, max: 256 }) }),
			fc.record({ kind: fc.constant("pages"), length: fc.integer({ min: 1, max: 256 }) }),
		);
		fc.assert(
			fc.property(fc.integer({ min: 0x100, max: 0x300 }), fc.array(request, { maxLength: 40 }), (start, requests) => {
				const map = new MemoryMap(start);
				const taken = new Set<number>();
				for (const { kind, length } of requests) {
					const at =
						kind === "pages" ? map.pages(length) * 256 : kind === "bytes" ? map.bytes(length) : map.bytesInPage(length);
					if (kind === "inPage") expect(at >> 8).toBe((at + length - 1) >> 8);
					for (let address = at; address < at + length; address++) {
						expect(taken.has(address)).toBe(false);
						taken.add(address);
					}
					expect(at).toBeGreaterThanOrEqual(start);
					expect(at + length).toBeLessThanOrEqual(map.end);
				}
			}),
		);
	});
});
