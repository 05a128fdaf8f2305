import { SerialPortMock } from "serialport";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ZulmError } from "../base/errors.js";
import type { Endpoint } from "../emu/endpoint.js";
import { openPtyEndpoint } from "../emu/pty-endpoint.js";
import { ByteReader, bytesToText, textToBytes } from "./byte-reader.js";
import type { Link } from "./link.js";
import type { PortInfo } from "./ports.js";
import { openFailure } from "./serial-errors.js";
import { openSerial, type SerialSettings } from "./serial-link.js";

const PORT: PortInfo = { path: "/dev/mock", vendorId: "0403", productId: "6001", serialNumber: "A1", usb: true };
const ports = async () => [PORT];

async function failure(promise: Promise<unknown>): Promise<ZulmError> {
	return promise.then(
		() => {
			throw new Error("should have failed");
		},
		(error: ZulmError) => error,
	);
}

function closed(link: Link): Promise<ZulmError | undefined> {
	return new Promise((resolve) => link.onClose(resolve));
}

describe("over a mock port", () => {
	let made: SerialPortMock;
	let settings: SerialSettings;
	const create = (given: SerialSettings) => {
		settings = given;
		made = new SerialPortMock(given);
		return made;
	};

	beforeEach(() => {
		SerialPortMock.binding.reset();
		SerialPortMock.binding.createPort("/dev/mock", { echo: true, record: true });
	});

	it("opens with the given settings and describes the adapter", async () => {
		const link = await openSerial("/dev/mock", { baud: 115200, rtscts: true, create, ports });
		expect(settings).toMatchObject({ path: "/dev/mock", baudRate: 115200, rtscts: true, hupcl: false });
		expect(link.describe()).toEqual({
			kind: "serial",
			port: "/dev/mock",
			baud: 115200,
			vendorId: "0403",
			productId: "6001",
			serialNumber: "A1",
		});
		await link.close();
	});

	it("carries bytes both ways", async () => {
		const link = await openSerial("/dev/mock", { baud: 9600, create, ports });
		const reader = new ByteReader(link);
		await link.write(Uint8Array.of(0, 255, 26));
		await link.drain();
		expect(await reader.readExactly(3, 5)).toEqual(Uint8Array.of(0, 255, 26));
		await link.close();
	});

	it("reads control lines, and keeps those set before when others are set", async () => {
		const link = await openSerial("/dev/mock", { baud: 9600, create, ports });
		expect(await link.controlLines?.get()).toEqual({ cts: true, dsr: false, dcd: false });
		const sets: unknown[] = [];
		const port = made.port as { set(options: unknown): Promise<void> };
		port.set = async (options) => {
			sets.push(options);
		};
		await link.controlLines?.set({ rts: false });
		await link.controlLines?.set({ brk: true });
		expect(sets[1]).toMatchObject({ rts: false, dtr: true, brk: true });
		await link.close();
	});

	it("closes once, says so once without an error, and takes no more bytes", async () => {
		const link = await openSerial("/dev/mock", { baud: 9600, create, ports });
		const said: unknown[] = [];
		link.onClose((error) => said.push(error));
		await Promise.all([link.close(), link.close()]);
		await link.close();
		expect(said).toEqual([undefined]);
		expect((await failure(link.write(textToBytes("x")))).code).toBe("line-lost");
		expect((await failure(link.drain())).code).toBe("line-lost");
	});

	it("is lost when the driver fails to write, and fails what waits", async () => {
		const link = await openSerial("/dev/mock", { baud: 9600, create, ports });
		const lost = closed(link);
		const port = made.port as { write(bytes: Buffer): Promise<void> };
		port.write = () => Promise.reject(new Error("EIO: i/o error, write"));
		const writes = [link.write(textToBytes("a")), link.write(textToBytes("b"))];
		for (const write of writes) expect((await failure(write)).code).toBe("line-lost");
		expect((await lost)?.message).toBe("The line /dev/mock was lost.");
		await link.close();
	});

	it("is lost when the adapter is pulled while a read waits", async () => {
		const link = await openSerial("/dev/mock", { baud: 9600, create, ports });
		const lost = closed(link);
		made.emit("close", new Error("disconnected"));
		made.emit("close", new Error("disconnected"));
		expect((await lost)?.code).toBe("line-lost");
		await link.close();
	});

	it("is busy when it is open already", async () => {
		const link = await openSerial("/dev/mock", { baud: 9600, create, ports });
		const error = await failure(openSerial("/dev/mock", { baud: 9600, create, ports }));
		expect(error).toMatchObject({ code: "port-busy", exitCode: 3 });
		await link.close();
	});

	it("is unknown when it does not exist, with what exists in the hint", async () => {
		const error = await failure(openSerial("/dev/none", { baud: 9600, create, ports }));
		expect(error).toMatchObject({ code: "port-unknown", exitCode: 3, hint: "Found: /dev/mock." });
	});
});

describe("what the driver says", () => {
	it.each([
		["Error: No such file or directory, cannot open /dev/ttyUSB7", "port-unknown"],
		["Opening COM9: File not found", "port-unknown"],
		["Error: Inappropriate ioctl for device setting custom baud rate of 13", "port-unknown"],
		["Error: Permission denied, cannot open /dev/ttyUSB0", "port-denied"],
		["Error Resource temporarily unavailable Cannot lock port", "port-busy"],
		["Error: Device or resource busy, cannot open /dev/ttyUSB0", "port-busy"],
		["Opening COM3: Access denied", "port-busy"],
		["Error: Input/output error, cannot open /dev/ttyS9", "line-failed"],
	])("%s is %s", (message, code) => {
		expect(openFailure("/dev/ttyUSB0", new Error(message), []).code).toBe(code);
	});

	it("about permission names group and command", () => {
		const error = openFailure("/dev/nowhere", new Error("Error: Permission denied, cannot open"), []);
		expect(error.message).toContain("group dialout");
		expect(error.hint).toBe('Run: sudo usermod -aG dialout "$USER" and log in again.');
	});
});

describe.skipIf(process.platform === "win32")("over a pseudo-terminal", () => {
	let far: Endpoint;
	let heard: string;
	let onHeard = () => {};

	beforeEach(async () => {
		heard = "";
		far = await openPtyEndpoint({
			onData: (bytes) => {
				heard += bytesToText(bytes);
				onHeard();
			},
			onError: () => {},
		});
	});
	afterEach(() => far.close());

	function hears(text: string): Promise<void> {
		return new Promise((resolve) => {
			onHeard = () => heard.includes(text) && resolve();
			onHeard();
		});
	}

	it("carries all byte values both ways, without control lines", async () => {
		const link = await openSerial(far.address, { baud: 115200, rtscts: true });
		expect(link.controlLines).toBeUndefined();
		const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
		await link.write(all);
		await hears(bytesToText(all));
		const reader = new ByteReader(link);
		far.write(all);
		expect(await reader.readExactly(256, 10)).toEqual(all);
		await link.close();
	});

	it("carries more at once than the driver holds, whole and in order", async () => {
		const link = await openSerial(far.address, { baud: 115200 });
		const text = Array.from({ length: 30_000 }, (_, i) => `${i},`).join("");
		await Promise.all([link.write(textToBytes(text)), link.write(textToBytes("end"))]);
		await hears("end");
		expect(heard).toBe(`${text}end`);
		await link.close();
	});

	it("is for one program at a time", async () => {
		const link = await openSerial(far.address, { baud: 115200 });
		expect((await failure(openSerial(far.address, { baud: 115200 }))).code).toBe("port-busy");
		await link.close();
		const again = await openSerial(far.address, { baud: 9600 });
		await again.close();
	});

	it("is lost at the first write after the far side vanished", async () => {
		const link = await openSerial(far.address, { baud: 115200 });
		let said = 0;
		link.onClose(() => said++);
		await far.close();
		far = await openPtyEndpoint({ onData: () => {}, onError: () => {} });
		expect((await failure(link.write(textToBytes("x")))).code).toBe("line-lost");
		expect((await failure(link.write(textToBytes("y")))).code).toBe("line-lost");
		await link.close();
		expect(said).toBe(1);
	});

	it("does not open what is no serial port, or not there", async () => {
		expect((await failure(openSerial("/dev/null", { baud: 9600 }))).code).toBe("port-unknown");
		expect((await failure(openSerial(`${far.address}99999`, { baud: 9600 }))).code).toBe("port-unknown");
	});
});
