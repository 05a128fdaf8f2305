import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { deployArgs } from "./guided.js";
import { testFolder } from "./testing/folder.js";
import { smallModel } from "./testing/small.js";
import { runOnTerminal } from "./testing/terminal-run.js";

const UP = "\u001b[A";

describe("bare zulm", () => {
	it("turns answers into the command that does the same", () => {
		const answers = { what: "m.npz", port: "/dev/ttyUSB0", profile: "rc2014-romwbw", name: "TALK.COM" };
		expect(deployArgs(answers)).toEqual([
			...["deploy", "m.npz", "--port", "/dev/ttyUSB0"],
			...["--profile", "rc2014-romwbw", "--as", "TALK.COM"],
		]);
		expect(deployArgs({ ...answers, what: "" })[1]).toBe("--port");
	});

	it("asks on a terminal, then deploys", async (context) => {
		const folder = testFolder();
		folder.write("mine.npz", await smallModel());
		// The emulator is the last port of the list, and a list goes round.
		const answers: [string, string][] = [
			["What shall the machine learn?", `${UP}${UP}\r`],
			["Which machine?", `${UP}\r`],
			["Which machine profile?", "\r"],
			["Name of the program", "\r"],
		];
		const settings = { cwd: folder.path, env: { XDG_STATE_HOME: folder.at("state") } };
		const { exitCode, screen } = await runOnTerminal(context, [], answers, settings);
		expect(exitCode, screen).toBe(0);
		expect(screen).toContain("zulm deploy mine.npz --port emulator --profile emulator --as CHAT.COM");
		expect(screen).toMatch(/✓ chatted/);
		expect(readFileSync(folder.at("state/zulm/drive-a/CHAT.COM")).length).toBeGreaterThan(1000);
	});
});
