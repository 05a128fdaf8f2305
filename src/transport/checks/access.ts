/**
 * May this person use the port: is it there, and do its permissions let them?
 *
 *   crw-rw---- root dialout /dev/ttyUSB0        in the group │ in it since the last log-in only │ not in it
 */
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { type Finding, fault, skipped, well } from "../../base/finding.js";
import { groupOf } from "../serial-errors.js";

/** Replaceable parts, for tests. */
export interface AccessSources {
	readonly platform?: NodeJS.Platform;
	readonly exists?: (path: string) => boolean;
	/** Whether the port may be read and written. */
	readonly allowed?: (path: string) => boolean;
	/** The group that owns the port. */
	readonly group?: (path: string) => string | undefined;
	/** The members of a group as /etc/group has them. */
	readonly members?: (group: string) => readonly string[];
	readonly user?: () => string;
}

/** Does not open the port. */
export function checkAccess(path: string, sources: AccessSources = {}): Finding {
	const platform = sources.platform ?? process.platform;
	if (platform === "win32") return skipped("permission", "serial ports have no permissions on Windows");
	if (!(sources.exists ?? existsSync)(path)) {
		return fault("permission", `there is no ${path}`, "Plug the adapter in; zulm ports lists what there is.");
	}
	if ((sources.allowed ?? isAllowed)(path)) return well("permission", `you may read and write ${path}`);
	const group = (sources.group ?? groupOf)(path) ?? "dialout";
	const user = (sources.user ?? (() => userInfo().username))();
	const joined = (sources.members ?? membersOf)(group).includes(user);
	return fault(
		"permission",
		joined
			? `you are in the group ${group} that owns ${path}, but this session began before that`
			: `you may not use ${path}: it belongs to the group ${group}`,
		joined ? "Log out and in again." : `Run: sudo usermod -aG ${group} "$USER" and log in again.`,
	);
}

function isAllowed(path: string): boolean {
	try {
		accessSync(path, constants.R_OK | constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

function membersOf(group: string): string[] {
	try {
		const line = readFileSync("/etc/group", "utf8")
			.split("\n")
			.find((entry) => entry.startsWith(`${group}:`));
		return line?.split(":")[3]?.split(",") ?? [];
	} catch {
		return [];
	}
}
