/** Command lines as a person can type them here: what zulm is called, and arguments quoted where they have to be. */
import type { CliIo } from "./io.js";

/** `zulm chat --port emulator`; by `npm start` and `npx` there is no `zulm` on the path, and `npx zulm` works. */
export function commandLine(env: CliIo["env"], args: readonly string[]): string {
	const command = env.npm_lifecycle_event === undefined ? "zulm" : "npx zulm";
	return [command, ...args.map(quoted)].join(" ");
}

function quoted(arg: string): string {
	return /^[\w@%+=:,./\\-]+$/.test(arg) ? arg : JSON.stringify(arg);
}
