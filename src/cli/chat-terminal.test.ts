/** A chat as people have it: on a terminal, character by character. */
import { mkdirSync } from "node:fs";
import { beforeAll, describe, expect, it, type TestContext } from "vitest";
import { packModel } from "../cpm/pack.js";
import { decodeModel } from "../model/npz.js";
import { testFolder } from "./testing/folder.js";
import { smallModel } from "./testing/small.js";
import { runOnTerminal } from "./testing/terminal-run.js";

let program: Uint8Array;
beforeAll(async () => {
	program = packModel(decodeModel(await smallModel())).image;
});

function chat(context: TestContext, answers: readonly (readonly [string, string])[]) {
	const folder = testFolder();
	mkdirSync(folder.at("drive"));
	folder.write("drive/CHAT.COM", program);
	const args = ["chat", "--port", "emulator", "--drive", folder.at("drive")];
	return runOnTerminal(context, args, answers, { cwd: folder.path, env: { XDG_STATE_HOME: folder.at("state") } });
}

describe("zulm chat on a terminal", () => {
	it("passes on what is typed, shows what the machine says, and ends on an empty line", async (context) => {
		const { exitCode, screen } = await chat(context, [
			["you> ", "hello\r"],
			["you> ", "who are you\r"],
			["you> ", "\r"],
		]);
		expect(exitCode, screen).toBe(0);
		expect(screen).toMatch(/hello\s+HI THERE\s.*who are you\s+I AM ZULM\s/s);
	});

	it("ends with 130 on Ctrl-C, on a line of its own", async (context) => {
		const { exitCode, screen } = await chat(context, [
			["you> ", "thanks\r"],
			["NO PROB", ""],
			["you> ", "\u0003"],
		]);
		expect(exitCode, screen).toBe(130);
		expect(screen).toMatch(/you> [^\n]*\n\s*$/);
	});
});
