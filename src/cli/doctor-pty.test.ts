/** doctor and term through a real tty, one after the other, to a machine that another process serves. */
import { expect, it } from "vitest";
import type { DoctorResult, TermResult } from "../report/results.js";
import { testFolder } from "./testing/folder.js";
import { startZulm } from "./testing/zulm-process.js";

const REAL_TIME_MS = 120_000;

it("examines a machine on a pseudo-terminal, then talks to it", { timeout: REAL_TIME_MS }, async (context) => {
	const machine = startZulm(["emulate", "--pty", "--drive", testFolder().at("drive")]);
	const port = await machine.firstLine;
	if (port === undefined) {
		const { stderr } = await machine.ended;
		// An absent peer may be skipped, but never in silence and never in CI.
		expect(stderr).toMatch(/pseudo-terminal/);
		expect(process.env.ZULM_REQUIRE_PEERS, stderr).not.toBe("1");
		console.warn(`SKIPPED: no doctor through a real tty here. ${stderr}`);
		context.skip();
		return;
	}
	const doctor = await startZulm(["doctor", "--port", port, "--json"]).ended;
	const { checks } = JSON.parse(doctor.stdout) as DoctorResult;
	expect(doctor.exitCode, doctor.stdout).toBe(0);
	const finding = (id: string) => checks.find((check) => check.id === id);
	// The serving process has the far end open, which does not make the port busy.
	expect(finding("busy")).toMatchObject({ ok: process.platform === "linux" ? true : null, remedy: null });
	expect(finding("control-lines")).toMatchObject({ ok: null });
	for (const id of ["speed", "prompt", "echo", "flow", "receivers", "memory", "eight-bit"]) {
		expect(finding(id), id).toMatchObject({ ok: true });
	}
	// Standard input is at its end: term shows what is there and leaves.
	const term = await startZulm(["term", "--port", port, "--json"]).ended;
	expect(term.exitCode, term.stderr).toBe(0);
	expect(JSON.parse(term.stdout) as TermResult).toMatchObject({ link: { kind: "serial", port }, sent: 0 });
	machine.child.kill("SIGINT");
	expect((await machine.ended).exitCode).toBe(130);
});
