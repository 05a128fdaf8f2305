/** A few dozen soak runs; `npm run soak` does any number, with threads. */
import { describe, expect, test } from "vitest";
import { type SoakPrograms, soakPrograms } from "./programs.js";
import { runSeed } from "./run-seed.js";
import { scenarioOf } from "./scenario.js";
import { summarise } from "./soak.js";

const FIRST_SEED = 100_001;
const SEEDS = 24;

describe("seeds", () => {
	test("draw every kind of trouble", () => {
		const stories = Array.from({ length: 200 }, (_, i) => scenarioOf(i + 1).story).join("\n");
		for (const word of [
			"flipped",
			"lost",
			"doubled",
			"preceded",
			"noise to",
			"stalled",
			"RTS stuck",
			"bit 7",
			"cable",
			"reset",
			"^C",
			"disk: full",
			"disk: no directory entry",
			"disk: old file read-only",
			"disk: temporary file read-only",
			"no flow control",
		]) {
			expect(stories).toContain(word);
		}
	});

	test("tell the same story every time", async () => {
		expect(scenarioOf(7)).toEqual(scenarioOf(7));
		const programs = soakPrograms();
		expect(await runSeed(7, programs)).toEqual(await runSeed(7, programs));
	});
});

test(`${SEEDS} uploads over bad lines end with the new program verified, or with an error and a whole program`, async () => {
	const programs = soakPrograms();
	const outcomes = [];
	for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) outcomes.push(await runSeed(seed, programs));
	const { broken, endings } = summarise(outcomes);
	expect(broken).toEqual([]);
	expect(endings.sent).toBeGreaterThan(SEEDS / 4);
});

test.each([[5841, "noise between two characters of a REN typed one by one"]])(
	"seed %i, which once broke the rule, keeps it: %s",
	async (seed) => {
		expect((await runSeed(seed, soakPrograms())).broken).toBeUndefined();
	},
);

test("the judge sees what is wrong: an old program that is none is reported with its story", async () => {
	const programs: SoakPrograms = soakPrograms();
	// Read-only: the upload fails, and what stands under the name then is not the program that should.
	const seed = Array.from({ length: 1000 }, (_, i) => i + 1).find(
		(candidate) => scenarioOf(candidate).story === "disk: old file read-only",
	) as number;
	const damaged = programs.old.slice();
	damaged[300] = (damaged[300] as number) ^ 1;
	expect((await runSeed(seed, programs)).broken).toBeUndefined();
	expect((await runSeed(seed, { ...programs, old: damaged })).broken).toContain(`seed ${seed}: disk: old file`);
});
