/** The faulty line itself: does it do what it says, the same every time? */
import { describe, expect, it } from "vitest";
import { ByteReader } from "./byte-reader.js";
import { faultyLink, type LineFaults } from "./faults.js";
import { loopback } from "./simulation/loopback.js";

const SENT = Uint8Array.from({ length: 4000 }, (_, index) => index & 0xff);

async function through(faults: Omit<LineFaults, "seed">, seed = 1, direction: "toMachine" | "toHost" = "toMachine") {
	const { near, far, clock } = loopback();
	const bad = faultyLink(near, { seed, ...faults });
	const [from, to] = direction === "toMachine" ? [bad, far] : [far, bad];
	const reader = new ByteReader(to);
	await from.write(SENT);
	const { bytes } = await reader.readQuiet(1, 100);
	return { bytes, lastS: reader.lastArrivalS, clock };
}

describe("a line without faults", () => {
	it.each(["toMachine", "toHost"] as const)("changes nothing %s", async (direction) => {
		expect((await through({}, 1, direction)).bytes).toEqual(SENT);
	});
});

describe("damage to bytes", () => {
	it.each([
		["flip", (got: Uint8Array) => got.filter((byte, i) => byte !== SENT[i]).length, 0.05],
		["lose", (got: Uint8Array) => SENT.length - got.length, 0.05],
		["double", (got: Uint8Array) => got.length - SENT.length, 0.05],
		["insert", (got: Uint8Array) => got.length - SENT.length, 0.05],
	] as const)("%s comes as often as asked for, in both directions", async (fault, count, share) => {
		for (const direction of ["toMachine", "toHost"] as const) {
			const { bytes } = await through({ [direction]: { [fault]: share } }, 3, direction);
			expect(count(bytes) / SENT.length).toBeCloseTo(share, 1);
			expect(count(bytes)).toBeGreaterThan(100);
		}
	});

	it("flips one bit", async () => {
		const { bytes } = await through({ toMachine: { flip: 1 } });
		for (const [i, byte] of bytes.entries()) {
			const changed = byte ^ (SENT[i] as number);
			expect([1, 2, 4, 8, 16, 32, 64, 128]).toContain(changed);
		}
	});

	it("strips bit 7", async () => {
		expect((await through({ toMachine: { stripBit7: true } })).bytes).toEqual(SENT.map((byte) => byte & 0x7f));
	});

	it("is the same for the same seed, and another for another", async () => {
		const faults = { toMachine: { flip: 0.1, lose: 0.1, double: 0.1, insert: 0.1 } };
		const [a, b, c] = await Promise.all([through(faults, 1), through(faults, 1), through(faults, 2)]);
		expect(a?.bytes).toEqual(b?.bytes);
		expect(a?.bytes).not.toEqual(c?.bytes);
	});

	it("is limited to its time", async () => {
		const { bytes } = await through({ toMachine: { flip: 1 }, fromS: 5 });
		expect(bytes).toEqual(SENT);
	});
});

describe("a stall", () => {
	it.each(["toMachine", "toHost"] as const)("%s delays and loses nothing", async (direction) => {
		const quick = await through({}, 1, direction);
		const slow = await through({ stalls: [{ direction, atS: 0, forS: 0.9 }] }, 1, direction);
		expect(slow.bytes).toEqual(SENT);
		expect(slow.lastS).toBeGreaterThanOrEqual(Math.max(0.9, quick.lastS));
	});
});

describe("a burst of noise", () => {
	it.each(["toMachine", "toHost"] as const)("%s comes into silence too", async (direction) => {
		const { near, far } = loopback();
		const bad = faultyLink(near, { seed: 5, bursts: [{ direction, atS: 2, bytes: 30 }] });
		const reader = new ByteReader(direction === "toMachine" ? far : bad);
		expect((await reader.readExactly(1, 1.9)).length).toBe(0);
		expect((await reader.readExactly(30, 1)).length).toBe(30);
	});
});

describe("the end of the line", () => {
	it("is passed on, and ends a stall", async () => {
		const { near, cut } = loopback();
		const bad = faultyLink(near, { seed: 1, stalls: [{ direction: "toMachine", atS: 0, forS: 1000 }] });
		const closed = new Promise((resolve) => bad.onClose(resolve));
		const written = bad.write(SENT);
		cut();
		expect(await closed).toMatchObject({ code: "line-lost" });
		await expect(written).rejects.toMatchObject({ code: "line-lost" });
	});
});
