import { mkdirSync, readdirSync } from "node:fs";
import { expect, it } from "vitest";
import type { DoctorResult } from "../../report/results.js";
import { deadPort, silentMachine } from "../testing/fake-machine.js";
import { testFolder } from "../testing/folder.js";
import { runZulm } from "../testing/run.js";

const IDS = [
	...["node", "serialport", "node-pty", "ports", "self-test", "port", "open", "speed", "prompt"],
	...["control-lines", "echo", "flow", "receivers", "memory", "eight-bit"],
];

function workplace() {
	const folder = testFolder();
	const drive = folder.at("drive");
	mkdirSync(drive);
	return { folder, drive, onDrive: ["--port", "emulator", "--drive", drive] };
}

it("finds the emulated machine well, and leaves its disk as it was", async () => {
	const { drive, onDrive } = workplace();
	const ran = await runZulm(["doctor", ...onDrive, "--json"]);
	const { checks } = ran.json<DoctorResult>();
	expect(ran.exitCode, JSON.stringify(checks)).toBe(0);
	expect(checks.map(({ id }) => id)).toEqual(IDS);
	for (const check of checks) expect(Object.keys(check)).toEqual(["id", "ok", "finding", "remedy"]);
	expect(checks.filter(({ ok }) => ok === false)).toEqual([]);
	expect(checks.find(({ id }) => id === "speed")).toMatchObject({
		ok: null,
		finding: expect.stringMatching(/^skipped: /),
	});
	expect(readdirSync(drive)).not.toContain("ZULMTMP.COM");
});

it("prints a line for each finding, the remedy behind it", async () => {
	const { onDrive } = workplace();
	const { exitCode, stdout, stderr } = await runZulm(["doctor", ...onDrive, "--machine", "bare"]);
	expect(exitCode).toBe(0);
	const lines = stdout.trimEnd().split("\n");
	expect(lines).toHaveLength(IDS.length);
	for (const [index, line] of lines.entries()) expect(line.slice(2)).toMatch(new RegExp(`^${IDS[index]} +\\S`));
	expect(stdout).toMatch(/^! receivers .*PIP and LOAD → .*zulm push types/m);
	expect(stdout).toMatch(/^– memory +skipped: /m);
	expect(stderr).toContain("ZULMTMP.COM");
});

it("does not write to the machine's disk with --no-probe", async () => {
	const { onDrive } = workplace();
	const { exitCode, stdout, stderr } = await runZulm(["doctor", ...onDrive, "--no-probe"]);
	expect(exitCode).toBe(0);
	expect(stdout).toMatch(/^✓ receivers +on the machine: RX$/m);
	expect(stdout).toMatch(/^– memory +skipped: no test program/m);
	expect(stderr).not.toContain("ZULMTMP.COM");
});

it("exits 1 when something stops a deploy", async () => {
	const { onDrive } = workplace();
	const ran = await runZulm([
		"doctor",
		...onDrive,
		"--profile",
		"rc2014-romwbw",
		"--machine",
		"rc2014-stock",
		"--json",
	]);
	expect(ran.json<DoctorResult>().checks.find(({ id }) => id === "receivers")).toMatchObject({ ok: false });
	expect(ran.exitCode).toBe(1);
});

it("exits 3 when nothing is on the port, and says what was not checked", async () => {
	const ran = await runZulm(["doctor", "--port", await deadPort(), "--json"]);
	const { checks } = ran.json<DoctorResult>();
	expect(ran.exitCode).toBe(3);
	expect(checks.filter(({ ok }) => ok === false).map(({ id }) => id)).toEqual(["open"]);
	const unreached = checks.filter(({ finding }) => finding === "skipped: no machine was reached");
	expect(unreached.map(({ id }) => id)).toEqual(IDS.slice(IDS.indexOf("speed")));
});

it("exits 3 for a device that is not there, which it names, and opens no other", async () => {
	const ran = await runZulm(["doctor", "--port", "/dev/zulm-has-no-such-port", "--json"]);
	expect(ran.exitCode).toBe(3);
	const stopped = ran.json<DoctorResult>().checks.filter(({ ok }) => ok === false);
	expect(stopped).toMatchObject([{ finding: expect.stringContaining("/dev/zulm-has-no-such-port") }]);
});

it("does not wait for a prompt where the console is not on the line", async () => {
	const ran = await runZulm(["doctor", "--port", await silentMachine(), "--profile", "pc8801", "--json"]);
	const { checks } = ran.json<DoctorResult>();
	expect(checks.filter(({ finding }) => finding.endsWith("the console of a pc8801 is not on the line"))).not.toEqual(
		[],
	);
	expect(checks.filter(({ ok }) => ok === false)).toEqual([]);
	expect(ran.exitCode).toBe(0);
});

it("refuses what is no port, and an unknown profile, before it looks at anything", async () => {
	const wrongPort = await runZulm(["doctor", "--port", "usb"]);
	expect(wrongPort).toMatchObject({ exitCode: 2, stdout: "" });
	const wrongProfile = await runZulm(["doctor", "--profile", "no-such-profile"]);
	expect(wrongProfile).toMatchObject({ exitCode: 2, stdout: "" });
});

it("stops at Ctrl-C", async () => {
	const { onDrive, drive } = workplace();
	const controller = new AbortController();
	const { exitCode } = await runZulm(["doctor", ...onDrive], {
		signal: controller.signal,
		onStdout: (text) => {
			if (text.includes("echo")) controller.abort();
		},
	});
	expect(exitCode).toBe(130);
	expect(readdirSync(drive)).not.toContain("ZULMTMP.COM");
});
