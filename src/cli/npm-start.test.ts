/** `npm start` as a newcomer types it, on a machine without an adapter: the promise of the README. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { DeployResult } from "../report/results.js";
import { shippedFile } from "./locations.js";
import { testFolder } from "./testing/folder.js";

const PROMISED_MS = 90_000;

it("npm start -- --json trains, deploys and chats, and prints one JSON object", { timeout: PROMISED_MS }, () => {
	const folder = testFolder();
	// The emulator is named so that no adapter of whoever runs the tests is written to.
	const args = ["start", "--", "--port", "emulator", "--report", folder.at("report.html"), "--json"];
	const { status, stdout, stderr } = spawnSync("npm", args, {
		cwd: shippedFile(""),
		env: { ...process.env, XDG_STATE_HOME: folder.at("state") },
		encoding: "utf8",
		shell: process.platform === "win32",
	});
	expect(status, stderr).toBe(0);
	const result = JSON.parse(stdout) as DeployResult;
	expect(result.verify.ok).toBe(true);
	expect(result.chat.length).toBeGreaterThan(5);
	expect(result.chat.every(({ ok }) => ok)).toBe(true);
	expect(result.transfer.bytesPerSecond).toBeGreaterThan(0);
	expect(1 / result.timing.perChar.mean).toBeGreaterThan(1);
	expect(readFileSync(result.reportPath, "utf8")).toContain("<!doctype html>");
	expect(stderr).toContain("characters per second");
});
