import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scanLinuxPorts } from "./linux-ports.js";
import { choosePort, listPorts, type PortInfo, parsePortSpec } from "./ports.js";

const FTDI: PortInfo = { path: "/dev/ttyUSB0", vendorId: "0403", productId: "6001", serialNumber: "A1", usb: true };
const CH340: PortInfo = { path: "/dev/ttyUSB1", vendorId: "1a86", productId: "7523", usb: true };
const BARE: PortInfo = { path: "/dev/ttyS0", usb: false };

describe("parsePortSpec", () => {
	it.each([
		["auto", { kind: "auto" }],
		["emulator", { kind: "emulator" }],
		["/dev/ttyUSB0", { kind: "serial", path: "/dev/ttyUSB0" }],
		["./serial", { kind: "serial", path: "./serial" }],
		["com5", { kind: "serial", path: "COM5" }],
		["COM12", { kind: "serial", path: "COM12" }],
		["\\\\.\\COM12", { kind: "serial", path: "\\\\.\\COM12" }],
		["tcp://pi.local:2000", { kind: "tcp", host: "pi.local", port: 2000 }],
		["TCP://10.0.0.7:1", { kind: "tcp", host: "10.0.0.7", port: 1 }],
		["tcp://[fe80::1]:65535/", { kind: "tcp", host: "fe80::1", port: 65535 }],
	])("takes %s", (spec, expected) => {
		expect(parsePortSpec(spec)).toEqual(expected);
	});

	it.each(["", "com0", "usb", "tcp://host", "tcp://host:0", "tcp://host:65536", "tcp://:99", "http://host:80", "/"])(
		"refuses %j",
		(spec) => {
			expect(() => parsePortSpec(spec)).toThrow(expect.objectContaining({ code: "usage", exitCode: 2 }));
		},
	);

	it("guesses what a bare device name means", () => {
		expect(() => parsePortSpec("ttyUSB0")).toThrow(expect.objectContaining({ hint: "Did you mean /dev/ttyUSB0?" }));
	});
});

describe("choosePort", () => {
	it("takes the only USB adapter for auto", () => {
		const choice = choosePort({ kind: "auto" }, [BARE, FTDI]);
		expect(choice).toEqual({ kind: "serial", path: "/dev/ttyUSB0", info: FTDI });
	});

	it("falls back to the emulator for auto, never to a bare port", () => {
		expect(choosePort({ kind: "auto" }, [BARE])).toEqual({ kind: "emulator", reason: "no-adapter" });
		expect(choosePort({ kind: "auto" }, [])).toEqual({ kind: "emulator", reason: "no-adapter" });
	});

	it("leaves the choice among several to somebody else", () => {
		expect(choosePort({ kind: "auto" }, [FTDI, BARE, CH340])).toEqual({ kind: "ambiguous", ports: [FTDI, CH340] });
	});

	it("never replaces an explicit port", () => {
		expect(choosePort(parsePortSpec("/dev/ttyS3"), [FTDI])).toEqual({
			kind: "serial",
			path: "/dev/ttyS3",
			info: undefined,
		});
		expect(choosePort(parsePortSpec("emulator"), [FTDI])).toEqual({ kind: "emulator", reason: "asked-for" });
		expect(choosePort(parsePortSpec("tcp://a:1"), [FTDI])).toEqual({ kind: "tcp", host: "a", port: 1 });
	});
});

describe("listPorts", () => {
	const none = { vendorId: undefined, productId: undefined, serialNumber: undefined, manufacturer: undefined };

	it("sorts adapters first, by number, and tells which are USB", async () => {
		const list = async () => [
			{ path: "/dev/ttyS0", ...none },
			{ path: "/dev/ttyUSB10", ...none, vendorId: "0403", productId: "6015" },
			{ path: "/dev/ttyUSB9", ...none, vendorId: "1A86", manufacturer: "QinHeng" },
		];
		expect(await listPorts({ list, platform: "linux" })).toEqual([
			{ path: "/dev/ttyUSB9", vendorId: "1a86", manufacturer: "QinHeng", usb: true },
			{ path: "/dev/ttyUSB10", vendorId: "0403", productId: "6015", usb: true },
			{ path: "/dev/ttyS0", usb: false },
		]);
	});

	it("names macOS ports by their calling-out name", async () => {
		const list = async () => [{ path: "/dev/tty.usbserial-A1", ...none, vendorId: "0403" }];
		expect((await listPorts({ list, platform: "darwin" }))[0]?.path).toBe("/dev/cu.usbserial-A1");
	});

	it("scans by itself where udevadm is missing", async () => {
		const list = () => Promise.reject(new Error("spawn udevadm ENOENT"));
		expect(await listPorts({ list, scan: () => [BARE, FTDI] })).toEqual([FTDI, BARE]);
		expect(await listPorts({ list, platform: "win32" })).toEqual([]);
	});

	it("does not throw on this computer", async () => {
		for (const port of await listPorts()) expect(port.path).not.toBe("");
	});
});

describe.skipIf(process.platform === "win32")("scanLinuxPorts", () => {
	let root: string;
	beforeEach(() => {
		root = mkdtempSync(join(tmpdir(), "zulm-ports-"));
	});
	afterEach(() => {
		rmSync(root, { recursive: true });
	});

	function file(path: string, text = ""): void {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		writeFileSync(join(root, path), text);
	}

	function link(path: string, target: string): void {
		mkdirSync(dirname(join(root, path)), { recursive: true });
		symlinkSync(join(root, target), join(root, path));
	}

	it("finds the USB identity above the tty, and skips what is not there", () => {
		const usb = "sys/devices/pci/usb1/1-2";
		file(`${usb}/idVendor`, "0403\n");
		file(`${usb}/idProduct`, "6001\n");
		file(`${usb}/serial`, "AB0CD\n");
		file(`${usb}/manufacturer`, "FTDI\n");
		file(`${usb}/1-2:1.0/ttyUSB0/port_number`, "0\n");
		link("sys/class/tty/ttyUSB0/device", `${usb}/1-2:1.0/ttyUSB0`);
		file("dev/ttyUSB0");
		// A platform port, one that the driver only reserved, one without a device node, a virtual console.
		file("sys/devices/platform/serial/x");
		for (const [name, type] of Object.entries({ ttyS0: "4", ttyS1: "0", ttyS2: "4" })) {
			link(`sys/class/tty/${name}/device`, "sys/devices/platform/serial");
			file(`sys/class/tty/${name}/type`, `${type}\n`);
		}
		file("dev/ttyS0");
		file("dev/ttyS1");
		file("sys/class/tty/tty1/dev", "4:1");
		file("dev/tty1");
		expect(scanLinuxPorts(root)).toEqual([
			{ path: "/dev/ttyS0", usb: false },
			{
				path: "/dev/ttyUSB0",
				usb: true,
				vendorId: "0403",
				productId: "6001",
				serialNumber: "AB0CD",
				manufacturer: "FTDI",
			},
		]);
	});

	it("trusts /dev/serial/by-id where /sys is hidden", () => {
		file("dev/ttyACM0");
		link("dev/serial/by-id/usb-Some_Board-if00", "dev/ttyACM0");
		link("dev/serial/by-id/usb-Gone-if00", "dev/ttyACM9");
		expect(scanLinuxPorts(root)).toEqual([{ path: "/dev/ttyACM0", usb: true }]);
	});

	it("finds nothing in an empty system", () => {
		expect(scanLinuxPorts(join(root, "nowhere"))).toEqual([]);
	});
});
