/**
 * The CCP's command line: upper case, words, file names into FCBs with `*` and `?` (CP/M 2.2 Interface Guide, 2).
 *
 *   "b:star*.c? rest"  →  drive 2, "STAR????C??", ambiguous, position after it
 */
import type { Name11 } from "./file-name.js";

/** What ends a name, besides the end of the line. */
const DELIMITERS = " =_.:;<>";

/** The command is not one: the CCP repeats `word` with a question mark. */
export class CommandError extends Error {
	override readonly name = "CommandError";
	constructor(readonly word: string) {
		super(`${word}?`);
	}
}

export interface NamedFile {
	/** 0 = none given, 1 = A … */
	readonly drive: number;
	/** 11 characters; `?` where any character matches. */
	readonly name: Name11;
	readonly ambiguous: boolean;
}

export class CommandLine {
	private at = 0;
	private wordAt = 0;

	constructor(readonly text: string) {}

	/** What is left, blanks before it included: the tail a program finds at 80h. */
	get rest(): string {
		return this.text.slice(this.at);
	}

	/** The rest from the first blank on: 2.2 gives a program all after its name, whatever ended that. */
	get tail(): string {
		const blank = this.text.slice(this.wordAt).indexOf(" ");
		return blank < 0 ? "" : this.text.slice(this.wordAt + blank);
	}

	/** The next name; blank when the line is over. @throws CommandError for control characters in it. */
	file(): NamedFile {
		this.skipBlanks();
		this.wordAt = this.at;
		let drive = 0;
		if (this.text[this.at + 1] === ":" && !this.isDelimiter(this.at)) {
			drive = this.text.charCodeAt(this.at) - 0x40;
			this.at += 2;
		}
		const stem = this.field(8);
		let type = "   ";
		if (this.text[this.at] === ".") {
			this.at++;
			type = this.field(3);
		}
		const name = stem + type;
		return { drive, name, ambiguous: name.includes("?") };
	}

	/** The next word as a number up to 255. @throws CommandError */
	number(): number {
		this.skipBlanks();
		this.wordAt = this.at;
		const digits = /^\d+/.exec(this.rest)?.[0] ?? "";
		const after = this.text[this.at + digits.length];
		if (digits === "" || Number(digits) > 255 || (after !== undefined && after !== " ")) throw this.error();
		this.at += digits.length;
		return Number(digits);
	}

	/** Takes `=` or `_`. @throws CommandError when something else comes. */
	equals(): void {
		this.skipBlanks();
		if (this.text[this.at] !== "=" && this.text[this.at] !== "_") throw this.error();
		this.at++;
	}

	/** The word at hand, not understood. */
	error(): CommandError {
		return new CommandError(this.text.slice(this.wordAt).split(" ", 1)[0] ?? "");
	}

	private skipBlanks(): void {
		while (this.text[this.at] === " ") this.at++;
	}

	private field(length: number): string {
		let field = "";
		for (; !this.isDelimiter(this.at); this.at++) {
			const character = this.text[this.at] as string;
			if (character === "*") field = field.padEnd(length, "?");
			else if (field.length < length) field += character;
		}
		return field.padEnd(length);
	}

	private isDelimiter(at: number): boolean {
		const character = this.text[at];
		if (character === undefined || DELIMITERS.includes(character)) return true;
		if (character < " ") throw this.error();
		return false;
	}
}
