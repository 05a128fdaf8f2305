import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { abandonClaim, claimOutputFiles } from "./output-files.js";
import { testFolder } from "./testing/folder.js";

const NOW = new Date(2026, 11, 31, 23, 59, 58);
const here = process.cwd();
beforeEach(() => process.chdir(testFolder().path));
afterEach(() => process.chdir(here));

it("gives two deploys of one second a stem each", () => {
	const first = claimOutputFiles("talk", undefined, NOW);
	const second = claimOutputFiles("talk", undefined, NOW);
	expect(first).toEqual({
		report: "reports/talk-20261231-235958.html",
		model: "reports/talk-20261231-235958.npz",
		program: "reports/talk-20261231-235958.com",
		json: "reports/talk-20261231-235958.json",
	});
	expect(second.report).toBe("reports/talk-20261231-235958-2.html");
});

it("takes back the claim of a deploy that failed, and nothing that was written", () => {
	const failed = claimOutputFiles("talk", undefined, NOW);
	abandonClaim(failed);
	abandonClaim(failed);
	expect(readdirSync("reports")).toEqual([]);
	const done = claimOutputFiles("talk", undefined, NOW);
	writeFileSync(done.report, "<!doctype html>");
	abandonClaim(done);
	expect(existsSync(done.report)).toBe(true);
});

it("takes a named report as it is, in its own folder, without claiming it", () => {
	const files = claimOutputFiles("talk", "out/my.htm", NOW);
	expect(files).toMatchObject({ report: "out/my.htm", model: "out/my.npz", json: "out/my.json" });
	expect(readdirSync("out")).toEqual([]);
});
