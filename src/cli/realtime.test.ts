/** What can only go wrong on a line of its own: silence, a cable that is pulled, Ctrl-C. In real time, over TCP. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { packModel } from "../cpm/pack.js";
import { decodeModel } from "../model/npz.js";
import { READER_LEFT } from "./io.js";
import { answeringMachine, fastClock, silentMachine, unpluggedAfter } from "./testing/fake-machine.js";
import { testFolder } from "./testing/folder.js";
import { runZulm } from "./testing/run.js";
import { smallModel } from "./testing/small.js";

let program: Uint8Array;
beforeAll(async () => {
	program = packModel(decodeModel(await smallModel())).image;
});

function driveWithOldProgram() {
	const folder = testFolder();
	const drive = folder.at("drive");
	mkdirSync(drive);
	writeFileSync(`${drive}/CHAT.COM`, "old");
	return { folder, drive, path: folder.write("CHAT.COM", program) };
}

/** `zulm emulate --tcp 0` in this process, until the test is over. @returns its address */
async function emulate(drive: string): Promise<string> {
	const controller = new AbortController();
	let ready: (address: string) => void = () => {};
	const address = new Promise<string>((resolve) => {
		ready = resolve;
	});
	const ended = runZulm(["emulate", "--tcp", "0", "--drive", drive], {
		signal: controller.signal,
		onStdout: (text) => ready(text.trim()),
	});
	onTestFinished(async () => {
		controller.abort();
		expect((await ended).exitCode).toBe(130);
	});
	return address;
}

it("ends with 3 when the machine never answers", async () => {
	const { path } = driveWithOldProgram();
	const clock = fastClock(100);
	const ran = await runZulm(["push", path, "--port", await silentMachine(), "--json"], { clock });
	expect(ran.json()).toMatchObject({ error: { code: "no-answer" } });
	expect(ran.exitCode).toBe(3);
	expect(ran.stderr).toMatch(/does not answer/);
});

it.each(["push", "chat"])(
	"%s shows the control sequences of a machine that is none of ours, and never sends them on",
	async (command) => {
		const { path } = driveWithOldProgram();
		const shouting = await answeringMachine("\x1b[2J\x1b]0;owned\x07HELLO\x9b31m\r\n");
		const args = command === "push" ? [path] : ["--script", path];
		const ran = await runZulm([command, ...args, "--port", shouting], {
			clock: fastClock(20),
			tty: true,
			env: { NO_COLOR: "1" },
		});
		expect(ran.exitCode).toBe(3);
		expect(ran.stderr).toContain("\\e[2J");
		// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
		expect((ran.stdout + ran.stderr).replaceAll("\r\x1b[K", "")).not.toMatch(/[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]/);
	},
);

it("ends with 3 when the port disappears in mid-transfer, and the old program is still there", async () => {
	const { drive, path } = driveWithOldProgram();
	const address = await unpluggedAfter(await emulate(drive), 3000);
	const ran = await runZulm(["push", path, "--port", address, "--profile", "emulator", "--retries", "0", "--json"]);
	expect(ran.json()).toMatchObject({ error: { code: "line-lost" } });
	expect(ran.exitCode).toBe(3);
	expect(ran.stderr).toContain("was lost");
	expect(readFileSync(`${drive}/CHAT.COM`, "latin1")).toBe("old");
});

it("begins again when the cable comes back, and counts it", async () => {
	const { drive, path } = driveWithOldProgram();
	const address = await unpluggedAfter(await emulate(drive), 20, 1);
	const ran = await runZulm(["push", path, "--port", address, "--profile", "emulator", "--json"]);
	expect(ran.exitCode, ran.stderr).toBe(0);
	expect(ran.json()).toMatchObject({ transfer: { restarts: 1, skipped: false }, verify: { ok: true } });
	expect(Buffer.compare(readFileSync(`${drive}/CHAT.COM`), program)).toBe(0);
});

it("says on Ctrl-C that it brings the machine back, because that takes seconds", async () => {
	const { path } = driveWithOldProgram();
	const controller = new AbortController();
	const ran = await runZulm(["push", path, "--port", await silentMachine()], {
		signal: controller.signal,
		onStdout: () => controller.abort(),
		clock: fastClock(100),
	});
	expect(ran.exitCode).toBe(130);
	expect(ran.stderr).toContain("Stopping: bringing the machine back to its prompt.");
});

it("stops without a word when nobody reads its output any more, and leaves the machine at its prompt", async () => {
	const { drive, path } = driveWithOldProgram();
	const controller = new AbortController();
	const ran = await runZulm(["push", path, "--port", "emulator", "--drive", drive], {
		signal: controller.signal,
		onStdout: () => controller.abort(READER_LEFT),
	});
	expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
	expect(readFileSync(`${drive}/CHAT.COM`, "latin1")).toBe("old");
	expect(existsSync(`${drive}/ZULMTMP.COM`)).toBe(false);
});

it("ends with 130 on Ctrl-C in mid-transfer, at the machine's prompt and with the old program", async () => {
	const { drive, path } = driveWithOldProgram();
	const controller = new AbortController();
	const ran = await runZulm(["push", path, "--port", "emulator", "--drive", drive, "--json"], {
		signal: controller.signal,
		tty: true,
		env: { NO_COLOR: "1" },
		onStderr: (text) => text.includes("sending") && controller.abort(),
	});
	expect(ran.json()).toMatchObject({ error: { code: "interrupted" } });
	expect(ran.exitCode).toBe(130);
	// The progress line is taken away before anything else is said.
	expect(ran.stderr.endsWith("\r\u001b[Kzulm: Interrupted.\n")).toBe(true);
	expect(readFileSync(`${drive}/CHAT.COM`, "latin1")).toBe("old");
	expect(existsSync(`${drive}/ZULMTMP.COM`)).toBe(false);
});
