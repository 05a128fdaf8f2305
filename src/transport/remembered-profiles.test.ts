import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { recallProfile, rememberProfile } from "./remembered-profiles.js";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "zulm-remembered-"));
});
afterEach(() => {
	rmSync(folder, { recursive: true });
});

it("remembers one profile for each adapter", () => {
	const file = join(folder, "state", "profiles.json");
	rememberProfile(file, "A1", "generic");
	rememberProfile(file, "B2", "./mine.toml");
	rememberProfile(file, "A1", "rc2014-stock");
	expect(recallProfile(file, "A1")).toBe("rc2014-stock");
	expect(recallProfile(file, "B2")).toBe("./mine.toml");
	expect(recallProfile(file, "C3")).toBeUndefined();
	expect(readdirSync(join(folder, "state"))).toEqual(["profiles.json"]);
});

it("knows nothing of adapters without a serial number", () => {
	const file = join(folder, "profiles.json");
	rememberProfile(file, undefined, "generic");
	expect(recallProfile(file, undefined)).toBeUndefined();
	expect(readdirSync(folder)).toEqual([]);
});

it.each(["", "not json", "[1, 2]", "null", '{"A1": 5}'])("a file that holds %j is a memory lost", (text) => {
	const file = join(folder, "profiles.json");
	writeFileSync(file, text);
	expect(recallProfile(file, "A1")).toBeUndefined();
	rememberProfile(file, "A1", "generic");
	expect(recallProfile(file, "A1")).toBe("generic");
});
