/** The serial chips besides the 68B50: what a program sees at their ports, and whole machines built on them. */
import { describe, expect, test } from "vitest";
import { RC2014, ROMWBW_LIKE } from "./machine-config.js";
import { MemoryDrive } from "./memory-drive.js";
import { FORMAT_8N1, type ReceivedFrame } from "./serial-frame.js";
import { RR0, RR1, Sio2 } from "./sio2.js";
import { Terminal } from "./testing/terminal.js";
import { program } from "./testing/z80-programs.js";
import { toolFiles } from "./tools/tools.js";
import type { UartWiring } from "./uart.js";
import { STATUS_8251, Usart8251 } from "./usart8251.js";

const BIT = 100;

function wiring() {
	const sent: [byte: number, tState: number][] = [];
	const rts: boolean[] = [];
	const time = { now: 0 };
	const wired: UartWiring = {
		nowT: () => time.now,
		onTransmit: (byte, _, tState) => sent.push([byte, tState]),
		onRtsChange: (asserted) => rts.push(asserted),
		onChange: () => {},
	};
	return { wired, sent, rts, time };
}

function good(byte: number): ReceivedFrame {
	return { byte, framingError: false, parityError: false };
}

describe("8251 of the PC-8801", () => {
	function started() {
		const { wired, ...rest } = wiring();
		const chip = new Usart8251(BIT, wired);
		chip.writePort(0x30, 0x20);
		chip.writePort(0x21, 0x4e);
		chip.writePort(0x21, 0x37);
		return { chip, ...rest };
	}

	test("takes a mode word, then commands; RTS is one of them", () => {
		const { chip, rts } = started();
		expect(chip.timing).toEqual({ format: FORMAT_8N1, bitTime: BIT });
		expect(rts).toEqual([true]);
		chip.writePort(0x21, 0x40);
		expect(rts).toEqual([true, false]);
		chip.writePort(0x21, 0x7f);
		expect(chip.timing.bitTime).toBe(4 * BIT);
		expect(chip.timing.format).toEqual({ dataBits: 8, parity: "even", stopBits: 1 });
	});

	test("sends one after the other, and holds one more", () => {
		const { chip, sent } = started();
		chip.writePort(0x20, 0x41);
		expect((chip.readPort(0x21) as number) & 5).toBe(STATUS_8251.transmitReady);
		chip.writePort(0x20, 0x42);
		expect((chip.readPort(0x21) as number) & 5).toBe(0);
		chip.advance(2000);
		expect(sent).toEqual([
			[0x41, 1000],
			[0x42, 2000],
		]);
		expect((chip.readPort(0x21) as number) & 5).toBe(5);
	});

	test("waits for CTS", () => {
		const { chip, sent } = started();
		chip.setCts(false);
		chip.writePort(0x20, 0x41);
		chip.advance(5000);
		expect(sent).toEqual([]);
		chip.setCts(true);
		chip.advance(1000);
		expect(sent).toEqual([[0x41, 1000]]);
	});

	test("a character that is not read is replaced by the next, and OE says so until it is reset", () => {
		const { chip } = started();
		chip.receive(good(1));
		chip.receive(good(2));
		expect((chip.readPort(0x21) as number) & 0x12).toBe(STATUS_8251.receiveReady | STATUS_8251.overrun);
		expect(chip.readPort(0x20)).toBe(2);
		expect((chip.readPort(0x21) as number) & 0x12).toBe(STATUS_8251.overrun);
		chip.writePort(0x21, 0x37);
		expect((chip.readPort(0x21) as number) & 0x12).toBe(0);
		expect(chip.lostCharacters).toBe(1);
	});

	test("hears nothing of the line while port 30h gives it to the cassette", () => {
		const { chip } = started();
		chip.writePort(0x30, 0x00);
		chip.receive(good(1));
		expect((chip.readPort(0x21) as number) & STATUS_8251.receiveReady).toBe(0);
	});

	test("leaves other ports alone", () => {
		expect(started().chip.readPort(0x80)).toBeUndefined();
	});
});

describe("Z80 SIO/2", () => {
	function started() {
		const { wired, ...rest } = wiring();
		const chip = new Sio2(BIT, wired);
		for (const value of [0x18, 4, 0xc4, 3, 0xc1, 5, 0x6a, 1, 0x18]) chip.writePort(0x80, value);
		return { chip, ...rest };
	}

	test("is set up through WR0's pointer", () => {
		const { chip, rts } = started();
		expect(chip.timing).toEqual({ format: FORMAT_8N1, bitTime: BIT });
		expect(rts).toEqual([true]);
		expect(chip.readPort(0x80)).toBe(RR0.transmitEmpty | RR0.carrier | RR0.clearToSend);
	});

	test("keeps three characters, interrupts, tells of an overrun in RR1", () => {
		const { chip } = started();
		for (const byte of [1, 2, 3, 4]) chip.receive(good(byte));
		expect(chip.irq).toBe(true);
		chip.writePort(0x80, 1);
		expect((chip.readPort(0x80) as number) & RR1.overrun).toBe(RR1.overrun);
		expect([chip.readPort(0x81), chip.readPort(0x81), chip.readPort(0x81)]).toEqual([1, 2, 4]);
		expect(chip.irq).toBe(false);
		chip.writePort(0x80, 0x30);
		chip.writePort(0x80, 1);
		expect((chip.readPort(0x80) as number) & RR1.overrun).toBe(0);
	});

	test("sends at the line's speed", () => {
		const { chip, sent } = started();
		chip.writePort(0x81, 0x41);
		expect((chip.readPort(0x80) as number) & RR0.transmitEmpty).toBe(RR0.transmitEmpty);
		chip.writePort(0x81, 0x42);
		expect((chip.readPort(0x80) as number) & RR0.transmitEmpty).toBe(0);
		chip.advance(2000);
		expect(sent.map(([byte]) => byte)).toEqual([0x41, 0x42]);
	});

	test("carries CP/M's console: typed ahead of a busy program, nothing is lost", async () => {
		const drive = new MemoryDrive({ files: toolFiles(["PIP"]) });
		const terminal = await Terminal.boot({ ...ROMWBW_LIKE, uart: "sio2", drive });
		await terminal.command("PIP X.TXT=CON:");
		expect((await terminal.type("x".repeat(3000))).length).toBe(3000);
		expect(await terminal.type("\x1a")).toBe("\r\nA>");
		expect(drive.read("X.TXT")?.subarray(0, 3000)).toEqual(new Uint8Array(3000).fill(0x78));
		expect(terminal.emulator.machine.uart.lostCharacters).toBe(0);
	});

	test("can be polled by a program at its ports", async () => {
		const echo = program(`
	di
poll:	in a,(80h)
	rrca
	jr nc,poll
	in a,(81h)
	cp 1ah
	jr z,done
	inc a
	out (81h),a
	jr poll
done:	ei
	rst 0`);
		const terminal = await Terminal.boot({ ...RC2014, uart: "sio2", files: new Map([["ECHO.COM", echo]]) });
		await terminal.command("ECHO");
		expect(await terminal.type("ABC")).toBe("BCD");
		expect(await terminal.type("\x1a")).toBe("\r\nA>");
	});
});
