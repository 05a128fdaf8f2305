/**
 * PIP's command: what goes where, and how (CP/M 2.2 manual, 1.6.4).
 *
 *   X.HEX=CON:[H]  ─►  to file X.HEX, from device CON with H          B:=A:X.COM   A:ALL.TXT=ONE.TXT,TWO.TXT
 *
 * Errors remember how far the command had been understood, for PIP repeats the piece at which it stopped. Does not know
 * wild cards, nor the parameters that take a text (S, Q) or a number (D, G, P, T).
 */
import type { NamedFile } from "../command-line.js";

export const DEVICES = ["CON", "RDR", "PUN", "LST", "NUL", "EOF"] as const;
export type Device = (typeof DEVICES)[number];

export type Place =
	| { readonly kind: "device"; readonly device: Device }
	| { readonly kind: "file"; readonly file: NamedFile };

export interface Source {
	readonly place: Place;
	/** Letters of the parameters. */
	readonly parameters: ReadonlySet<string>;
	/** The piece of the command that named it, from the separator on. */
	readonly text: string;
}

export interface PipCommand {
	readonly target: Place;
	readonly targetText: string;
	readonly sources: readonly Source[];
}

/** `message: piece`, as PIP prints it. */
export class PipError extends Error {
	override readonly name = "PipError";
	constructor(
		message: string,
		readonly piece: string,
	) {
		super(message);
	}
}

const DELIMITERS = " =.:;,<>_[]";
const PARAMETERS = "BEFHILNORUVWZ";
const BLANK_NAME = " ".repeat(11);

/** @param text the command, upper case. @throws PipError */
export function parsePipCommand(text: string): PipCommand {
	const scanner = new Scanner(text);
	const target = scanner.place();
	const targetText = scanner.piece;
	scanner.begin();
	scanner.separator("=_");
	const sources: Source[] = [];
	do {
		const place = scanner.place();
		sources.push({ place: namedAfter(place, target), parameters: scanner.parameters(), text: scanner.piece });
		scanner.begin();
	} while (scanner.takeIf(","));
	if (!scanner.over) throw scanner.error("INVALID SEPARATOR");
	const first = sources[0]?.place as Place;
	return { target: namedAfter(target, first), targetText, sources };
}

/** `B:` alone takes its name from the other side. */
function namedAfter(place: Place, other: Place): Place {
	if (place.kind === "device" || place.file.name !== BLANK_NAME || other.kind === "device") return place;
	return { kind: "file", file: { ...other.file, drive: place.file.drive } };
}

class Scanner {
	private at = 0;
	private start = 0;

	constructor(private readonly text: string) {
		this.skipBlanks();
		this.start = this.at;
	}

	/** A new piece of the command begins here. */
	begin(): void {
		this.skipBlanks();
		this.start = this.at;
	}

	/** What has been read of the piece at hand. */
	get piece(): string {
		return this.text.slice(this.start, this.at);
	}

	get over(): boolean {
		this.skipBlanks();
		return this.at >= this.text.length;
	}

	error(message: string): PipError {
		this.at = Math.min(this.at + 1, this.text.length);
		return new PipError(message, this.piece);
	}

	takeIf(character: string): boolean {
		this.skipBlanks();
		if (this.text[this.at] !== character) return false;
		this.at++;
		return true;
	}

	separator(characters: string): void {
		this.skipBlanks();
		if (!characters.includes(this.text[this.at] ?? "?")) throw this.error("INVALID FORMAT");
		this.at++;
	}

	place(): Place {
		this.skipBlanks();
		const word = this.word(8);
		if (this.text[this.at] === ":") {
			this.at++;
			const device = DEVICES.find((name) => name === word);
			if (device !== undefined) return { kind: "device", device };
			if (!/^[A-P]$/.test(word)) throw this.error("INVALID FORMAT");
			return { kind: "file", file: this.fileName(word.charCodeAt(0) - 0x40, this.word(8)) };
		}
		if (word === "") throw this.error("INVALID FORMAT");
		return { kind: "file", file: this.fileName(0, word) };
	}

	/** `[…]` directly behind a source. @throws PipError */
	parameters(): Set<string> {
		const letters = new Set<string>();
		if (this.text[this.at] !== "[") return letters;
		for (this.at++; this.at < this.text.length && this.text[this.at] !== "]"; this.at++) {
			const letter = this.text[this.at] as string;
			if (letter === " ") continue;
			if (!PARAMETERS.includes(letter)) throw this.error("BAD PARAMETER");
			letters.add(letter);
		}
		this.at++;
		return letters;
	}

	private fileName(drive: number, stem: string): NamedFile {
		let type = "";
		if (this.text[this.at] === ".") {
			this.at++;
			type = this.word(3);
		}
		const name = stem.padEnd(8) + type.padEnd(3);
		if (/[*?]/.test(name)) throw this.error("INVALID FORMAT");
		return { drive, name, ambiguous: false };
	}

	/** Up to a delimiter. @throws PipError when it is longer than `length`. */
	private word(length: number): string {
		const start = this.at;
		while (this.at < this.text.length && !DELIMITERS.includes(this.text[this.at] as string)) {
			if (this.at - start === length) throw this.error("INVALID FORMAT");
			this.at++;
		}
		return this.text.slice(start, this.at);
	}

	private skipBlanks(): void {
		while (this.text[this.at] === " ") this.at++;
	}
}
