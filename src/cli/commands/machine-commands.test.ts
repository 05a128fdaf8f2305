import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { crc16 } from "../../base/crc16.js";
import { packModel } from "../../cpm/pack.js";
import { upload } from "../../cpm/upload.js";
import { decodeModel } from "../../model/npz.js";
import type { ChatLine, DeployResult, ProgramResult, TimingResult, VerifyResult } from "../../report/results.js";
import { parseCapture } from "../../transport/capture.js";
import { loadProfile } from "../../transport/profile.js";
import { ReplayLink } from "../../transport/testing/replay-link.js";
import { cancellingMachine, deadPort } from "../testing/fake-machine.js";
import { type TestFolder, testFolder } from "../testing/folder.js";
import { runZulm } from "../testing/run.js";
import { SMALL_CORPUS, smallModel } from "../testing/small.js";

const SCRIPT = "# what to ask\nhello\nthanks\n\nwho are you\nwhat on earth\n";
let model: Uint8Array;
let program: Uint8Array;
beforeAll(async () => {
	model = await smallModel();
	program = packModel(decodeModel(model)).image;
});

/** Runs zulm with a drive, a state folder and files of the test's own. */
function workplace() {
	const folder = testFolder();
	const drive = folder.at("drive");
	mkdirSync(drive);
	const paths = {
		model: folder.write("m.npz", model),
		program: folder.write("CHAT.COM", program),
		corpus: folder.write("small.txt", SMALL_CORPUS),
		script: folder.write("script.txt", SCRIPT),
		report: folder.at("report.html"),
		kept: folder.at("state/zulm/drive-a"),
		drive,
	};
	const run = (...args: string[]) => runZulm(args, { env: { XDG_STATE_HOME: folder.at("state") } });
	return { folder, paths, run };
}

describe("deploy", () => {
	it("packs, sends, verifies, chats with, times and reports a model", async () => {
		const { paths, run } = workplace();
		const ran = await run("deploy", paths.model, "--script", paths.script, "--report", paths.report, "--json");
		expect(ran.exitCode).toBe(0);
		const result = ran.json<DeployResult>();
		expect(Object.keys(result)).toEqual([
			"model",
			"program",
			"target",
			"transfer",
			"verify",
			"chat",
			"timing",
			"reportPath",
		]);
		expect(result.target).toMatchObject({ profile: "emulator", emulator: true, clockHz: 7_372_800 });
		const image = readFileSync(paths.report.replace(".html", ".com"));
		expect(result.transfer).toMatchObject({ protocol: "xmodem-crc", blockSize: 1024, bytes: image.length, retries: 0 });
		// 11,520 characters a second is what the line can; XMODEM's overhead and turnaround take some of it.
		expect(result.transfer.bytesPerSecond).toBeGreaterThan(9_000);
		expect(result.transfer.bytesPerSecond).toBeLessThan(11_520);
		const crc = crc16(image).toString(16).toUpperCase().padStart(4, "0");
		expect(result.verify).toEqual({ ok: true, expectedCrc16: crc, deviceCrc16: crc });
		expect(result.chat.slice(0, 3)).toEqual([
			{ query: "hello", reply: "HI THERE", expected: "HI THERE", ok: true },
			{ query: "thanks", reply: "NO PROB", expected: "NO PROB", ok: true },
			{ query: "who are you", reply: "I AM ZULM", expected: "I AM ZULM", ok: true },
		]);
		expect(result.chat[3]?.ok).toBe(true);
		expect(result.timing.effectiveClockHz).toBeGreaterThan(7_372_800 * 0.995);
		expect(result.timing.effectiveClockHz).toBeLessThan(7_372_800 * 1.005);
		expect(result.timing.tStates.perChar.mean).toBeGreaterThan(1000);
		expect(readFileSync(result.reportPath, "utf8")).toContain("4 of 4 replies exact");
		expect(JSON.parse(readFileSync(paths.report.replace(".html", ".json"), "utf8"))).toEqual(result);
		expect(readFileSync(`${paths.kept}/CHAT.COM`)).toEqual(image);
	});

	it("tells people what happened, in order", async () => {
		const { paths, run } = workplace();
		const { stdout, stderr } = await run("deploy", paths.model, "--script", paths.script, "--report", paths.report);
		const steps = [...stdout.matchAll(/^✓ (\w+)/gm)].map((match) => match[1]);
		expect(steps).toEqual(["connected", "read", "packed", "sent", "verified", "chatted", "timed", "report"]);
		expect(stdout).toMatch(/bytes\/s/);
		expect(stdout).toMatch(/> hello +HI THERE ✓/);
		expect(stdout).toMatch(/characters per second/);
		expect(stdout).toContain(paths.report);
		expect(stderr).toContain("using the bundled emulator");
	});

	it("gives the same bytes and the same times on every run", async () => {
		const { paths, run } = workplace();
		const args = ["deploy", paths.model, "--script", paths.script, "--report", paths.report, "--json"];
		const first = (await run(...args)).json();
		expect((await run(...args)).json()).toEqual(first);
	});

	it("trains a corpus first, and keeps model, program and report side by side", async () => {
		const { paths, folder, run } = workplace();
		const ran = await run("deploy", paths.corpus, "--hidden", "16", "--report", paths.report, "--json");
		const result = ran.json<DeployResult>();
		expect(result.model).toMatchObject({ path: folder.at("report.npz"), pairs: 8, seed: 1, train: { reply: 1 } });
		// Nobody wrote a script: one query for each reply of the corpus.
		expect(result.chat.map(({ reply }) => reply)).toEqual(["HI THERE", "SEE YA", "NO PROB", "I AM ZULM"]);
		for (const file of ["report.html", "report.npz", "report.com", "report.json"])
			expect(existsSync(folder.at(file))).toBe(true);
	});

	it("leaves no trace of itself on the machine and the program under the name asked for", async () => {
		const { paths, run } = workplace();
		writeFileSync(`${paths.drive}/TALK.COM`, "old");
		const args = ["deploy", paths.model, "--script", paths.script, "--report", paths.report, "--drive", paths.drive];
		expect((await run(...args, "--as", "talk")).exitCode).toBe(0);
		expect(readFileSync(`${paths.drive}/TALK.COM`).length).toBeGreaterThan(1000);
		expect(existsSync(`${paths.drive}/ZULMTMP.COM`)).toBe(false);
	});

	it("does not fail because the program cannot be kept for later chats", async () => {
		const { paths, folder } = workplace();
		const env = { XDG_STATE_HOME: folder.write("a-file", "") };
		const ran = await runZulm(["deploy", paths.model, "--script", paths.script, "--report", paths.report], { env });
		expect(ran.exitCode, ran.stderr).toBe(0);
		expect(ran.stderr).toContain("not kept for zulm chat --port emulator: Cannot write");
		expect(ran.stderr).not.toContain("Chat with it");
	});

	it("refuses names CP/M cannot start before it does anything", async () => {
		const { paths, run } = workplace();
		for (const name of ["DIR.COM", "TOOLONGANAME", "A*B"]) {
			const ran = await run("deploy", paths.model, "--as", name, "--report", paths.report, "--json");
			expect(ran).toMatchObject({ exitCode: 2 });
			expect(ran.json()).toMatchObject({ error: { code: "name-invalid" } });
		}
		expect(existsSync(paths.report)).toBe(false);
	});
});

describe("after a deploy", () => {
	it("chat, verify and bench find the program on the kept drive", async () => {
		const { paths, run } = workplace();
		await run("deploy", paths.model, "--script", paths.script, "--report", paths.report);
		const com = paths.report.replace(".html", ".com");
		const chat = await run("chat", "--port", "emulator", "--script", paths.script, "--model", paths.model, "--json");
		expect(chat.exitCode).toBe(0);
		expect(chat.json<{ chat: ChatLine[] }>().chat[0]).toEqual({
			query: "hello",
			reply: "HI THERE",
			expected: "HI THERE",
			ok: true,
		});
		const verify = await run("verify", com, "--as", "CHAT.COM", "--port", "emulator", "--json");
		expect(verify).toMatchObject({ exitCode: 0 });
		const bench = await run("bench", com, "--as", "CHAT", "--script", paths.script, "--repeat", "3", "--json");
		const { timing, program: info } = bench.json<{ timing: TimingResult; program: ProgramResult }>();
		expect(bench.stderr).not.toContain("sent ");
		expect(timing.firstChar.n).toBe(12);
		expect(timing.tStates.firstChar.n).toBe(4);
		expect(info).toMatchObject({ path: com, kernel: "column", nonzeroWeights: null });
	});

	it("chat takes queries from standard input, and 1 says that a reply differs from the model's", async () => {
		const { paths, folder, run } = workplace();
		await run("push", paths.program, "--port", "emulator");
		const env = { XDG_STATE_HOME: folder.at("state") };
		const said = await runZulm(["chat", "--port", "emulator"], { env, stdin: "hello\n\nthank you\n" });
		expect(said.stdout).toMatch(/hello +HI THERE\n.*thank you +NO PROB\n/);
		const other = folder.write("other.npz", await smallModel([8, 8]));
		const differs = await run("chat", "--port", "emulator", "--script", paths.script, "--model", other, "--json");
		expect(differs.exitCode).toBe(1);
		expect(differs.json<{ chat: ChatLine[] }>().chat.some(({ ok }) => !ok)).toBe(true);
	});
});

describe("push and verify", () => {
	it("put a program in place of the old one, and log every byte", async () => {
		const { paths, folder, run } = workplace();
		writeFileSync(`${paths.drive}/CHAT.COM`, "old");
		const log = folder.at("line.jsonl");
		const ran = await run("push", paths.program, "--port", "emulator", "--drive", paths.drive, "--log", log, "--json");
		expect(ran.json()).toMatchObject({
			target: { emulator: true },
			transfer: { bytes: program.length, skipped: false, bootstrapped: false },
			verify: { ok: true },
		});
		expect(Buffer.compare(readFileSync(`${paths.drive}/CHAT.COM`), program)).toBe(0);
		const sent = parseCapture(readFileSync(log, "utf8")).filter(({ dir }) => dir === "tx");
		expect(Buffer.concat(sent.map(({ bytes }) => bytes)).length).toBeGreaterThan(program.length);
	});

	it("log what can be replayed: the same bytes go out again, and end in the same result", async () => {
		const { paths, folder, run } = workplace();
		const log = folder.at("line.jsonl");
		await run("push", paths.program, "--port", "emulator", "--drive", paths.drive, "--log", log, "--json");
		const replay = new ReplayLink(parseCapture(readFileSync(log, "utf8")));
		const again = await upload(replay, loadProfile("emulator"), program, { name: "CHAT.COM" });
		expect(again).toMatchObject({ receiver: "rx", verify: { ok: true }, transfer: { retries: 0, skipped: false } });
		expect(replay.finished).toBe(true);
	});

	it("send a program that is there already only when forced", async () => {
		const { paths, run } = workplace();
		const push = (...more: string[]) =>
			run("push", paths.program, "--port", "emulator", "--drive", paths.drive, "--json", ...more);
		const skipped = async (...more: string[]) =>
			(await push(...more)).json<{ transfer: { skipped: boolean } }>().transfer.skipped;
		expect(await skipped()).toBe(false);
		expect(await skipped()).toBe(true);
		expect(await skipped("--force")).toBe(false);
	});

	it("go on when the log cannot, and say so", async (context) => {
		// A device on which every write fails as on a full disk.
		if (!existsSync("/dev/full")) return context.skip();
		const { paths, run } = workplace();
		const ran = await run("push", paths.program, "--port", "emulator", "--log", "/dev/full");
		expect(ran.exitCode, ran.stderr).toBe(0);
		expect(ran.stderr).toBe("  the log /dev/full ends early: the disk is full\n");
	});

	it("notices a program that was changed on the machine after the transfer", async () => {
		const { paths, run } = workplace();
		const where = ["--port", "emulator", "--drive", paths.drive];
		await run("push", paths.program, ...where);
		const damaged = readFileSync(`${paths.drive}/CHAT.COM`);
		damaged[damaged.length >> 1] = (damaged[damaged.length >> 1] as number) ^ 1;
		writeFileSync(`${paths.drive}/CHAT.COM`, damaged);
		const ran = await run("verify", paths.program, ...where, "--json");
		expect(ran.exitCode).toBe(1);
		const result = ran.json<VerifyResult>();
		expect(result).toMatchObject({ ok: false, expectedCrc16: expect.stringMatching(/^[0-9A-F]{4}$/) });
		expect(result.deviceCrc16).not.toBe(result.expectedCrc16);
		expect(ran.stderr).toContain("not verified");
	});

	it("says when the machine does not have the program at all", async () => {
		const { paths, run } = workplace();
		const ran = await run("verify", paths.program, "--port", "emulator", "--json");
		expect(ran.exitCode).toBe(4);
		expect(ran.json()).toMatchObject({ error: { code: "machine-refused" } });
	});

	it("keeps the old program when the disk is full", async () => {
		const { paths, run } = workplace();
		writeFileSync(`${paths.drive}/CHAT.COM`, "old");
		fillDrive(paths.drive);
		const ran = await run("push", paths.program, "--port", "emulator", "--drive", paths.drive, "--json");
		expect(ran.json()).toMatchObject({ error: { code: "disk-full" } });
		expect(ran.exitCode).toBe(4);
		expectOldProgram(paths.drive);
	});

	it("keeps the old program when it may not be replaced", async () => {
		const { paths, run } = workplace();
		writeFileSync(`${paths.drive}/CHAT.COM`, "old");
		chmodSync(`${paths.drive}/CHAT.COM`, 0o444);
		const ran = await run("push", paths.program, "--port", "emulator", "--drive", paths.drive, "--json");
		expect(ran.json()).toMatchObject({ error: { code: "file-read-only" } });
		expect(ran.exitCode).toBe(4);
		expectOldProgram(paths.drive);
	});

	it("ends with 4 when the receiver cancels", async () => {
		const { paths, run } = workplace();
		const ran = await run("push", paths.program, "--port", await cancellingMachine(), "--json");
		expect(ran.json()).toMatchObject({ error: { code: "transfer-cancelled" } });
		expect(ran.exitCode).toBe(4);
	});

	it.each<[string, () => string | Promise<string>, number, string]>([
		["what is no port", () => "ttyUSB0", 2, "usage"],
		["a device that is not there", () => "/dev/no-such-port", 3, "port-unknown"],
		["a TCP port on which nobody listens", deadPort, 3, "port-unknown"],
	])("refuses %s and never takes another", async (_, port, exitCode, code) => {
		const { paths, run } = workplace();
		const where = await port();
		const withDrive = await run("push", paths.program, "--port", where, "--drive", paths.drive, "--json");
		expect(withDrive.json()).toMatchObject({ error: { code: "usage" } });
		const ran = await run("push", paths.program, "--port", where, "--json");
		expect(ran.json()).toMatchObject({ error: { code } });
		expect(ran.exitCode).toBe(exitCode);
		expect(existsSync(paths.kept)).toBe(false);
	});

	it("refuses a drive that is no folder", async () => {
		const { paths, run } = workplace();
		for (const command of [
			["push", paths.program, "--port", "emulator"],
			["emulate", "--tcp", "0"],
		]) {
			const ran = await run(...command, "--drive", paths.model, "--json");
			expect(ran.json()).toMatchObject({ error: { code: "file-unwritable" } });
			expect(ran).toMatchObject({ exitCode: 2 });
		}
	});

	it("refuses wrong files and names before any machine is touched", async () => {
		const { paths, folder, run } = workplace();
		for (const args of [
			["push", paths.program, "--as", "A*.COM"],
			["verify", paths.program, "--as", "TOOLONGANAME"],
			["verify", paths.script],
			["bench", paths.script],
			["bench", folder.at("none.npz")],
		]) {
			const ran = await run(...args, "--port", "emulator");
			expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
		}
		expect(existsSync(paths.kept)).toBe(false);
	});

	it("refuses files that are not there, not programs of ours, or too large", async () => {
		const { paths, folder, run } = workplace();
		expect((await run("push", folder.at("none.com"), "--port", "emulator")).exitCode).toBe(2);
		const text = folder.write("TEXT.COM", "hello");
		expect((await run("verify", text, "--port", "emulator", "--json")).json()).toMatchObject({
			error: { code: "program-malformed" },
		});
		const large = folder.write("LARGE.COM", new Uint8Array(60_000));
		expect((await run("push", large, "--port", "emulator", "--json")).json()).toMatchObject({
			error: { code: "program-too-large" },
		});
		expect((await run("bench", paths.script, "--port", "emulator", "--json")).json()).toMatchObject({
			error: { code: "program-malformed" },
		});
	});
});

describe("run, ports and emulate", () => {
	it("run gives a program its arguments and input, and passes its output on", async () => {
		const { paths, run } = workplace();
		expect(await run("run", paths.program, "who", "are", "you")).toMatchObject({
			exitCode: 0,
			stdout: "I AM ZULM\r\n",
		});
		const json = (await run("run", paths.program, "/V", "--json")).json<{ tStates: number; output: string }>();
		expect(json.output).toMatch(/^ZULM CHAT [0-9A-F]{8} \d+ [0-9A-F]{4} OK\r\n$/);
		expect(json.tStates).toBeGreaterThan(program.length);
		const talked = await runZulm(["run", paths.program], { stdin: "hello\n!\n" });
		expect(talked.stdout).toMatch(/> hello\r?\n?.*HI THERE\r\n> /s);
	});

	it("run refuses an empty file: CP/M would run what is left in memory", async () => {
		const { folder } = workplace();
		const ran = await runZulm(["run", folder.write("EMPTY.COM", ""), "--json"]);
		expect(ran.json()).toMatchObject({ error: { code: "program-malformed" } });
	});

	it("ports lists without failing where there are none", async () => {
		const ran = await runZulm(["ports", "--json"]);
		expect(ran.exitCode).toBe(0);
		expect(Array.isArray(ran.json<{ ports: unknown[] }>().ports)).toBe(true);
	});

	it("emulate --json says where the machine is as soon as it is there", async () => {
		const { paths } = workplace();
		const controller = new AbortController();
		const args = ["emulate", "--tcp", "0", "--drive", paths.drive, "--json"];
		const ran = await runZulm(args, { signal: controller.signal, onStdout: () => controller.abort() });
		expect(ran.exitCode).toBe(130);
		expect(ran.stdout.split("\n")[0]).toMatch(/^\{/);
		expect(JSON.parse(ran.stdout.split("\n")[0] as string)).toEqual({
			port: expect.stringMatching(/^tcp:\/\/127\.0\.0\.1:\d+$/),
			machine: "rc2014",
			clockHz: 7_372_800,
			baud: 115_200,
			drive: paths.drive,
		});
	});

	it("emulate wants to know where, and only one place", async () => {
		expect((await runZulm(["emulate"])).exitCode).toBe(2);
		expect((await runZulm(["emulate", "--pty", "--tcp", "0"])).exitCode).toBe(2);
	});
});

/**
 * Leaves less room than any program needs: the drive of a folder holds 8 MB, and takes files in order of name while they
 * fit, so halving sizes fill what is left.
 */
function fillDrive(drive: string): void {
	const sizes = [...new Array<number>(8).fill(2 ** 20), ...Array.from({ length: 8 }, (_, i) => 2 ** (19 - i))];
	for (const [i, size] of sizes.entries()) writeFileSync(`${drive}/Z${10 + i}.BIN`, new Uint8Array(size));
}

function expectOldProgram(drive: TestFolder["path"]): void {
	expect(readFileSync(`${drive}/CHAT.COM`, "latin1").slice(0, 3)).toBe("old");
	expect(existsSync(`${drive}/ZULMTMP.COM`)).toBe(false);
}
