/** Runs a command line in process, with streams that remember, and checks what holds for every run. */
import { Readable, Writable } from "node:stream";
import type { Clock } from "../../transport/clock.js";
import { runCli } from "../cli.js";

export interface Ran {
	readonly exitCode: number;
	readonly stdout: string;
	readonly stderr: string;
	/** The one object of --json. */
	json<T = Record<string, unknown>>(): T;
}

export interface RunSettings {
	readonly stdin?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
	readonly tty?: boolean;
	readonly clock?: Clock;
	/** Called with everything written to stderr so far. */
	readonly onStderr?: (text: string) => void;
	/** The same for stdout. */
	readonly onStdout?: (text: string) => void;
}

export async function runZulm(args: readonly string[], settings: RunSettings = {}): Promise<Ran> {
	const stdout = new Sink(settings.onStdout);
	const stderr = new Sink(settings.onStderr);
	const exitCode = await runCli(args, {
		stdin: Readable.from([Buffer.from(settings.stdin ?? "")]),
		stdout: Object.assign(stdout, { isTTY: settings.tty === true }),
		stderr: Object.assign(stderr, { isTTY: settings.tty === true }),
		env: settings.env ?? {},
		signal: settings.signal ?? new AbortController().signal,
		...(settings.clock && { clock: settings.clock }),
	});
	return {
		exitCode,
		stdout: stdout.text,
		stderr: stderr.text,
		json: () => {
			const lines = stdout.text.split("\n");
			if (lines.length !== 2 || lines[1] !== "") throw new Error(`not exactly one line on stdout: ${stdout.text}`);
			return JSON.parse(lines[0] ?? "");
		},
	};
}

class Sink extends Writable {
	text = "";
	readonly #onText: ((text: string) => void) | undefined;

	constructor(onText?: (text: string) => void) {
		super({ decodeStrings: true });
		this.#onText = onText;
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
		this.text += chunk.toString("utf8");
		this.#onText?.(this.text);
		done();
	}
}
