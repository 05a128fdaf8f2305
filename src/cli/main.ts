#!/usr/bin/env node
/** The `zulm` command: connects runCli to this process. The first Ctrl-C asks every part to stop, the second ends it. */
import process from "node:process";
import { EXIT } from "../base/errors.js";
import { runCli } from "./cli.js";
import { READER_LEFT } from "./io.js";

const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
	process.on(signal, () => {
		if (controller.signal.aborted) process.exit(EXIT.interrupted);
		controller.abort();
	});
}

// `zulm … | head`: whoever reads our output may leave early. That is no failure of ours, but a machine in the middle of
// a transfer is still brought back to its prompt.
for (const stream of [process.stdout, process.stderr]) {
	stream.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code !== "EPIPE") throw error;
		controller.abort(READER_LEFT);
	});
}

const exitCode = await runCli(process.argv.slice(2), {
	stdin: process.stdin,
	stdout: process.stdout,
	stderr: process.stderr,
	env: process.env,
	signal: controller.signal,
});
// Leave when everything is written, whatever native handle may still be open: the run is over when the command is.
await new Promise<void>((written) => process.stdout.write("", () => written()));
process.exit(exitCode);
