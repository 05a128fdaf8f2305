/** The built command as a process of its own, as people run it. `npm test` has built it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { onTestFinished } from "vitest";
import { shippedFile } from "../locations.js";

export interface ZulmProcess {
	readonly child: ChildProcess;
	/** The first line on stdout; undefined when it ended without one. */
	readonly firstLine: Promise<string | undefined>;
	/** Resolves at its end. */
	readonly ended: Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }>;
}

export function startZulm(args: readonly string[], env: Readonly<Record<string, string>> = {}): ZulmProcess {
	const command = shippedFile("dist/cli/main.js");
	if (!existsSync(command)) throw new Error("dist is missing: run the tests with npm test, which builds it");
	const child = spawn(process.execPath, [command, ...args], {
		env: { ...process.env, ...env },
		stdio: ["ignore", "pipe", "pipe"],
	});
	onTestFinished(() => {
		child.kill("SIGKILL");
	});
	const text = { stdout: "", stderr: "" };
	let gotLine: (line: string | undefined) => void = () => {};
	const firstLine = new Promise<string | undefined>((resolve) => {
		gotLine = resolve;
	});
	child.stdout.on("data", (chunk: Buffer) => {
		text.stdout += chunk.toString();
		const end = text.stdout.indexOf("\n");
		if (end >= 0) gotLine(text.stdout.slice(0, end));
	});
	child.stderr.on("data", (chunk: Buffer) => {
		text.stderr += chunk.toString();
	});
	const ended = once(child, "close").then(([exitCode]) => {
		gotLine(undefined);
		return { exitCode: exitCode as number | null, ...text };
	});
	return { child, firstLine, ended };
}
