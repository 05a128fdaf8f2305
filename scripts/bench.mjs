/** `npm run bench:NAME -- ARGS`: set up, then scripts/bench-NAME.mjs with ARGS, which imports from dist. */
import { join } from "node:path";
import process from "node:process";
import { root, runNode } from "./lib.mjs";
import { setup } from "./setup.mjs";

const [name, ...args] = process.argv.slice(2);
setup();
process.exit(runNode(join(root, "scripts", `bench-${name}.mjs`), args));
