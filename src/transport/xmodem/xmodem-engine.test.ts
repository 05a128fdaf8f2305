import { expect, it } from "vitest";
import xmodem from "xmodem.js";
import { crc16 } from "../../base/crc16.js";
import { EOT, SOH, SUB } from "./control-bytes.js";
import { XmodemEngine } from "./xmodem-engine.js";

const FILE = Uint8Array.from({ length: 200 }, (_, index) => index);

it("frames blocks with number, complement, padding and CRC", () => {
	const engine = new XmodemEngine(FILE);
	expect(engine.blocks).toBe(2);
	const first = engine.start("crc");
	expect(first.block).toBe(1);
	expect([...first.bytes.subarray(0, 3)]).toEqual([SOH, 1, 254]);
	const second = engine.acknowledged()!;
	expect(second.block).toBe(2);
	const data = second.bytes.subarray(3, 131);
	expect([...data.subarray(0, 72)]).toEqual([...FILE.subarray(128)]);
	expect([...data.subarray(72)]).toEqual(new Array(56).fill(SUB));
	const crc = crc16(data);
	expect([...second.bytes.subarray(131)]).toEqual([crc >> 8, crc & 0xff]);
	expect(engine.repeat()).toEqual(second);
	expect(engine.acknowledged()).toEqual({ bytes: Buffer.from([EOT]), block: undefined });
	expect(engine.repeat().bytes[0]).toBe(EOT);
	expect(engine.finished).toBe(false);
	expect(engine.acknowledged()).toBeUndefined();
	expect(engine.finished).toBe(true);
});

it("sums modulo 256 when started with NAK", () => {
	const frame = new XmodemEngine(FILE).start("checksum");
	expect(frame.block).toBe(1);
	expect(frame.bytes.length).toBe(132);
	expect(frame.bytes[131]).toBe(((128 * 127) / 2) & 0xff);
});

it("counts past 256 blocks, whose numbers wrap", () => {
	const engine = new XmodemEngine(new Uint8Array(300 * 128));
	let frame = engine.start("crc");
	for (let block = 1; block <= 300; block++) {
		expect(frame.block).toBe(block);
		expect([...frame.bytes.subarray(1, 3)]).toEqual([block & 0xff, ~block & 0xff]);
		frame = engine.acknowledged()!;
	}
	expect(frame.block).toBeUndefined();
});

it.each([0x0000, 0x000f, 0x00ff, 0x0fff])("writes a CRC of %d with its leading zeros", (wanted) => {
	// Two free bytes can make any CRC-16.
	const block = new Uint8Array(128);
	search: for (let high = 0; high < 256; high++) {
		for (let low = 0; low < 256; low++) {
			block[126] = high;
			block[127] = low;
			if (crc16(block) === wanted) break search;
		}
	}
	expect(crc16(block)).toBe(wanted);
	expect([...new XmodemEngine(block).start("crc").bytes.subarray(131)]).toEqual([wanted >> 8, wanted & 0xff]);
});

it("shares nothing with another transfer: neither the check mode nor the end", () => {
	const listenersBefore = xmodem.eventNames();
	const a = new XmodemEngine(new Uint8Array(1));
	const b = new XmodemEngine(new Uint8Array(300));
	a.start("crc");
	b.start("checksum");
	expect(a.repeat().bytes.length).toBe(133);
	a.acknowledged();
	a.acknowledged();
	expect(a.finished).toBe(true);
	expect(b.finished).toBe(false);
	expect(b.acknowledged()?.block).toBe(2);
	expect(xmodem.eventNames()).toEqual(listenersBefore);
	expect(xmodem.XMODEM_OP_MODE).toBe("crc");
});
