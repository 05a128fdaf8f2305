/**
 * What the scripts share: where the repository is, how to run a child with its output on stderr, how to hash a tree.
 * Plain Node and no packages, because the first of these scripts runs before anything is installed.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** Ends the script with one sentence on stderr. */
export function fail(sentence, exitCode = 1) {
	process.stderr.write(`zulm: ${sentence}\n`);
	process.exit(exitCode);
}

/** Runs a Node script in the repository; returns its exit code. `stdout: 2` sends its stdout to our stderr. */
export function runNode(script, args, { stdout = 1, env = process.env } = {}) {
	const child = spawnSync(process.execPath, [script, ...args], { cwd: root, env, stdio: [0, stdout, 2] });
	if (child.error) fail(`${relative(root, script)} did not start: ${child.error.message}.`);
	return child.status ?? 1;
}

/** Path of the script behind a package's command, so that no shell and no PATH is involved. */
export function packageBin(packageName, binName = packageName) {
	const folder = join(root, "node_modules", ...packageName.split("/"));
	const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
	return join(folder, typeof bin === "string" ? bin : bin[binName]);
}

/** Every file below `folder` for which `keep(path)` holds, as sorted absolute paths. */
export function filesBelow(folder, keep = () => true) {
	if (!existsSync(folder)) return [];
	return readdirSync(folder, { recursive: true })
		.map((name) => join(folder, name))
		.filter((path) => keep(path) && statSync(path).isFile())
		.sort();
}

/** SHA-256 over names and contents of `paths`. */
export function hashOf(paths) {
	const hash = createHash("sha256");
	for (const path of paths) {
		hash.update(relative(root, path).split(sep).join("/")).update("\0");
		hash.update(readFileSync(path)).update("\0");
	}
	return hash.digest("hex");
}

/** The stamp in `path`, or undefined where there is none. */
export function readStamp(path) {
	return existsSync(path) ? readFileSync(path, "utf8").trim() : undefined;
}
