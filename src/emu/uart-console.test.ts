import { expect, test } from "vitest";
import { AciaUart } from "./acia-uart.js";
import { UartConsole } from "./uart-console.js";

const RING = { size: 32, dropRtsAt: 16, raiseRtsAt: 8 };

/** A driver that has been interrupted by `count` characters, numbered from 0. */
function interruptedBy(count: number) {
	const acia = new AciaUart(64, { nowT: () => 0, onTransmit: () => {}, onRtsChange: () => {}, onChange: () => {} });
	const driver = new UartConsole(acia.driver, RING);
	driver.boot(true);
	for (let i = 0; i < count; i++) {
		acia.receive({ byte: i, framingError: false, parityError: false });
		driver.service();
	}
	return { acia, driver };
}

test("RTS drops when the ring holds 16 and rises again at 8", () => {
	expect(interruptedBy(15).acia.rts).toBe(true);
	const { acia, driver } = interruptedBy(16);
	expect(acia.rts).toBe(false);
	for (let left = 15; left > 8; left--) {
		driver.read();
		expect(acia.rts).toBe(false);
	}
	driver.read();
	expect(acia.rts).toBe(true);
});

test("a sender that ignores RTS loses the newest characters once the ring is full", () => {
	const { driver } = interruptedBy(40);
	const kept: number[] = [];
	for (let byte = driver.read(); byte !== undefined; byte = driver.read()) kept.push(byte);
	expect(kept).toEqual(Array.from({ length: 32 }, (_, i) => i));
});

test("a warm boot keeps what has been typed ahead, a cold boot does not", () => {
	const { acia, driver } = interruptedBy(20);
	driver.boot(false);
	expect([driver.inputReady(), acia.rts]).toEqual([true, false]);
	driver.boot(true);
	expect([driver.inputReady(), acia.rts]).toEqual([false, true]);
});
