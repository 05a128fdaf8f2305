/**
 * Compiles src to dist (`npm run build`): tsc, then the files that are data (Z80 sources, machine profiles), then the
 * execute bit of the command. dist/.stamp holds a hash of everything that went in, so that setup.mjs can tell in
 * milliseconds that nothing changed. Tests and test helpers are not compiled.
 */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { fail, filesBelow, hashOf, packageBin, readStamp, root, runNode } from "./lib.mjs";

const src = join(root, "src");
const dist = join(root, "dist");
const stampPath = join(dist, ".stamp");
const command = join(dist, "cli", "main.js");

const isData = (path) => path.endsWith(".asm") || path.endsWith(".toml");
const isTest = (path) => path.endsWith(".test.ts") || /[\\/]testing[\\/]/.test(path);

function inputsHash() {
	const settings = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json", "scripts/build.mjs"];
	return hashOf([...settings.map((name) => join(root, name)), ...filesBelow(src, (path) => !isTest(path))]);
}

export function isBuilt() {
	return readStamp(stampPath) === inputsHash();
}

/** Builds into an empty dist; the compiler's messages go to stderr. */
export function build() {
	const hash = inputsHash();
	rmSync(dist, { recursive: true, force: true });
	const status = runNode(packageBin("typescript", "tsc"), ["-p", "tsconfig.build.json"], { stdout: 2 });
	if (status !== 0) fail("the sources do not compile; see the messages above.");
	for (const path of filesBelow(src, (path) => isData(path) && !isTest(path))) {
		const target = join(dist, relative(src, path));
		mkdirSync(dirname(target), { recursive: true });
		copyFileSync(path, target);
	}
	const shebang = "#!/usr/bin/env node\n";
	if (!readFileSync(command, "utf8").startsWith(shebang)) fail("src/cli/main.ts must start with its #! line.");
	chmodSync(command, 0o755);
	writeFileSync(stampPath, `${hash}\n`);
}

if (fileURLToPath(import.meta.url) === argv[1]) build();
