/**
 * Whether what is sent can be lost because the machine is not listening just then.
 */
import type { Link } from "../transport/link.js";
import type { Profile } from "../transport/profile.js";

/** A real UART without RTS/CTS. Ptys and TCP keep what is not read. */
export function mayOverrun(link: Link, { line }: Partial<Pick<Profile, "line">>): boolean {
	const { kind } = link.describe();
	const isWire = kind === "emulator" || (kind === "serial" && link.controlLines !== undefined);
	return isWire && line?.rtscts !== true;
}
