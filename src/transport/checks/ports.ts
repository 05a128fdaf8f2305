/** The serial ports there are, and which of them is meant. Opens none. */
import { type Finding, fault, well } from "../../base/finding.js";
import { choosePort, type PortInfo, type PortSpec } from "../ports.js";

/** All ports with VID, PID and serial number. */
export function checkPorts(ports: readonly PortInfo[]): Finding {
	if (ports.length === 0) return well("ports", "no serial ports on this computer");
	return well("ports", ports.map(describePort).join("; "));
}

export interface Chosen {
	readonly finding: Finding;
	/** What to open, as `--port` takes it; undefined when there is nothing to open. */
	readonly port: string | undefined;
	/** The device, where there is one on this computer. */
	readonly path: string | undefined;
}

/**
 * The port that `spec` means. Unlike a deploy this takes no emulated machine in the place of a missing adapter.
 * @param text `spec` as the person wrote it
 */
export function checkChoice(text: string, spec: PortSpec, ports: readonly PortInfo[]): Chosen {
	const choice = choosePort(spec, ports);
	switch (choice.kind) {
		case "serial": {
			const what = choice.info === undefined ? choice.path : describePort(choice.info);
			const finding = well("port", spec.kind === "auto" ? `the only USB adapter, ${what}` : what);
			return { finding, port: choice.path, path: choice.path };
		}
		case "tcp":
			return { finding: well("port", text), port: text, path: undefined };
		case "ambiguous": {
			const finding = `several USB adapters: ${choice.ports.map(({ path }) => path).join(", ")}`;
			return { finding: fault("port", finding, "Choose one with --port."), port: undefined, path: undefined };
		}
		case "emulator": {
			if (choice.reason === "asked-for") {
				return { finding: well("port", "the bundled emulator"), port: text, path: undefined };
			}
			const remedy = "Plug one in, name a port with --port, or use --port emulator.";
			return { finding: fault("port", "no USB serial adapter found", remedy), port: undefined, path: undefined };
		}
	}
}

/** "/dev/ttyUSB0 FTDI 0403:6001 A50285BI" */
function describePort({ path, manufacturer, vendorId, productId, serialNumber, usb }: PortInfo): string {
	const identity = vendorId === undefined ? undefined : `${vendorId}:${productId ?? "?"}`;
	const details = [manufacturer, identity, serialNumber].filter((part) => part !== undefined);
	return [path, ...(details.length === 0 && usb ? ["USB"] : details)].join(" ");
}
