/**
 * Which serial ports there are, and which of them a person means.
 *
 *   --port auto | emulator | PATH | COMn | tcp://host:port
 *
 * "auto" considers only adapters with a USB identity, never a bare /dev/ttyS*: a PC's own port may drive anything. An
 * explicit port is never replaced by another. Nothing here opens a port.
 */
import { ZulmError } from "../base/errors.js";
import { scanLinuxPorts } from "./linux-ports.js";

export interface PortInfo {
	/** What `--port` takes. */
	readonly path: string;
	/** Four hexadecimal digits, lower case; USB adapters only. */
	readonly vendorId?: string;
	readonly productId?: string;
	readonly serialNumber?: string;
	readonly manufacturer?: string;
	/** It has a USB identity. */
	readonly usb: boolean;
}

/** What a person can say after `--port`. */
export type PortSpec =
	| { readonly kind: "auto" }
	| { readonly kind: "emulator" }
	| { readonly kind: "serial"; readonly path: string }
	| { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** What that comes to on this computer. */
export type PortChoice =
	| { readonly kind: "emulator"; readonly reason: "asked-for" | "no-adapter" }
	| { readonly kind: "serial"; readonly path: string; readonly info: PortInfo | undefined }
	| { readonly kind: "tcp"; readonly host: string; readonly port: number }
	/** Several adapters: somebody has to choose. */
	| { readonly kind: "ambiguous"; readonly ports: readonly PortInfo[] };

/** Replaceable parts, for tests. */
export interface PortSources {
	/** The serialport package's list, which rejects where `udevadm` is missing. */
	readonly list?: () => Promise<readonly RawPort[]>;
	/** Used when `list` rejects. */
	readonly scan?: () => PortInfo[];
	readonly platform?: NodeJS.Platform;
}

type RawPort = { readonly path: string } & {
	readonly [Key in "vendorId" | "productId" | "serialNumber" | "manufacturer"]?: string | undefined;
};

/** All serial ports, those on USB first, each group by name. Never throws; an empty list may also mean "cannot know". */
export async function listPorts(sources: PortSources = {}): Promise<PortInfo[]> {
	const platform = sources.platform ?? process.platform;
	// Loaded only here: where its native part is missing, everything that needs no serial port goes on working.
	const list = sources.list ?? (async () => (await import("serialport")).SerialPort.list());
	const scan = sources.scan ?? (() => (platform === "linux" ? scanLinuxPorts() : []));
	let ports: PortInfo[];
	try {
		ports = (await list()).map((port) => describePort(port, platform));
	} catch {
		// Containers and small systems have no udevadm; the kernel tells the same in /sys.
		ports = scan();
	}
	return ports.sort((a, b) => Number(b.usb) - Number(a.usb) || comparePaths(a.path, b.path));
}

/** @throws ZulmError `usage` when `spec` is none of the forms `--port` takes */
export function parsePortSpec(spec: string): PortSpec {
	if (spec === "auto" || spec === "emulator") return { kind: spec };
	if (/^com[1-9]\d{0,2}$/i.test(spec)) return { kind: "serial", path: spec.toUpperCase() };
	if (/^tcp:/i.test(spec)) return parseTcp(spec);
	const isPath = /^(?:\/|\.{1,2}\/|\\\\[.?]\\)./.test(spec);
	if (isPath) return { kind: "serial", path: spec };
	const looksLikeDevice = /^(?:tty|cu|rfcomm|pts)\S+$/.test(spec);
	throw new ZulmError("usage", `"${spec}" is not a port.`, {
		hint: looksLikeDevice
			? `Did you mean /dev/${spec}?`
			: "Give auto, emulator, a path such as /dev/ttyUSB0, COM5, or tcp://host:port.",
	});
}

/** Decides which port `spec` means among `ports` (from `listPorts`). */
export function choosePort(spec: PortSpec, ports: readonly PortInfo[]): PortChoice {
	switch (spec.kind) {
		case "emulator":
			return { kind: "emulator", reason: "asked-for" };
		case "tcp":
			return spec;
		case "serial":
			return { ...spec, info: ports.find(({ path }) => path === spec.path) };
		case "auto": {
			const adapters = ports.filter(({ usb }) => usb);
			const [only] = adapters;
			if (!only) return { kind: "emulator", reason: "no-adapter" };
			if (adapters.length > 1) return { kind: "ambiguous", ports: adapters };
			return { kind: "serial", path: only.path, info: only };
		}
	}
}

function describePort(port: RawPort, platform: NodeJS.Platform): PortInfo {
	const { vendorId, productId, serialNumber, manufacturer } = port;
	// Opening macOS's tty.* waits for a carrier; cu.* is the same line for calling out.
	const path = platform === "darwin" ? port.path.replace(/^\/dev\/tty\./, "/dev/cu.") : port.path;
	return {
		path,
		...(vendorId === undefined ? {} : { vendorId: vendorId.toLowerCase() }),
		...(productId === undefined ? {} : { productId: productId.toLowerCase() }),
		...(serialNumber === undefined ? {} : { serialNumber }),
		...(manufacturer === undefined ? {} : { manufacturer }),
		usb: vendorId !== undefined,
	};
}

function parseTcp(spec: string): PortSpec {
	const [, bracketed, plain, digits] = /^tcp:\/\/(?:\[([0-9a-f:.]+)\]|([^/:\s[\]@]+)):(\d{1,5})\/?$/i.exec(spec) ?? [];
	const host = bracketed ?? plain;
	const port = Number(digits);
	if (host === undefined || !(port >= 1 && port <= 65535)) {
		throw new ZulmError("usage", `"${spec}" is not a network port.`, {
			hint: "Write tcp://host:port with a port from 1 to 65535, for example tcp://192.168.1.20:2000.",
		});
	}
	return { kind: "tcp", host, port };
}

/** ttyUSB2 before ttyUSB10. */
function comparePaths(a: string, b: string): number {
	return a.localeCompare(b, "en", { numeric: true });
}
