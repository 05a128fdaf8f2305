/** The same deploy through a real tty: one process serves the machine, another deploys to it through serialport. */
import { expect, it } from "vitest";
import type { DeployResult } from "../report/results.js";
import { testFolder } from "./testing/folder.js";
import { smallModel } from "./testing/small.js";
import { startZulm } from "./testing/zulm-process.js";

const REAL_TIME_MS = 120_000;

it("deploys through a pseudo-terminal at 115200 in real time", { timeout: REAL_TIME_MS }, async (context) => {
	const folder = testFolder();
	const machine = startZulm(["emulate", "--pty", "--drive", folder.at("drive")]);
	const port = await machine.firstLine;
	if (port === undefined) {
		const { stderr } = await machine.ended;
		// An absent peer may be skipped, but never in silence and never in CI.
		expect(stderr).toMatch(/pseudo-terminal/);
		expect(process.env.ZULM_REQUIRE_PEERS, stderr).not.toBe("1");
		console.warn(`SKIPPED: no deploy through a real tty here. ${stderr}`);
		context.skip();
		return;
	}
	expect(port).toMatch(/^\/dev\//);
	const script = folder.write("script.txt", "hello\nwho are you\nbye now\n");
	const model = folder.write("m.npz", await smallModel());
	const deploy = startZulm([
		"deploy",
		model,
		...["--port", port, "--baud", "115200", "--script", script, "--report", folder.at("report.html"), "--json"],
	]);
	const { exitCode, stdout, stderr } = await deploy.ended;
	expect(exitCode, stderr).toBe(0);
	const result = JSON.parse(stdout) as DeployResult;
	expect(result.target).toMatchObject({ emulator: false, link: { kind: "serial", port, baud: 115_200 } });
	expect(result.verify.ok).toBe(true);
	expect(result.chat.map(({ reply }) => reply)).toEqual(["HI THERE", "I AM ZULM", "SEE YA"]);
	// The emulated UART obeys the line's rate, whatever the pty can carry.
	expect(result.transfer.bytesPerSecond).toBeLessThan(11_520);
	machine.child.kill("SIGINT");
	expect((await machine.ended).exitCode).toBe(130);
});
