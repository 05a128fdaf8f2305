/** What only the real process has: its exit code, its signals, its pipes. */
import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { shippedFile } from "./locations.js";
import { testFolder } from "./testing/folder.js";
import { SMALL_CORPUS } from "./testing/small.js";
import { startZulm } from "./testing/zulm-process.js";
import { VERSION } from "./version.js";

describe("the command", () => {
	it("starts by itself and prints its version", () => {
		const ran = spawnSync(shippedFile("dist/cli/main.js"), ["--version"], { encoding: "utf8" });
		expect(ran).toMatchObject({ status: 0, stdout: `${VERSION}\n`, stderr: "" });
	});

	it("ends with 2 on wrong usage, with nothing on stdout", async () => {
		const { exitCode, stdout, stderr } = await startZulm(["train"]).ended;
		expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
		expect(stderr).toContain("See: zulm train --help");
	});

	it("ends with 130 on Ctrl-C, after keeping what it has", async () => {
		const folder = testFolder();
		const corpus = folder.write("corpus.txt", SMALL_CORPUS);
		const args = ["train", corpus, "-o", folder.at("m.npz"), "--hidden", "16", "--epochs", "2000000"];
		const { child, ended } = startZulm(args);
		child.stderr?.once("data", () => child.kill("SIGINT"));
		const { exitCode, stderr } = await ended;
		expect(exitCode).toBe(130);
		expect(stderr).toContain("the best model so far is in");
	});

	it("does not mind a reader that leaves early", () => {
		const command = shippedFile("dist/cli/main.js");
		const ran = spawnSync("sh", ["-c", `"${process.execPath}" "${command}" --help | head -1`], { encoding: "utf8" });
		expect(ran.stdout).toContain("Usage: zulm");
		expect(ran.stderr).toBe("");
		const folder = testFolder();
		const train = `train ${folder.write("c.txt", SMALL_CORPUS)} -o ${folder.at("m.npz")} --epochs 50`;
		// The status goes where it is seen: a pipeline's is that of its last command.
		const piped = `( "${process.execPath}" "${command}" ${train}; echo $? >&2 ) | true`;
		expect(spawnSync("sh", ["-c", piped], { encoding: "utf8" }).stderr).toBe("0\n");
	});
});
