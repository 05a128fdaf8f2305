/**
 * `npm run soak -- --seeds N --first-seed M`: uploads to the emulated machine over seeded bad lines (src/cli/soak).
 * One line for each run that breaks the rule, then a summary; exit code 1 when any did. A seed always tells the same
 * story: replay one with `--seeds 1 --first-seed M`.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { fail } from "./lib.mjs";
import { setup } from "./setup.mjs";

const { values } = parseArgs({
	options: {
		"seeds": { type: "string", default: "300" },
		"first-seed": { type: "string", default: "1" },
		"threads": { type: "string" },
		"verbose": { type: "boolean", default: false },
	},
});
const number = (name) => {
	const value = Number(values[name]);
	if (!Number.isInteger(value) || value < 1) fail(`--${name} wants a whole number, at least 1.`, 2);
	return value;
};
const seeds = number("seeds");
const firstSeed = number("first-seed");
const threads = values.threads === undefined ? {} : { threads: number("threads") };

setup();
const { soak } = await import("../dist/cli/soak/soak.js");
const { scenarioOf } = await import("../dist/cli/soak/scenario.js");
const startMs = performance.now();
const summary = await soak({
	seeds,
	firstSeed,
	...threads,
	onOutcome: (outcome, done) => {
		if (outcome.broken !== undefined) console.log(`BROKEN ${outcome.broken}`);
		else if (values.verbose) console.log(`${outcome.seed}: ${scenarioOf(outcome.seed).story}: ${outcome.ended}`);
		if (done % 500 === 0) process.stderr.write(`  ${done} of ${seeds}\n`);
	},
});
const endings = Object.entries(summary.endings).sort(([, a], [, b]) => b - a);
console.log(
	`${summary.seeds} seeds from ${firstSeed} in ${((performance.now() - startMs) / 1000).toFixed(0)} s: ` +
		`${endings.map(([ending, count]) => `${ending} ${count}`).join(", ")}. ` +
		`Sent again: ${summary.retries} blocks; begun again: ${summary.restarts} uploads that then succeeded; ` +
		`reset afterwards: ${summary.resets}; new program in place though the upload failed: ${summary.newDespiteError}. ` +
		`Rule broken: ${summary.broken.length}.`,
);
process.exit(summary.broken.length > 0 ? 1 : 0);
