/**
 * The files a deploy leaves, side by side and with one stem: report, model, program, result. Without a name from the
 * user the stem is made of the corpus and the time, and claimed by an empty report, so that two deploys that begin in
 * the same second do not share one.
 *
 *   reports/smalltalk-20261231-235959.html   .npz   .com   .json
 */
import { rmSync, statSync, writeFileSync } from "node:fs";
import { checkWritable } from "../base/files.js";
import { timeStamp } from "./locations.js";

export interface OutputFiles {
	readonly report: string;
	readonly model: string;
	readonly program: string;
	readonly json: string;
}

/**
 * @param report the report's path, where the user named one @param now when the deploy began
 * @throws ZulmError `file-unwritable`, before anything was done for it
 */
export function claimOutputFiles(stem: string, report: string | undefined, now: Date): OutputFiles {
	if (report !== undefined) {
		checkWritable(report);
		return withStem(report.replace(/\.html?$/i, ""), report);
	}
	const base = `reports/${stem}-${timeStamp(now)}`;
	checkWritable(`${base}.html`);
	for (let n = 1; ; n++) {
		const files = withStem(n === 1 ? base : `${base}-${n}`);
		if (claim(files.report)) return files;
	}
}

/** Takes an empty report away again, of a deploy that did not come to an end. */
export function abandonClaim({ report }: OutputFiles): void {
	if (statSync(report, { throwIfNoEntry: false })?.size === 0) rmSync(report);
}

function withStem(base: string, report = `${base}.html`): OutputFiles {
	return { report, model: `${base}.npz`, program: `${base}.com`, json: `${base}.json` };
}

function claim(path: string): boolean {
	try {
		writeFileSync(path, "", { flag: "wx" });
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}
