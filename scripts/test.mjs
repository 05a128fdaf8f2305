/** `npm test -- ARGS`: set up (the tests run the built command too), then vitest with ARGS (folders, `-t name`, …). */
import process from "node:process";
import { packageBin, runNode } from "./lib.mjs";
import { setup } from "./setup.mjs";

setup();
process.exit(runNode(packageBin("vitest"), ["run", ...process.argv.slice(2)]));
