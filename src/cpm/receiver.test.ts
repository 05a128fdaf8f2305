/**
 * RX on the emulated machine, against a sender that also misbehaves: what ends on the disk, what is said on the line.
 */
import { describe, expect, test } from "vitest";
import { type Hal, Z80 } from "z80-emulator";
import { sendXmodem } from "../transport/xmodem/send-xmodem.js";
import { assembleReceiver, assembleReceiverWithSymbols, RECEIVER_UARTS } from "./receiver.js";
import { EmulatedMachine, type EmulatedOptions, someBytes } from "./testing/emulated-machine.js";
import { ACK, C, CAN, EOT, frame, ManualSender, NAK, SOH } from "./testing/manual-sender.js";

const OLD = someBytes(256, 99);
const ETX = 3;
/** Poll that finds the byte, store, CRC, loop. A byte lasts 640 T-states at 7.3728 MHz and 115200 baud. */
const TSTATES_PER_BYTE = 221;

/** RX started for `name`, at its first C. */
async function receiving(options: EmulatedOptions = {}, command = "RX NEW.DAT") {
	const machine = new EmulatedMachine(options);
	const ccp = await machine.ccp();
	await ccp.enter(command);
	ccp.close();
	const sender = new ManualSender(machine.link);
	await sender.text(/RX .*\r\n/);
	return { machine, sender };
}

/** RX asking for NEW.DAT, of which there is an old version. */
async function asking(options: EmulatedOptions = {}) {
	const started = await receiving({ files: new Map([["NEW.DAT", OLD]]), ...options });
	await started.sender.waitFor(C);
	return started;
}

const data = (number: number, length = 128) => someBytes(length, 1000 * number);
const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));

describe("the file itself", () => {
	test.each(RECEIVER_UARTS)("for %s fits in one kilobyte, so that it can be typed in", (uart) => {
		expect(assembleReceiver(uart).length).toBeLessThanOrEqual(1024);
	});
});

describe("a good transfer", () => {
	test.each([1, 128, 129, 40_000])("%i bytes with CRC, by our own sender", async (length) => {
		const { machine, sender } = await receiving();
		const bytes = someBytes(length);
		const result = await sendXmodem(machine.link, bytes, { reader: sender.reader });
		const records = Math.ceil(length / 128);
		expect(result).toMatchObject({ protocol: "xmodem-crc", retries: 0, confirmed: true });
		expect(await sender.text(/A>/)).toContain(`RX OK ${records} records\r\n`);
		expect(machine.drive.read("NEW.DAT")?.subarray(0, length)).toEqual(bytes);
		expect(machine.names).toEqual(["NEW.DAT", "RX.COM"]);
	});

	test("blocks of 1024 and 128 bytes, mixed", async () => {
		const { machine, sender } = await asking();
		expect(await sender.send(frame(1, data(1, 1024)))).toBe(ACK);
		expect(await sender.send(frame(2, data(2)))).toBe(ACK);
		expect(await sender.send(frame(3, data(3, 1024)))).toBe(ACK);
		expect(await sender.send([EOT])).toBe(ACK);
		expect(await sender.text(/A>/)).toContain("RX OK 17 records");
		expect(machine.drive.read("NEW.DAT")).toEqual(joined(data(1, 1024), data(2), data(3, 1024)));
	});

	test("more than 255 blocks: numbers wrap", async () => {
		const { machine, sender } = await asking();
		for (let number = 1; number <= 300; number++) expect(await sender.send(frame(number, data(number)))).toBe(ACK);
		expect(await sender.send([EOT])).toBe(ACK);
		await sender.text(/RX OK 300 records/);
		expect(machine.drive.read("NEW.DAT")?.subarray(-128)).toEqual(data(300));
	});

	test("a sender that knows only checksums is asked with NAK in the end, 1K blocks included", async () => {
		const { machine, sender } = await asking();
		await sender.waitFor(NAK);
		const damaged = frame(1, data(1), "checksum");
		damaged[50] = (damaged[50] as number) ^ 1;
		expect(await sender.send(damaged)).toBe(NAK);
		expect(await sender.send(frame(1, data(1), "checksum"))).toBe(ACK);
		expect(await sender.send(frame(2, data(2, 1024), "checksum"))).toBe(ACK);
		expect(await sender.send([EOT])).toBe(ACK);
		await sender.text(/RX OK 9 records/);
		expect(machine.drive.read("NEW.DAT")).toEqual(joined(data(1), data(2, 1024)));
	});

	test.each([
		["receives by interrupt", {}],
		["polls its console", { receiveRing: undefined }],
	])("on a machine that %s: the line is given back as it was", async (_, options) => {
		const { machine, sender } = await asking(options);
		const { regs } = machine.machine.cpu;
		expect(await sender.send(frame(1, data(1)))).toBe(ACK);
		expect(regs.iff1).toBe(0);
		expect(await sender.send([EOT])).toBe(ACK);
		await sender.text(/RX OK 1 records\r\n/);
		sender.close();
		expect(regs.iff1).toBe(1);
		const ccp = await machine.ccp();
		expect(await ccp.directory("NEW.*")).toEqual(["NEW.DAT"]);
	});

	test("RTS is dropped while the disk works, so that nothing is lost to it", async () => {
		const { machine, sender } = await asking();
		const rts: boolean[] = [];
		machine.machine.listeners.onRtsChange = (asserted) => rts.push(asserted);
		expect(await sender.send(frame(1, data(1)))).toBe(ACK);
		expect(rts).toEqual([false, true]);
	});
});

describe("a bad line", () => {
	test("a damaged block, a short one and a wrong complement are asked for again", async () => {
		const { machine, sender } = await asking();
		for (const spoil of [
			(bytes: Uint8Array) => bytes.with(77, (bytes[77] as number) ^ 0x40),
			(bytes: Uint8Array) => bytes.with(131, (bytes[131] as number) ^ 1),
			(bytes: Uint8Array) => bytes.with(132, (bytes[132] as number) ^ 1),
			(bytes: Uint8Array) => bytes.with(2, 0x55),
			(bytes: Uint8Array) => bytes.subarray(0, 100),
			(bytes: Uint8Array) => bytes.subarray(0, 1),
		]) {
			expect(await sender.send(spoil(frame(1, data(1))))).toBe(NAK);
		}
		expect(await sender.send(frame(1, data(1)))).toBe(ACK);
		expect(await sender.send([EOT])).toBe(ACK);
		await sender.text(/RX OK 1 records/);
		expect(machine.drive.read("NEW.DAT")).toEqual(data(1));
	});

	test("noise before a block costs one NAK, however much of it", async () => {
		const { machine, sender } = await asking();
		expect(await sender.send(frame(1, data(1)))).toBe(ACK);
		expect(await sender.send([...someBytes(5000).filter((byte) => byte > 4 && byte !== CAN)])).toBe(NAK);
		expect(await sender.send(frame(2, data(2)))).toBe(ACK);
		expect(await sender.send([EOT])).toBe(ACK);
		await sender.text(/RX OK 2 records/);
		expect(machine.drive.read("NEW.DAT")).toEqual(joined(data(1), data(2)));
	});

	test("a block sent again because its ACK was lost is taken once", async () => {
		const { machine, sender } = await asking();
		for (const number of [1, 1, 2, 2, 2]) expect(await sender.send(frame(number, data(number)))).toBe(ACK);
		expect(await sender.send([EOT])).toBe(ACK);
		await sender.text(/RX OK 2 records/);
		expect(machine.drive.read("NEW.DAT")).toEqual(joined(data(1), data(2)));
	});

	test("a header that was damaged into an EOT does not end the file", async () => {
		const { machine, sender } = await asking();
		expect(await sender.send(frame(1, data(1)))).toBe(ACK);
		expect(await sender.send(frame(2, data(2)).with(0, EOT))).toBe(NAK);
		expect(await sender.send(frame(2, data(2)))).toBe(ACK);
		expect(await sender.send([EOT])).toBe(ACK);
		await sender.text(/RX OK 2 records/);
		expect(machine.drive.read("NEW.DAT")).toEqual(joined(data(1), data(2)));
	});

	test("an EOT before the first block is noise", async () => {
		const { sender } = await asking();
		expect(await sender.send([EOT])).toBe(C);
		expect(await sender.send(frame(1, data(1)))).toBe(ACK);
		expect(await sender.send([EOT])).toBe(ACK);
		await sender.text(/RX OK 1 records/);
	});

	test("one CAN is noise", async () => {
		const { sender } = await asking();
		expect(await sender.send([CAN])).toBe(C);
		expect(await sender.send(frame(1, data(1)))).toBe(ACK);
		expect(await sender.send([EOT])).toBe(ACK);
		await sender.text(/RX OK 1 records/);
	});
});

describe("a transfer that fails leaves the old file, no partial one, and a working console", () => {
	async function ended({ machine, sender }: Awaited<ReturnType<typeof asking>>, reason: string) {
		expect(await sender.text(/RX FAILED: .*\r\n/)).toContain(`RX FAILED: ${reason}\r\n`);
		sender.close();
		expect(machine.drive.read("NEW.DAT")).toEqual(OLD);
		expect(machine.names).toEqual(["NEW.DAT", "RX.COM"]);
		const ccp = await machine.ccp();
		expect(await ccp.directory("*.COM")).toEqual(["RX.COM"]);
	}

	test("nobody sends: gives up after a bounded time", async () => {
		const started = await asking();
		const startS = started.machine.link.clock.now();
		await started.sender.waitFor(CAN, 200);
		expect(started.machine.link.clock.now() - startS).toBeGreaterThan(60);
		await ended(started, "bad line");
	});

	test("the sender falls silent in the middle of a block", async () => {
		const started = await asking();
		expect(await started.sender.send(frame(1, data(1)))).toBe(ACK);
		await started.sender.send(frame(2, data(2)).subarray(0, 60));
		await started.sender.waitFor(CAN, 200);
		await ended(started, "bad line");
	});

	test("a block is missing", async () => {
		const started = await asking();
		expect(await started.sender.send(frame(1, data(1)))).toBe(ACK);
		expect(await started.sender.send(frame(3, data(3)))).toBe(CAN);
		await ended(started, "bad line");
	});

	test.each([
		["CAN CAN", [CAN, CAN]],
		["^C ^C", [ETX, ETX]],
	])("%s from the sender", async (_, keys) => {
		const started = await asking();
		expect(await started.sender.send(frame(1, data(1)))).toBe(ACK);
		expect(await started.sender.send(keys)).toBe(CAN);
		await ended(started, "cancelled");
	});

	test("the disk is full", async () => {
		const started = await asking({ disk: { capacityBytes: 16 * 1024 } });
		let reply: number | undefined;
		let number = 0;
		do reply = await started.sender.send(frame(++number, data(number)));
		while (reply === ACK);
		expect(reply).toBe(CAN);
		expect(number).toBeGreaterThan(30);
		await ended(started, "disk full");
	});

	test("the directory is full: for the first entry, and for a second one", async () => {
		const full = new EmulatedMachine({ disk: { directoryEntries: 64 } });
		for (let i = 0; full.names.length < 64; i++) full.drive.write(`F${i}.X`, Uint8Array.of());
		const ccp = await full.ccp();
		expect((await ccp.run("RX NEW.DAT")).output).toContain("RX FAILED: directory full");
		ccp.close();

		const started = await asking({ disk: { directoryEntries: 64 } });
		for (let i = 0; started.machine.names.length < 64; i++) started.machine.drive.write(`F${i}.X`, Uint8Array.of());
		let reply: number | undefined;
		for (let number = 1; reply !== CAN && number < 200; number++)
			reply = await started.sender.send(frame(number, data(number)));
		expect(reply).toBe(CAN);
		expect(await started.sender.text(/RX FAILED: .*\r\n/)).toContain("directory full");
		expect(started.machine.drive.read("NEW.DAT")).toEqual(OLD);
		expect(started.machine.names).not.toContain("NEW.$$$");
	});
});

describe("refused before anything is touched", () => {
	test.each([
		["RX", "bad name"],
		["RX *.COM", "bad name"],
		["RX A?.COM", "bad name"],
	])("%s: %s", async (command, reason) => {
		const machine = new EmulatedMachine();
		const ccp = await machine.ccp();
		expect((await ccp.run(command)).output).toContain(`RX FAILED: ${reason}`);
		expect(machine.names).toEqual(["RX.COM"]);
	});

	test("a read-only file", async () => {
		const machine = new EmulatedMachine({ files: new Map([["NEW.DAT", OLD]]) });
		machine.setReadOnly("NEW.DAT");
		const ccp = await machine.ccp();
		const { output, fault } = await ccp.run("RX NEW.DAT");
		expect(output).toContain("RX FAILED: file R/O");
		expect(fault?.code).toBe("file-read-only");
		expect(machine.names).toEqual(["NEW.DAT", "RX.COM"]);
	});

	test("a read-only disk, current or named", async () => {
		const machine = new EmulatedMachine({ disk: { readOnly: true } });
		const ccp = await machine.ccp();
		for (const command of ["RX NEW.DAT", "RX A:NEW.DAT"]) {
			const { output, fault } = await ccp.run(command);
			expect(output).toContain("RX FAILED: disk R/O");
			expect(fault?.code).toBe("disk-read-only");
		}
	});
});

/** RX alone in memory, without CP/M: every byte of the line is already there. */
class Bench {
	readonly memory = new Uint8Array(65536);
	readonly controls: number[] = [];
	readonly hal: Hal = {
		tStateCount: 0,
		readMemory: (address) => this.memory[address] as number,
		writeMemory: (address, value) => {
			this.memory[address] = value;
		},
		contendMemory: () => {},
		readPort: () => 0xff,
		writePort: (port, value) => {
			if ((port & 0xff) === 0x80) this.controls.push(value);
		},
		contendPort: () => {},
	};
	readonly cpu = new Z80(this.hal);
	readonly #receiver = assembleReceiverWithSymbols("68b50");

	constructor() {
		this.memory.set(this.#receiver.bytes, 0x100);
		this.cpu.regs.sp = 0x8000;
	}

	address(label: string): number {
		const address = this.#receiver.symbols.get(label);
		if (address === undefined) throw new Error(`no label ${label}`);
		return address;
	}

	runFrom(start: number, stop: number): void {
		this.cpu.regs.pc = start;
		do this.cpu.step();
		while (this.cpu.regs.pc !== stop);
	}

	call(label: string): void {
		this.cpu.regs.sp = 0x7ffe;
		this.memory.set([0x00, 0x70], 0x7ffe);
		this.runFrom(this.address(label), 0x7000);
	}
}

test("a BDOS that asks for a key while the line is held gets the console back first", () => {
	const bench = new Bench();
	const { memory, cpu } = bench;
	memory.set([0xc3, 0x03, 0xf2], 0);
	memory.set([0xc3, 0x00, 0xf3], 0xf209);
	cpu.regs.iff1 = 1;
	cpu.regs.iff2 = 1;
	bench.call("conin_found");
	bench.call("uart_found");
	bench.call("uart_get");
	bench.call("uart_hold");
	expect(bench.controls).toEqual([0x56]);
	expect(memory.subarray(0xf209, 0xf20c)).not.toEqual(Uint8Array.of(0xc3, 0x00, 0xf3));
	bench.runFrom(0xf209, 0xf300);
	expect(bench.controls).toEqual([0x56, 0x96]);
	expect(memory.subarray(0xf209, 0xf20c)).toEqual(Uint8Array.of(0xc3, 0x00, 0xf3));
	expect(cpu.regs.iff1).toBe(1);
});

describe("speed", () => {
	test("T-states of the byte loop, pinned", () => {
		const bench = new Bench();
		const loop = bench.address("block_byte");
		bench.cpu.regs.hl = bench.address("buffer");
		bench.runFrom(loop, loop);
		expect(bench.hal.tStateCount).toBe(TSTATES_PER_BYTE);
	});

	test.each([
		{ clockHz: 7_372_800, baud: 115_200 },
		{ clockHz: 4_000_000, baud: 38_400 },
		{ clockHz: 4_000_000, baud: 115_200 },
	])("keeps up at $clockHz Hz and $baud baud without flow control", async (options) => {
		const { machine, sender } = await receiving({ ...options, flowControl: false });
		const bytes = someBytes(12_800);
		const result = await sendXmodem(machine.link, bytes, { reader: sender.reader });
		expect(result.retries).toBe(0);
		await sender.text(/RX OK 100 records/);
		expect(machine.drive.read("NEW.DAT")).toEqual(bytes);
	});
});

test("an SOH in a block is data", async () => {
	const { machine, sender } = await asking();
	const block = new Uint8Array(128).fill(SOH);
	expect(await sender.send(frame(1, block))).toBe(ACK);
	expect(await sender.send([EOT])).toBe(ACK);
	await sender.text(/RX OK 1 records/);
	expect(machine.drive.read("NEW.DAT")).toEqual(block);
});
