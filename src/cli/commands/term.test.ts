import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { TermResult } from "../../report/results.js";
import { parseCapture } from "../../transport/capture.js";
import { runCli } from "../cli.js";
import { deadPort } from "../testing/fake-machine.js";
import { testFolder } from "../testing/folder.js";
import { runZulm } from "../testing/run.js";

function workplace() {
	const folder = testFolder();
	const drive = folder.at("drive");
	mkdirSync(drive);
	return { folder, drive, onDrive: ["--port", "emulator", "--drive", drive] };
}

/** A person at a terminal: types when something has appeared. */
class Person {
	screen = "";
	notes = "";
	/** What the terminal was set to, in order. */
	readonly rawModes: boolean[] = [];
	readonly exitCode: Promise<number>;
	readonly #keyboard = new PassThrough();
	readonly #abort = new AbortController();
	#waiting: (() => void)[] = [];

	constructor(args: readonly string[]) {
		const stdin = Object.assign(this.#keyboard, { isTTY: true, setRawMode: (raw: boolean) => this.rawModes.push(raw) });
		const stdout = Object.assign(new PassThrough(), { isTTY: true });
		const stderr = Object.assign(new PassThrough(), { isTTY: true });
		stdout.on("data", (chunk: Buffer) => {
			this.screen += chunk.toString();
			this.#wake();
		});
		stderr.on("data", (chunk: Buffer) => {
			this.notes += chunk.toString();
			this.#wake();
		});
		this.exitCode = runCli(args, { stdin, stdout, stderr, env: { NO_COLOR: "1" }, signal: this.#abort.signal });
	}

	type(keys: string | Uint8Array): void {
		this.#keyboard.write(keys);
	}

	interrupt(): void {
		this.#abort.abort();
	}

	/** Waits until the screen ends with `text`. */
	async sees(text: string): Promise<void> {
		while (!this.screen.endsWith(text)) await new Promise<void>((seen) => this.#waiting.push(seen));
	}

	async isTold(text: string): Promise<void> {
		while (!this.notes.includes(text)) await new Promise<void>((seen) => this.#waiting.push(seen));
	}

	#wake(): void {
		for (const seen of this.#waiting.splice(0)) seen();
	}
}

const LEAVE = "\x1d";
const SEND = "\x1c";

describe("at a terminal", () => {
	it("says how to leave, passes keys on, and gives the terminal back", async () => {
		const { onDrive } = workplace();
		const person = new Person(["term", ...onDrive]);
		await person.sees("A>");
		expect(person.notes).toContain("Ctrl-] leaves, Ctrl-\\ sends a file");
		expect(person.rawModes).toEqual([true]);
		person.type("dir rx.com\r");
		await person.sees("A: RX       COM\r\nA>");
		person.type(LEAVE);
		expect(await person.exitCode).toBe(0);
		expect(person.rawModes).toEqual([true, false]);
	});

	it("sends Ctrl-C to the machine and stays", async () => {
		const { onDrive } = workplace();
		const person = new Person(["term", ...onDrive]);
		await person.sees("A>");
		// At the start of the line ^C is CP/M's warm boot.
		person.type("\x03");
		await person.sees("^C\r\nA>");
		person.type(LEAVE);
		expect(await person.exitCode).toBe(0);
	});

	it("sends a file with XMODEM to a receiver that was started", async () => {
		const { onDrive, folder, drive } = workplace();
		const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
		const file = folder.write("all-bytes", bytes);
		const person = new Person(["term", ...onDrive]);
		await person.sees("A>");
		person.type("RX BYTES.BIN\r");
		person.type(`${SEND}x${file}\r`);
		await person.isTold("Sent 256 bytes");
		await person.sees("A>");
		expect(person.screen).toContain("RX OK 2 records");
		person.type(LEAVE);
		expect(await person.exitCode).toBe(0);
		expect(new Uint8Array(readFileSync(`${drive}/BYTES.BIN`))).toEqual(bytes);
	});

	it("sends a file as text, at the machine's pace", async () => {
		const { onDrive, folder } = workplace();
		const file = folder.write("lines.txt", "DIR *.HEX\nDIR RX.COM\r\n");
		const person = new Person(["term", ...onDrive]);
		await person.sees("A>");
		// Backspace corrects the name.
		person.type(`${SEND}t${file}!\x7f\r`);
		await person.isTold("Sent 21 characters.");
		expect(person.screen).toMatch(/A>DIR \*\.HEX[\r\n]+NO FILE[\r\n]+A>DIR RX\.COM[\r\n]+A: RX {7}COM/);
		person.type(LEAVE);
		expect(await person.exitCode).toBe(0);
	});

	it("says what it could not send, and goes on", async () => {
		const { onDrive, folder } = workplace();
		const person = new Person(["term", ...onDrive]);
		await person.sees("A>");
		person.type(`${SEND}q`);
		await person.isTold("none.");
		person.type(`${SEND}x${folder.at("nothing.bin")}\r`);
		await person.isTold("not sent: Cannot read the file");
		person.type(`${SEND}t\x03`);
		person.type("DIR *.HEX\r");
		await person.sees("NO FILE\r\nA>");
		person.type(LEAVE);
		expect(await person.exitCode).toBe(0);
	});

	it("gives up sending at Ctrl-C, and stays", async () => {
		const { onDrive, folder } = workplace();
		const file = folder.write("file", "x");
		const person = new Person(["term", ...onDrive]);
		await person.sees("A>");
		person.type(`${SEND}x${file}\r`);
		await person.isTold("Waiting for the machine's receiver");
		person.type("\x03");
		await person.isTold("not sent: Interrupted.");
		person.type(LEAVE);
		expect(await person.exitCode).toBe(0);
	});

	it("ends with 130 at a signal, the terminal as it was", async () => {
		const { onDrive } = workplace();
		const person = new Person(["term", ...onDrive]);
		await person.sees("A>");
		person.interrupt();
		expect(await person.exitCode).toBe(130);
		expect(person.rawModes).toEqual([true, false]);
	});
});

describe("without a terminal", () => {
	it("types the lines of standard input and ends with them", async () => {
		const { onDrive, folder } = workplace();
		const log = folder.at("log.jsonl");
		const ran = await runZulm(["term", ...onDrive, "--log", log], { stdin: "DIR *.HEX\nDIR RX.COM\n" });
		expect(ran.exitCode).toBe(0);
		expect(ran.stdout).toMatch(/A>DIR \*\.HEX[\r\n]+NO FILE[\r\n]+A>DIR RX\.COM[\r\n]+A: RX {7}COM[\r\n]+A>$/);
		const sent = parseCapture(readFileSync(log, "utf8")).filter(({ dir }) => dir === "tx");
		expect(Buffer.concat(sent.map(({ bytes }) => bytes)).toString()).toBe("DIR *.HEX\rDIR RX.COM\r");
	});

	it("shows the machine's control sequences, and passes them on with --raw", async () => {
		const { onDrive, folder } = workplace();
		folder.write("drive/ESC.TXT", "\x1b[31mred\x07 \xb1\x1a");
		const shown = await runZulm(["term", ...onDrive], { stdin: "TYPE ESC.TXT\n" });
		expect(shown.stdout).toContain("\\e[31mred\\x07");
		expect(shown.stdout).not.toContain("\x1b");
		const raw = await runZulm(["term", ...onDrive, "--raw"], { stdin: "TYPE ESC.TXT\n" });
		expect(raw.stdout).toContain("\x1b[31mred\x07");
	});

	it("prints one object with --json", async () => {
		const { onDrive } = workplace();
		const ran = await runZulm(["term", ...onDrive, "--json"], { stdin: "DIR\n" });
		const { link, sent, received } = ran.json<TermResult>();
		expect(link).toMatchObject({ kind: "emulator", baud: 115_200 });
		expect(sent).toBe(4);
		expect(received).toBeGreaterThan(20);
		expect(ran.stderr).toContain("A: RX");
	});

	it("says when there is nobody on the port", async () => {
		const ran = await runZulm(["term", "--port", await deadPort()], { stdin: "DIR\n" });
		expect(ran.exitCode).toBe(3);
	});

	it("keeps nothing it was not asked to keep", async () => {
		const { onDrive, folder } = workplace();
		await runZulm(["term", ...onDrive], { stdin: "" });
		expect(existsSync(folder.at("log.jsonl"))).toBe(false);
	});
});
