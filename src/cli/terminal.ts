/**
 * A person's terminal as the machine's: keys go to the line, what comes back goes to the screen, until the leave key.
 *
 *   keys ─► ^] leaves │ ^\ sends a file │ everything else, ^C too ─► line          line ─► screen
 *
 * While a file is sent, keys go nowhere but ^C, which stops it. An emulated machine is kept to real time meanwhile.
 */
import { interrupted, ZulmError } from "../base/errors.js";
import { readFileOrExplain } from "../base/files.js";
import { formatCount, formatSeconds } from "../report/format.js";
import { ByteReader, textToBytes } from "../transport/byte-reader.js";
import { realClock } from "../transport/clock.js";
import type { Link } from "../transport/link.js";
import { sendText } from "../transport/send-text.js";
import { sendXmodem } from "../transport/xmodem/send-xmodem.js";
import type { Session } from "./command.js";
import { failureOf } from "./errors.js";
import { listenToKeys } from "./keyboard.js";
import { describeProgress } from "./narrate.js";

const LEAVE = 0x1d;
const SEND = 0x1c;
const CTRL_C = 0x03;
const ESC = 0x1b;
const CR = 0x0d;
const LF = 0x0a;
const ERASING: ReadonlySet<number> = new Set([0x08, 0x7f]);

/** What a person is told on entry. */
export const KEYS_HELP = "Ctrl-] leaves, Ctrl-\\ sends a file; every other key, Ctrl-C too, goes to the machine.";
const HOW = "\nSend a file: x with XMODEM, t as text, any other key: none. ";
/** An emulated machine moves in steps this long, which nobody feels. */
const EMULATED_STEP_S = 0.02;

export interface TerminalOptions {
	/** Shows bytes from the machine. */
	readonly show: (bytes: Uint8Array) => void;
	/** Keys pass as the terminal sends them. */
	readonly raw: boolean;
}

/** Where a key goes: to the line, to the question how to send, to the name of the file, or nowhere. */
type Mode = "line" | "how" | "name" | "sending";

/** @throws ZulmError `line-lost`, `interrupted` (a signal; ^C is a key like any other) */
export async function runTerminal(session: Session, link: Link, options: TerminalOptions): Promise<void> {
	const terminal = new Terminal(session, link, options);
	try {
		await terminal.run();
	} finally {
		terminal.release();
	}
}

class Terminal {
	#mode: Mode = "line";
	#protocol: "xmodem" | "text" = "xmodem";
	#name = "";
	#sending = new AbortController();
	/** What comes belongs to a transfer. */
	#hidden = false;
	#over = false;
	#end: (error?: unknown) => void = () => {};
	readonly #ended: Promise<void>;
	readonly #cleanUp: (() => void)[] = [];

	constructor(
		private readonly session: Session,
		private readonly link: Link,
		private readonly options: TerminalOptions,
	) {
		this.#ended = new Promise((resolve, reject) => {
			this.#end = (error) => {
				this.#over = true;
				this.#sending.abort();
				if (error === undefined) resolve();
				else reject(error);
			};
		});
	}

	async run(): Promise<void> {
		const { io, signal } = this.session;
		const onAbort = () => this.#end(interrupted());
		signal.addEventListener("abort", onAbort, { once: true });
		this.#cleanUp.push(
			() => signal.removeEventListener("abort", onAbort),
			this.link.onData((bytes) => {
				if (!this.#hidden) this.options.show(bytes);
			}),
			this.link.onClose((error) => this.#end(error ?? new ZulmError("line-lost", "The line was closed."))),
			listenToKeys(
				io,
				this.options.raw,
				(keys) => this.#take(keys),
				() => this.#end(),
			),
		);
		if (this.link.describe().kind === "emulator") void this.#keepRealTime();
		await this.#ended;
	}

	release(): void {
		for (const undo of this.#cleanUp.splice(0)) undo();
	}

	#take(keys: Uint8Array): void {
		let plain: number[] = [];
		const flush = (): void => {
			if (plain.length > 0) this.link.write(Uint8Array.from(plain)).catch((error) => this.#end(error));
			plain = [];
		};
		for (const key of keys) {
			if (this.#mode === "line" && key !== LEAVE && key !== SEND) plain.push(key);
			else {
				flush();
				this.#press(key);
			}
			if (this.#over) return;
		}
		flush();
	}

	/** A key that is not for the machine. */
	#press(key: number): void {
		if (key === LEAVE) this.#end();
		else if (this.#mode === "line") this.#ask("how", HOW);
		else if (this.#mode === "how") this.#chooseProtocol(String.fromCharCode(key).toLowerCase());
		else if (this.#mode === "name") this.#spell(key);
		else if (key === CTRL_C) this.#sending.abort();
	}

	#ask(mode: Mode, question: string): void {
		this.#mode = mode;
		this.session.io.stderr.write(question);
	}

	#chooseProtocol(letter: string): void {
		if (letter === "x" || letter === "t") {
			this.#protocol = letter === "x" ? "xmodem" : "text";
			this.#name = "";
			this.#ask("name", `${this.#protocol}.\nFile: `);
		} else this.#ask("line", "none.\n");
	}

	/** One key of the file's name. */
	#spell(key: number): void {
		const { stderr } = this.session.io;
		if (key === CTRL_C || key === ESC) this.#ask("line", " – none.\n");
		else if (ERASING.has(key)) {
			if (this.#name !== "") stderr.write("\b \b");
			this.#name = this.#name.slice(0, -1);
		} else if (key === CR || key === LF) {
			stderr.write("\n");
			void this.#send(this.#name.trim());
		} else if (key >= 0x20) {
			this.#name += String.fromCharCode(key);
			stderr.write(String.fromCharCode(key));
		}
	}

	async #send(path: string): Promise<void> {
		if (path === "") {
			this.#ask("line", "No file.\n");
			return;
		}
		const { out } = this.session;
		this.#mode = "sending";
		this.#sending = new AbortController();
		const reader = new ByteReader(this.link);
		try {
			const bytes = readFileOrExplain(path);
			if (this.#protocol === "xmodem") await this.#sendXmodem(bytes, reader);
			else await this.#sendText(bytes, reader);
		} catch (error) {
			if (this.#over) return;
			const { message, hint } = failureOf(error);
			out.note(`zulm: not sent: ${message}${hint === null ? "" : ` ${hint}`}`);
		} finally {
			reader.close();
			this.#mode = "line";
		}
	}

	async #sendXmodem(bytes: Uint8Array, reader: ByteReader): Promise<void> {
		const { out } = this.session;
		out.note("Waiting for the machine's receiver, which must have been started; Ctrl-C gives up.");
		let heard = 0;
		this.#hidden = true;
		try {
			const { seconds, retries } = await sendXmodem(this.link, bytes, {
				reader,
				signal: this.#sending.signal,
				onBanner: (text) => {
					this.options.show(textToBytes(text.slice(heard)));
					heard = text.length;
				},
				onProgress: (progress) => out.progress("sending", describeProgress(progress)),
			});
			const again = retries === 0 ? "nothing sent twice" : `${formatCount(retries)} blocks sent again`;
			out.note(`Sent ${formatCount(bytes.length)} bytes in ${formatSeconds(seconds)}, ${again}.`);
		} finally {
			this.#hidden = false;
			// The receiver's last words.
			if (reader.buffered > 0) this.options.show(reader.peek());
		}
	}

	async #sendText(bytes: Uint8Array, reader: ByteReader): Promise<void> {
		const { out } = this.session;
		const { sent, echoed } = await sendText(this.link, bytes, {
			reader,
			signal: this.#sending.signal,
		});
		const doubt = echoed ? "" : "; nothing came back, so the machine may have lost some";
		out.note(`\nSent ${formatCount(sent)} characters${doubt}.`);
	}

	/** The emulated machine's time passes only while somebody waits on its clock. */
	async #keepRealTime(): Promise<void> {
		try {
			while (!this.#over) {
				await realClock.sleep(EMULATED_STEP_S);
				await this.link.clock.sleep(EMULATED_STEP_S);
			}
		} catch (error) {
			this.#end(error);
		}
	}
}
