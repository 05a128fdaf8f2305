/**
 * Lines of text from a machine, where lines are what is wanted: the answer to `/V`, LOAD's figures, a log.
 *
 *   link.onData ──► ReadlineParser (split at LF) ──► CR removed ──► nextLine
 *
 * What has no line end yet (a prompt) is not a line. Bytes 80h–FFh come as the characters U+0080–U+00FF.
 */
import { ReadlineParser } from "@serialport/parser-readline";
import { ZulmError } from "../base/errors.js";
import type { Link } from "./link.js";
import { Wakeup } from "./wakeup.js";

export class LineReader {
	readonly #link: Link;
	readonly #lines: string[] = [];
	readonly #parser = new ReadlineParser({ delimiter: "\n", encoding: "latin1" });
	readonly #wakeup = new Wakeup();
	#lost: ZulmError | undefined;
	readonly #stopListening: () => void;

	constructor(link: Link) {
		this.#link = link;
		this.#parser.on("data", (line: string) => {
			// CP/M ends lines with CR LF, some programs with LF CR or CR CR LF.
			this.#lines.push(line.replaceAll("\r", ""));
			this.#wakeup.wake();
		});
		const stopData = link.onData((bytes) => this.#parser.write(Buffer.from(bytes)));
		const stopClose = link.onClose((error) => {
			const { port } = link.describe();
			this.#lost = error ?? new ZulmError("line-lost", `The line ${port} was closed while lines were read from it.`);
			this.#wakeup.wake();
		});
		this.#stopListening = () => {
			stopData();
			stopClose();
		};
	}

	/**
	 * The next line without its line end (possibly empty), or undefined when none ends within `timeoutS` seconds.
	 * @throws ZulmError `line-lost` when the line has gone and all lines are read, `interrupted`
	 */
	async nextLine(timeoutS: number, signal?: AbortSignal): Promise<string | undefined> {
		if (this.#lines.length === 0 && !this.#lost) await this.#wakeup.wait(this.#link.clock, timeoutS, signal);
		const line = this.#lines.shift();
		if (line === undefined && this.#lost) throw this.#lost;
		return line;
	}

	/** The lines that have ended and nobody has taken yet. */
	take(): string[] {
		return this.#lines.splice(0);
	}

	/** Stops listening. The link stays open. */
	close(): void {
		this.#stopListening();
		this.#wakeup.close();
		this.#parser.destroy();
	}
}
