import { describe, expect, it } from "vitest";
import { runZulm } from "./testing/run.js";
import { VERSION } from "./version.js";

describe("zulm", () => {
	it("prints its help and exits 2 when it is asked nothing and cannot ask", async () => {
		const { exitCode, stdout, stderr } = await runZulm([]);
		expect(exitCode).toBe(2);
		expect(stdout).toBe("");
		expect(stderr).toContain("Usage: zulm");
	});

	it("prints help and version on request", async () => {
		expect(await runZulm(["--help"])).toMatchObject({ exitCode: 0, stderr: "" });
		expect(await runZulm(["--version"])).toMatchObject({ exitCode: 0, stdout: `${VERSION}\n` });
	});

	it("has a help with example and exit codes for every command", async () => {
		const { stdout } = await runZulm(["--help"]);
		const names = [...stdout.matchAll(/^ {2}([a-z]+) .*(?:\[options\]|<)/gm)].map((match) => match[1] as string);
		expect(names).toEqual(expect.arrayContaining(["train", "eval"]));
		for (const name of names) {
			const help = await runZulm([name, "--help"]);
			expect(help.exitCode).toBe(0);
			expect(help.stdout).toMatch(new RegExp(`Examples?:\n {2}\\$ zulm ${name}`));
			if (name !== "corpus") expect(help.stdout).toMatch(/ --json /);
			expect(help.stdout).toMatch(/Exit codes:\n {2}0 {4}done/);
		}
	});

	it.each([
		[["frobnicate"], "Unknown command 'frobnicate'.", "zulm --help"],
		[["trane"], "Unknown command 'trane'.", "zulm --help"],
		[["train", "x.txt", "-o", "m.npz", "--frob"], "Unknown option '--frob'.", "zulm train --help"],
		[["train", "x.txt"], "Required option '-o, --output <file>' not specified.", "zulm train --help"],
		[["eval"], "Missing required argument 'model'.", "zulm eval --help"],
		[
			["eval", "m.npz", "c.txt", "--min-reply", "85"],
			"Option '--min-reply <share>' argument '85' is invalid. It must be a number from 0 to 1.",
			"zulm eval --help",
		],
		[
			["train", "x.txt", "-o", "m.npz", "--hidden", "64,300"],
			"Option '--hidden <widths>' argument '64,300' is invalid. It must be a whole number from 1 to 256.",
			"zulm train --help",
		],
		[
			["train", "x.txt", "-o", "m.npz", "--hidden", "8,8,8,8,8,8,8,8"],
			"Option '--hidden <widths>' argument '8,8,8,8,8,8,8,8' is invalid. There can be at most 7 hidden layers.",
			"zulm train --help",
		],
	])("answers wrong usage %j with one sentence, a pointer to help and exit 2", async (args, message, help) => {
		const { exitCode, stdout, stderr } = await runZulm(args);
		expect(exitCode).toBe(2);
		expect(stdout).toBe("");
		expect(stderr).toBe(`zulm: ${message}\n      See: ${help}\n`);
	});

	it("reports failures as one object with --json", async () => {
		const ran = await runZulm(["eval", "--json"]);
		expect(ran.exitCode).toBe(2);
		expect(ran.json()).toEqual({
			error: { code: "usage", message: "Missing required argument 'model'.", hint: "See: zulm eval --help" },
		});
		const missing = await runZulm(["eval", "--json", "no-such-model.npz", "-"]);
		expect(missing.exitCode).toBe(2);
		expect(missing.json()).toMatchObject({ error: { code: "file-unreadable" } });
		expect(missing.stderr).toContain("no-such-model.npz");
	});

	it("stops before it starts when it is already interrupted", async () => {
		const ran = await runZulm(["eval", "m.npz", "c.txt"], { signal: AbortSignal.abort() });
		expect(ran).toMatchObject({ exitCode: 130, stderr: "zulm: Interrupted.\n" });
	});
});
