/**
 * Where files live that nobody named: the corpora that come with zulm, the emulated machine's kept drive, reports.
 * Follows the XDG Base Directory Specification on Linux and each platform's own habit elsewhere.
 */
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

type Environment = Readonly<Record<string, string | undefined>>;

/** A file that is shipped with the package, such as `fixtures/corpora/smalltalk.txt`. */
export function shippedFile(path: string): string {
	return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

/** Folder behind drive A: of the emulated machine that keeps its files between runs. */
export function keptDrive(env: Environment, platform: NodeJS.Platform = process.platform): string {
	return join(stateFolder(env, platform), "zulm", "drive-a");
}

/** Where programs keep what they remember between runs. */
export function stateFolder(env: Environment, platform: NodeJS.Platform): string {
	const home = env.HOME ?? homedir();
	if (env.XDG_STATE_HOME !== undefined && env.XDG_STATE_HOME !== "") return env.XDG_STATE_HOME;
	if (platform === "win32") return env.LOCALAPPDATA ?? join(home, "AppData", "Local");
	if (platform === "darwin") return join(home, "Library", "Application Support");
	return join(home, ".local", "state");
}

/** What a model or corpus is called after its file: `fixtures/smalltalk.txt.gz` → "smalltalk". */
export function stemOf(path: string): string {
	return (
		basename(path)
			.replace(/\.(gz|npz|txt|com)$/i, "")
			.replace(/\.(txt|tsv|csv)$/i, "") || "zulm"
	);
}

/** "20261231-235959" in local time: sorts by age, fits every file system. */
export function timeStamp(date: Date): string {
	const two = (value: number) => String(value).padStart(2, "0");
	const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`;
	return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`;
}
