import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { deployArgs } from "./guided.js";
import { shippedFile } from "./locations.js";
import { testFolder } from "./testing/folder.js";
import { smallModel } from "./testing/small.js";

/** A variable, so that the compiler does not ask for a package that may be absent. */
const PTY_PACKAGE: string = "@lydell/node-pty";

/** The part of the package that is used here. */
interface PtyPackage {
	spawn(file: string, args: readonly string[], options: object): Terminal;
}

interface Terminal {
	onData(listener: (text: string) => void): void;
	onExit(listener: (end: { exitCode: number }) => void): void;
	write(text: string): void;
	kill(): void;
}

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
		const pty: PtyPackage | undefined = await import(PTY_PACKAGE).catch(() => undefined);
		if (pty === undefined) {
			expect(process.env.ZULM_REQUIRE_PEERS).not.toBe("1");
			console.warn(`SKIPPED: no questions on a terminal without ${PTY_PACKAGE}.`);
			context.skip();
			return;
		}
		const folder = testFolder();
		folder.write("mine.npz", await smallModel());
		const zulm = pty.spawn(process.execPath, [shippedFile("dist/cli/main.js")], {
			cwd: folder.path,
			env: { ...process.env, XDG_STATE_HOME: folder.at("state"), NO_COLOR: "1", TERM: "xterm" },
			cols: 100,
			rows: 40,
		});
		onTestFinished(() => zulm.kill());
		// The emulator is the last port of the list, and a list goes round.
		const answers: [string, string][] = [
			["What shall the machine learn?", `${UP}${UP}\r`],
			["Which machine?", `${UP}\r`],
			["Which machine profile?", "\r"],
			["Name of the program", "\r"],
		];
		let screen = "";
		let next = 0;
		zulm.onData((text) => {
			screen += text;
			const [question, answer] = answers[next] ?? [];
			if (question === undefined || answer === undefined || !screen.includes(question)) return;
			next++;
			zulm.write(answer);
		});
		const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => zulm.onExit(resolve));
		expect(exitCode, screen).toBe(0);
		expect(screen).toContain("zulm deploy mine.npz --port emulator --profile emulator --as CHAT.COM");
		expect(screen).toMatch(/✓ chatted/);
		expect(readFileSync(folder.at("state/zulm/drive-a/CHAT.COM")).length).toBeGreaterThan(1000);
	});
});
