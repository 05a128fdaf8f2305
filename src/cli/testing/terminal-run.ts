/** The built command on a real terminal (a pty of the optional node-pty), with somebody who answers what it asks. */
import { expect, onTestFinished, type TestContext } from "vitest";
import { shippedFile } from "../locations.js";

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

export interface TerminalRun {
	readonly exitCode: number;
	/** Everything that was shown. */
	readonly screen: string;
}

/**
 * Runs `zulm ARGS` on a terminal. Each of `answers` is typed once its question has appeared after the one before it.
 * Skips the test, loudly and never in CI, where there is no terminal to be had.
 */
export async function runOnTerminal(
	context: TestContext,
	args: readonly string[],
	answers: readonly (readonly [question: string, answer: string])[],
	settings: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<TerminalRun> {
	const pty: PtyPackage | undefined = await import(PTY_PACKAGE).catch(() => undefined);
	if (pty === undefined) {
		expect(process.env.ZULM_REQUIRE_PEERS).not.toBe("1");
		console.warn(`SKIPPED: no terminal without ${PTY_PACKAGE}.`);
		return context.skip();
	}
	const zulm = pty.spawn(process.execPath, [shippedFile("dist/cli/main.js"), ...args], {
		cwd: settings.cwd,
		env: { ...process.env, NO_COLOR: "1", TERM: "xterm", ...settings.env },
		cols: 100,
		rows: 40,
	});
	onTestFinished(() => zulm.kill());
	let screen = "";
	let seen = 0;
	let next = 0;
	zulm.onData((text) => {
		screen += text;
		const [question, answer] = answers[next] ?? [];
		if (question === undefined || answer === undefined) return;
		const at = screen.indexOf(question, seen);
		if (at < 0) return;
		seen = at + question.length;
		next++;
		zulm.write(answer);
	});
	const { exitCode } = await new Promise<{ exitCode: number }>((resolve) => zulm.onExit(resolve));
	return { exitCode, screen };
}
