import { describe, expect, test } from "vitest";
import { Acia6850, STATUS } from "./acia6850.js";

const RESET = 0x03;
const DIVIDE_64_8N1 = 0x16;
const FRAME_T = 640;
const good = (byte: number) => ({ byte, framingError: false, parityError: false });

function chip() {
	const sent: { byte: number; tState: number }[] = [];
	const rtsChanges: { asserted: boolean; tState: number }[] = [];
	const acia = new Acia6850(1, {
		onTransmit: (byte, _timing, tState) => sent.push({ byte, tState }),
		onRtsChange: (asserted, tState) => rtsChanges.push({ asserted, tState }),
		onChange: () => {},
	});
	acia.writeControl(RESET, 0);
	acia.writeControl(DIVIDE_64_8N1, 0);
	return { acia, sent, rtsChanges };
}

describe("transmitter", () => {
	test("a character takes ten bits of 64 clocks", () => {
		const { acia, sent } = chip();
		acia.writeData(0x41, 1000);
		acia.advance(1000 + FRAME_T - 1);
		expect(sent).toEqual([]);
		acia.advance(1000 + FRAME_T);
		expect(sent).toEqual([{ byte: 0x41, tState: 1000 + FRAME_T }]);
	});

	test("a second character waits in the data register, and TDRE shows it", () => {
		const { acia, sent } = chip();
		acia.writeData(1, 0);
		expect(acia.status & STATUS.transmitDataEmpty).not.toBe(0);
		acia.writeData(2, 10);
		expect(acia.status & STATUS.transmitDataEmpty).toBe(0);
		acia.advance(FRAME_T);
		expect(acia.status & STATUS.transmitDataEmpty).not.toBe(0);
		acia.advance(2 * FRAME_T);
		expect(sent.map(({ tState }) => tState)).toEqual([FRAME_T, 2 * FRAME_T]);
	});

	test("CTS high inhibits TDRE and holds the waiting character, not the one on the line", () => {
		const { acia, sent } = chip();
		acia.writeData(1, 0);
		acia.writeData(2, 0);
		acia.setCts(false, 100);
		acia.advance(10_000);
		expect(sent.map(({ byte }) => byte)).toEqual([1]);
		expect(acia.status & STATUS.transmitDataEmpty).toBe(0);
		expect(acia.status & STATUS.clearToSend).not.toBe(0);
		acia.setCts(true, 20_000);
		acia.advance(30_000);
		expect(sent.at(-1)).toEqual({ byte: 2, tState: 20_000 + FRAME_T });
	});

	test("the divide and word select bits set the length of a character", () => {
		const { acia, sent } = chip();
		// Clock / 16, eight bits, even parity, one stop bit: 11 bits of 16 clocks.
		acia.writeControl(0x19, 0);
		acia.writeData(0x55, 0);
		acia.advance(176);
		expect(sent).toEqual([{ byte: 0x55, tState: 176 }]);
	});
});

describe("receiver", () => {
	test("RDRF until the data register is read", () => {
		const { acia } = chip();
		acia.receive(good(0x42));
		expect(acia.status & STATUS.receiveDataFull).not.toBe(0);
		expect(acia.readData()).toBe(0x42);
		expect(acia.status & STATUS.receiveDataFull).toBe(0);
	});

	test("overrun: the unread character stays, the next ones are lost, and OVRN shows after the read", () => {
		const { acia } = chip();
		acia.receive(good(1));
		acia.receive(good(2));
		acia.receive(good(3));
		expect(acia.lostCharacters).toBe(2);
		expect(acia.status & STATUS.overrun).toBe(0);
		expect(acia.readData()).toBe(1);
		expect(acia.status & (STATUS.overrun | STATUS.receiveDataFull)).toBe(STATUS.overrun | STATUS.receiveDataFull);
		acia.readData();
		expect(acia.status & (STATUS.overrun | STATUS.receiveDataFull)).toBe(0);
		acia.receive(good(4));
		expect(acia.readData()).toBe(4);
	});

	test("framing and parity errors belong to the character in the data register", () => {
		const { acia } = chip();
		acia.receive({ byte: 0, framingError: true, parityError: true });
		expect(acia.status & (STATUS.framingError | STATUS.parityError)).toBe(STATUS.framingError | STATUS.parityError);
		acia.readData();
		expect(acia.status & (STATUS.framingError | STATUS.parityError)).toBe(0);
	});
});

describe("control", () => {
	test("RTS follows bits 6 and 5", () => {
		const { acia, rtsChanges } = chip();
		acia.writeControl(0x56, 100);
		acia.writeControl(0x56, 150);
		acia.writeControl(0x16, 200);
		expect(rtsChanges).toEqual([
			{ asserted: false, tState: 100 },
			{ asserted: true, tState: 200 },
		]);
	});

	test("the receive interrupt is a level: on while a character waits and it is enabled", () => {
		const { acia } = chip();
		acia.receive(good(1));
		expect(acia.irq).toBe(false);
		acia.writeControl(0x96, 0);
		expect(acia.irq).toBe(true);
		acia.readData();
		expect(acia.irq).toBe(false);
	});

	test("the transmit interrupt is on while the data register is empty", () => {
		const { acia } = chip();
		acia.writeControl(0x36, 0);
		expect(acia.irq).toBe(true);
		acia.writeData(1, 0);
		acia.writeData(2, 0);
		expect(acia.irq).toBe(false);
	});

	test("master reset drops what is there and holds both halves until a control word follows", () => {
		const { acia, sent } = chip();
		acia.receive(good(1));
		acia.writeData(2, 0);
		acia.writeControl(RESET, 10);
		acia.receive(good(3));
		acia.writeData(4, 20);
		acia.advance(10_000);
		expect(acia.status & (STATUS.receiveDataFull | STATUS.transmitDataEmpty)).toBe(0);
		expect(sent).toEqual([]);
		acia.writeControl(DIVIDE_64_8N1, 20);
		expect(acia.status & STATUS.transmitDataEmpty).not.toBe(0);
	});
});
