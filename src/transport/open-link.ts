/**
 * One way to open whatever `--port` names, with a profile's line settings. The emulator is not opened here: it is a
 * machine, not a line (src/emu).
 */
import { ZulmError } from "../base/errors.js";
import type { Clock } from "./clock.js";
import type { Link } from "./link.js";
import { paceLink } from "./paced-link.js";
import { parsePortSpec } from "./ports.js";
import type { LineSettings } from "./profile.js";
import { openSerial } from "./serial-link.js";
import { openTcp } from "./tcp-link.js";

/**
 * Opens PATH, COMn or tcp://host:port. `clock` is for tests that cannot wait; it is the wall clock otherwise.
 * @throws ZulmError `usage` for "auto" and "emulator" (see `choosePort`) and what is no port; else as the two openers
 */
export async function openLink(
	port: string,
	settings: LineSettings,
	signal?: AbortSignal,
	clock?: Clock,
): Promise<Link> {
	const spec = parsePortSpec(port);
	switch (spec.kind) {
		case "serial":
			return paceLink(await openSerial(spec.path, settings), settings);
		case "tcp":
			return paceLink(await openTcp(port, { ...(signal && { signal }), ...(clock && { clock }) }), settings);
		default:
			throw new ZulmError("usage", `"${port}" does not name a line to open.`, {
				hint: "Choose a port first: a path, COMn or tcp://host:port.",
			});
	}
}
