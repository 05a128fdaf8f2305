/**
 * The console of a machine that a test makes up: a line editor that echoes, and answers from a table. For what the
 * emulated machine does not do: other prompts, chatter, other systems' messages, programs waiting for a key.
 */
import { bytesToText, textToBytes } from "../../transport/byte-reader.js";
import type { Link } from "../../transport/link.js";
import { type Loopback, loopback } from "../../transport/simulation/loopback.js";

export interface ScriptedMachineOptions {
	/** Printed after every answer. */
	readonly prompt: string;
	/** What a line gets in answer; undefined: its first word and "?", as CP/M does. */
	readonly answer?: (line: string, machine: ScriptedMachine) => string | undefined;
	/** Typed characters that never arrive, by how many came before. */
	readonly loses?: (index: number) => boolean;
	readonly baud?: number;
}

export class ScriptedMachine {
	readonly link: Link;
	readonly wire: Loopback;
	/** Lines entered so far. */
	readonly lines: string[] = [];
	/** Every key that arrived. */
	keys = "";
	prompt: string;
	/** Set: the next key goes here instead of into the line; its result is printed. */
	onKey: ((key: string) => string) | undefined;
	#line = "";
	#arrived = 0;

	constructor(private readonly options: ScriptedMachineOptions) {
		this.wire = loopback({ baud: options.baud ?? 9600 });
		this.link = this.wire.near;
		this.prompt = options.prompt;
		this.wire.far.onData((bytes) => {
			for (const key of bytesToText(bytes)) if (!options.loses?.(this.#arrived++)) this.#key(key);
		});
	}

	/** Prints now, unasked. */
	print(text: string): void {
		void this.wire.far.write(textToBytes(text));
	}

	/** Prints at a time. */
	printAt(atS: number, text: string): void {
		this.wire.clock.at(atS, () => this.print(text));
	}

	#key(key: string): void {
		this.keys += key;
		if (this.onKey) {
			const handler = this.onKey;
			this.onKey = undefined;
			this.print(handler(key));
		} else if (key === "\x18") this.#line = "";
		else if (key === "\r") this.#enter();
		else {
			this.print(key);
			this.#line += key;
		}
	}

	#enter(): void {
		const line = this.#line;
		this.#line = "";
		if (line === "") {
			this.print(`\r\r\n${this.prompt}`);
			return;
		}
		this.lines.push(line);
		const answer = this.options.answer?.(line, this) ?? `${line.split(" ")[0]?.toUpperCase()}?\r\n`;
		this.print(`\r\r\n${answer}${this.onKey ? "" : `\r\n${this.prompt}`}`);
	}
}
