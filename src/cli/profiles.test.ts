import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findProfile, profileFolders } from "./profiles.js";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "zulm-profiles-"));
});
afterEach(() => {
	rmSync(folder, { recursive: true });
});

test.each([
	["linux", { XDG_CONFIG_HOME: "/c" }, "/c/zulm/profiles"],
	["linux", { HOME: "/h", XDG_CONFIG_HOME: "" }, "/h/.config/zulm/profiles"],
	["darwin", { HOME: "/h" }, "/h/Library/Application Support/zulm/profiles"],
] as const)("on %s, %j: the project's folder, then %s", (platform, env, own) => {
	expect(profileFolders(env, platform)).toEqual(["zulm-profiles", own]);
});

test("a profile in the person's configuration has a name like the built-in ones", () => {
	const own = join(folder, "zulm", "profiles");
	mkdirSync(own, { recursive: true });
	writeFileSync(
		join(own, "kitchen.toml"),
		'name = "kitchen"\ntpaTop = 0xE000\n[line]\nbaud = 4800\nrtscts = false\n[console]\nprompts = ["A>"]\n[[receivers]]\nuse = "rx"\n',
	);
	const env = { XDG_CONFIG_HOME: folder };
	expect(findProfile(env, "kitchen").line.baud).toBe(4800);
	expect(findProfile(env, "generic").name).toBe("generic");
	expect(() => findProfile(env, "cellar")).toThrow('There is no machine profile "cellar".');
});
