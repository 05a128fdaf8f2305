import { expect, test } from "vitest";
import type { Clock } from "../transport/clock.js";
import type { Endpoint } from "./endpoint.js";
import { Machine } from "./machine.js";
import { pace } from "./pace.js";
import { ascii, program } from "./testing/z80-programs.js";

/** Prints x for ever. */
const ENDLESS = new Map([["X.COM", program("again:\tld e,'x'\n\tld c,6\n\tcall bdos\n\tjr again")]]);

/** A served machine on a clock that the test moves: `atS` is called before each slice with the time. */
async function served(seconds: number, atS: (nowS: number, host: Host, clock: ManualClock) => void): Promise<Host> {
	const host = new Host(new Machine({ files: ENDLESS }));
	const clock = new ManualClock();
	clock.onSleep = () => atS(clock.now(), host, clock);
	await pace(host.machine, host, clock, () => clock.now() >= seconds);
	return host;
}

class ManualClock implements Pick<Clock, "now" | "sleep"> {
	nowS = 0;
	onSleep: () => void = () => {};

	now(): number {
		return this.nowS;
	}

	async sleep(seconds: number): Promise<void> {
		this.nowS += seconds;
		this.onSleep();
	}
}

class Host implements Endpoint {
	readonly address = "test";
	backlog = 0;
	reading = true;
	received = 0;

	constructor(readonly machine: Machine) {}

	write(bytes: Uint8Array): void {
		this.received += bytes.length;
	}

	setReading(reading: boolean): void {
		this.reading = reading;
	}

	async close(): Promise<void> {}
}

/** Types X RETURN once, half a second after the boot. */
function startProgram(nowS: number, host: Host): void {
	if (Math.abs(nowS - 0.5) < 0.002) host.machine.sendToMachine(ascii("X\r"));
}

test("the machine's time is wall time, and output comes at the line's rate", async () => {
	const { machine, received } = await served(2, startProgram);
	expect(machine.timeS).toBeGreaterThan(1.99);
	expect(machine.timeS).toBeLessThan(2.001);
	// 11520 a second for 1.5 s, and what came before.
	expect(received).toBeGreaterThan(17_100);
	expect(received).toBeLessThan(17_400);
});

test("after the process stood still, the machine does not run after the time it has missed", async () => {
	const { machine } = await served(61, (nowS, _host, clock) => {
		if (Math.abs(nowS - 0.5) < 0.002) clock.nowS += 60;
	});
	expect(machine.timeS).toBeGreaterThan(1);
	expect(machine.timeS).toBeLessThan(1.2);
});

test("a host that takes nothing holds the machine, and it goes on when the host does", async () => {
	const seen: number[] = [];
	const { machine, received } = await served(2, (nowS, host) => {
		startProgram(nowS, host);
		host.backlog = nowS > 0.8 && nowS < 1.5 ? 5000 : 0;
		if (nowS > 0.81 && nowS < 1.5) seen.push(host.received);
	});
	expect(new Set(seen).size).toBe(1);
	expect(received).toBeGreaterThan((seen[0] as number) + 5000);
	expect(machine.timeS).toBeGreaterThan(1.99);
});

test("a machine that does not read makes the host wait", async () => {
	const readings = new Set<boolean>();
	await served(1, (nowS, host) => {
		startProgram(nowS, host);
		// X does not read: the ring fills, RTS drops, and what is typed stays with us.
		if (Math.abs(nowS - 0.7) < 0.002) host.machine.sendToMachine(new Uint8Array(5000));
		if (nowS > 0.71) readings.add(host.reading);
	});
	expect(readings).toEqual(new Set([false]));
});
