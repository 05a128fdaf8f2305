/**
 * `npm start -- ARGS`: set up, then `zulm deploy ARGS` in this process, so that Ctrl-C, the terminal and the exit code
 * are the command's own. Without arguments `zulm deploy` takes the bundled smalltalk corpus and its chat script.
 */
import process from "node:process";
import { setup } from "./setup.mjs";

setup();
process.argv.splice(2, 0, "deploy");
await import("../dist/cli/main.js");
