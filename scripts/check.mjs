/**
 * `npm run check`: types, lint with format, tests; every step runs even when an earlier one fails, and the last lines
 * say which did. `--without-tests` leaves the tests out (CI has just run them).
 */
import process from "node:process";
import { packageBin, root, runNode } from "./lib.mjs";
import { setup } from "./setup.mjs";

const steps = [
	["types", () => runNode(packageBin("typescript", "tsc"), ["--noEmit", "-p", root])],
	["lint and format", () => runNode(packageBin("@biomejs/biome", "biome"), ["check", "."])],
];
if (!process.argv.includes("--without-tests")) steps.push(["tests", () => runNode(packageBin("vitest"), ["run"])]);

setup();
const results = steps.map(([name, run]) => [name, run()]);
for (const [name, status] of results) process.stdout.write(`${status === 0 ? "ok    " : "FAILED"} ${name}\n`);
process.exit(results.some(([, status]) => status !== 0) ? 1 : 0);
