/**
 * Serial ports as the Linux kernel shows them in /sys, for systems without udevadm.
 *
 *   /sys/class/tty/ttyUSB0/device ──► …/usb1/1-2/1-2:1.0/ttyUSB0      /sys/…/usb1/1-2/{idVendor,idProduct,serial}
 *
 * Where /sys is hidden, the links in /dev/serial/by-id still tell which ports are USB adapters. Never throws.
 */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { PortInfo } from "./ports.js";

/** Scans below `root` ("/" but for tests). Only ports that also exist in /dev count. */
export function scanLinuxPorts(root = "/"): PortInfo[] {
	const found = new Map<string, PortInfo>();
	const classFolder = join(root, "sys/class/tty");
	for (const name of namesIn(classFolder)) {
		const device = realPath(join(classFolder, name, "device"));
		if (device === undefined || !existsSync(join(root, "dev", name))) continue;
		// The 8250 driver registers ports that the computer may not have; their type is 0 (linux/serial_core.h: PORT_UNKNOWN).
		if (readText(join(classFolder, name, "type")) === "0") continue;
		const path = join("/dev", name);
		found.set(path, { path, ...usbIdentity(device, root) });
	}
	const byIdFolder = join(root, "dev/serial/by-id");
	for (const name of namesIn(byIdFolder)) {
		const target = realPath(join(byIdFolder, name));
		if (target === undefined) continue;
		const path = join("/dev", target.slice(join(realPath(root) ?? root, "dev").length));
		if (!found.get(path)?.usb) found.set(path, { path, usb: true });
	}
	return [...found.values()];
}

/** Walks up from the tty's device to the USB device it belongs to. */
function usbIdentity(device: string, root: string): Omit<PortInfo, "path"> {
	const top = realPath(join(root, "sys")) ?? root;
	for (let folder = device; folder.length > top.length; folder = dirname(folder)) {
		const vendorId = readText(join(folder, "idVendor"));
		if (vendorId === undefined) continue;
		const productId = readText(join(folder, "idProduct"));
		const serialNumber = readText(join(folder, "serial"));
		const manufacturer = readText(join(folder, "manufacturer"));
		return {
			usb: true,
			vendorId,
			...(productId === undefined ? {} : { productId }),
			...(serialNumber === undefined ? {} : { serialNumber }),
			...(manufacturer === undefined ? {} : { manufacturer }),
		};
	}
	return { usb: false };
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}

function realPath(path: string): string | undefined {
	try {
		return realpathSync(path);
	} catch {
		return undefined;
	}
}

function readText(path: string): string | undefined {
	try {
		return readFileSync(path, "utf8").trim();
	} catch {
		return undefined;
	}
}
