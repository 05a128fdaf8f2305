/**
 * Which machine profile a command uses: built in, or one's own from the project's folder or the person's configuration;
 * given once, it is remembered for the adapter's serial number.
 *
 *   --profile mine ─► ./zulm-profiles/mine.toml │ ~/.config/zulm/profiles/mine.toml │ built in
 */
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { listPorts } from "../transport/ports.js";
import { loadProfile, type Profile } from "../transport/profile.js";
import { recallProfile, rememberProfile } from "../transport/remembered-profiles.js";
import type { CliIo } from "./io.js";
import { stateFolder } from "./locations.js";

type Environment = CliIo["env"];

/** Folders of one's own profiles, in the order in which they are looked into. */
export function profileFolders(env: Environment, platform: NodeJS.Platform = process.platform): string[] {
	return ["zulm-profiles", join(configFolder(env, platform), "zulm", "profiles")];
}

/** A profile by name or path. @throws ZulmError `profile-unknown`, `profile-malformed`, `file-unreadable` */
export function findProfile(env: Environment, nameOrPath: string): Profile {
	return loadProfile(nameOrPath, profileFolders(env));
}

/** What is known of the machine behind one port. */
export class PortMemory {
	private constructor(
		private readonly file: string,
		private readonly serialNumber: string | undefined,
	) {}

	/** Looks up the adapter at `port`, without opening anything. */
	static async of(env: Environment, port: string): Promise<PortMemory> {
		const info = (await listPorts().catch(() => [])).find(({ path }) => path === port);
		return new PortMemory(join(stateFolder(env, process.platform), "zulm", "profiles.json"), info?.serialNumber);
	}

	/** The profile that was used last, a name or a path. */
	recall(): string | undefined {
		return recallProfile(this.file, this.serialNumber);
	}

	/** @throws ZulmError `file-unwritable` */
	remember(nameOrPath: string): void {
		const isPath = /[\\/]|\.toml$/i.test(nameOrPath);
		rememberProfile(this.file, this.serialNumber, isPath ? resolve(nameOrPath) : nameOrPath);
	}
}

function configFolder(env: Environment, platform: NodeJS.Platform): string {
	const home = env.HOME ?? homedir();
	if (env.XDG_CONFIG_HOME !== undefined && env.XDG_CONFIG_HOME !== "") return env.XDG_CONFIG_HOME;
	if (platform === "win32") return env.APPDATA ?? join(home, "AppData", "Roaming");
	if (platform === "darwin") return join(home, "Library", "Application Support");
	return join(home, ".config");
}
