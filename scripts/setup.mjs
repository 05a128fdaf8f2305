/**
 * Installs and builds what is missing or out of date, once; says so on stderr and never writes to stdout. When nothing
 * changed it only hashes (well under 300 ms). `npm start`, `npm test` and `npm run bench:*` begin with it.
 *
 *   package-lock.json ── hash ──► node_modules/.zulm-stamp      src, settings ── hash ──► dist/.stamp
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build, isBuilt } from "./build.mjs";
import { fail, hashOf, readStamp, root } from "./lib.mjs";

const lockfile = join(root, "package-lock.json");
const nodeModules = join(root, "node_modules");
const installStamp = join(nodeModules, ".zulm-stamp");

function checkNode() {
	const [major, minor] = process.versions.node.split(".").map(Number);
	if (major > 20 || (major === 20 && minor >= 17)) return;
	fail(`Node ${process.versions.node} is too old: install Node 20.17 or newer from https://nodejs.org.`, 2);
}

/** The tree matches when npm's own record of it names the same versions; packages for other platforms may be absent. */
function treeMatchesLockfile() {
	const record = join(nodeModules, ".package-lock.json");
	if (!existsSync(record)) return false;
	const installed = JSON.parse(readFileSync(record, "utf8")).packages;
	const wanted = JSON.parse(readFileSync(lockfile, "utf8")).packages;
	return Object.entries(wanted).every(
		([path, entry]) =>
			path === "" || (installed[path] ? installed[path].version === entry.version : entry.optional === true),
	);
}

function install() {
	process.stderr.write("zulm: installing packages (once) …\n");
	// .npmrc silences npm's banners; here its errors must be seen, and its stdout must not reach ours.
	const args = ["ci", "--loglevel=error", "--no-fund", "--no-audit"];
	const npmScript = process.env.npm_execpath;
	const viaNode = npmScript !== undefined && /\.c?js$/.test(npmScript);
	const child = viaNode
		? spawnSync(process.execPath, [npmScript, ...args], { cwd: root, stdio: ["ignore", 2, 2] })
		: spawnSync("npm", args, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
	if (child.error || child.status !== 0) {
		const how = child.error ? child.error.message : `npm ci ended with code ${child.status}`;
		fail(`the packages could not be installed (${how}): check the network connection and run the same command again.`);
	}
}

/** Makes the repository ready to run. `withBuild: false` only installs. */
export function setup({ withBuild = true } = {}) {
	checkNode();
	const lockHash = hashOf([lockfile]);
	if (readStamp(installStamp) !== lockHash) {
		if (!treeMatchesLockfile()) install();
		writeFileSync(installStamp, `${lockHash}\n`);
	}
	if (withBuild && !isBuilt()) {
		process.stderr.write("zulm: building …\n");
		build();
	}
}

if (fileURLToPath(import.meta.url) === process.argv[1]) setup();
