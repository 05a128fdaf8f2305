/** `--machine`: which machine is emulated; never said of a real one. */
import { existsSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { deadPort } from "./testing/fake-machine.js";
import { testFolder } from "./testing/folder.js";
import { runZulm } from "./testing/run.js";

it("serves the machine that was asked for, with its own tools on its own drive", async () => {
	const folder = testFolder();
	const controller = new AbortController();
	const ran = await runZulm(["emulate", "--tcp", "0", "--machine", "bare", "--disk-stall", "0.5"], {
		env: { XDG_STATE_HOME: folder.at("state") },
		signal: controller.signal,
		onStderr: (text) => text.includes("In another window") && controller.abort(),
	});
	expect(ran.exitCode).toBe(130);
	expect(ran.stderr).toContain("bare: Z80 at 4 MHz, 9,600 baud");
	expect(ran.stderr).toContain("--profile generic");
	expect(readdirSync(folder.at("state/zulm/drive-a-bare")).sort()).toEqual([
		"DDT.COM",
		"LOAD.COM",
		"PIP.COM",
		"STAT.COM",
	]);
	expect(existsSync(folder.at("state/zulm/drive-a"))).toBe(false);
});

it("refuses machines that nobody emulates, and real ones", async () => {
	expect((await runZulm(["emulate", "--tcp", "0", "--machine", "pdp11"])).exitCode).toBe(2);
	const ran = await runZulm(["chat", "--port", await deadPort(), "--machine", "bare", "--json"]);
	expect(ran.json()).toMatchObject({ error: { code: "usage" } });
});

it("shows a PC-8801's own screen and takes its keys; the line is for others", async () => {
	const folder = testFolder();
	const controller = new AbortController();
	const ran = await runZulm(["emulate", "--tcp", "0", "--machine", "pc8801"], {
		env: { XDG_STATE_HOME: folder.at("state") },
		stdin: "PIP X.TXT=CON:\n\uff76\uff85\n",
		signal: controller.signal,
		onStdout: (text) => text.includes("\uff76\uff85\r") && controller.abort(),
	});
	expect(ran.exitCode).toBe(130);
	expect(ran.stdout).toMatch(/\r\nA>PIP X\.TXT=CON:\r\r\n\uff76\uff85\r/);
	expect(ran.stderr).toContain("Ctrl-] ends it");
});

it("ends when the person at the screen leaves", async () => {
	const ran = await runZulm(["emulate", "--tcp", "0", "--machine", "pc8801"], {
		env: { XDG_STATE_HOME: testFolder().at("state") },
		stdin: "\u001d",
	});
	expect(ran.exitCode).toBe(130);
});
