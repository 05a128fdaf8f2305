/** The files of the corpus tools: a result is never written over what it was made from. */
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ZulmError } from "../base/errors.js";

/** @throws ZulmError `usage` when an output is an input or two outputs are one file */
export function refuseOverwriting(inputs: readonly string[], outputs: readonly string[]): void {
	const taken = new Set(inputs.filter((path) => path !== "-").map(truePath));
	for (const path of outputs) {
		if (taken.has(truePath(path))) {
			throw new ZulmError("usage", `${path} is named twice: it would be written over.`, {
				hint: "Give each output a file of its own.",
			});
		}
		taken.add(truePath(path));
	}
}

/** The path that links lead to, of a file that may not be there yet. */
function truePath(path: string): string {
	const absolute = resolve(path);
	for (const [known, rest] of [
		[absolute, ""],
		[dirname(absolute), basename(absolute)],
	] as const) {
		try {
			return join(realpathSync(known), rest);
		} catch {
			// Not there yet: its folder may be.
		}
	}
	return absolute;
}
