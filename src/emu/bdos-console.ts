/**
 * The BDOS's console: columns and tabs, ^S and ^C during output, ^P, and the line editor of function 10
 * (CP/M 2.2 Interface Guide, functions 1–11; checked against captures of a real 2.2).
 *
 *   line editor:  ^H back up   DEL take back and echo   ^X erase line   ^U new line, `#`   ^R retype   ^E break   ^P print
 *                 ^C at the start: warm boot            CR, LF: done
 *
 * One character of type-ahead: output looks for ^S and keeps whatever else it finds for the next console input, where
 * functions 6 and the BIOS do not see it.
 */
import type { Bios } from "./bios.js";
import { type Native, WarmBoot } from "./native.js";

const CTRL_C = 0x03;
const CTRL_E = 0x05;
const BACKSPACE = 0x08;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const CTRL_P = 0x10;
const CTRL_R = 0x12;
const CTRL_S = 0x13;
const CTRL_U = 0x15;
const CTRL_X = 0x18;
const SPACE = 0x20;
const DEL = 0x7f;

export class BdosConsole {
	private column = 0;
	private typeAhead: number | undefined;
	private printing = false;

	constructor(private readonly bios: Bios) {}

	boot(): void {
		this.column = 0;
		this.typeAhead = undefined;
		this.printing = false;
	}

	/** Function 1. */
	*inputWithEcho(): Native<number> {
		const byte = yield* this.input();
		if (byte >= SPACE || isLayout(byte)) yield* this.output(byte);
		return byte;
	}

	/** Function 2: expands tabs. */
	*output(byte: number): Native<void> {
		if (byte !== TAB) {
			yield* this.outputRaw(byte);
			return;
		}
		do yield* this.outputRaw(SPACE);
		while ((this.column & 7) !== 0);
	}

	/** Function 6. @returns what A holds afterwards. */
	*direct(e: number): Native<number> {
		if (e === 0xff) {
			if (!(yield* this.bios.consoleStatus())) return 0;
			return this.bios.handOver(yield* this.bios.consoleInput());
		}
		if (e === 0xfe) return (yield* this.bios.consoleStatus()) ? 0xff : 0;
		yield* this.bios.consoleOutput(e);
		return 0;
	}

	/** Function 11, and what every output does first. @returns whether a character waits. */
	*status(): Native<boolean> {
		if (this.typeAhead !== undefined) return true;
		if (!(yield* this.bios.consoleStatus())) return false;
		const byte = yield* this.bios.consoleInput();
		if (byte !== CTRL_S) {
			this.typeAhead = byte;
			return true;
		}
		if ((yield* this.bios.consoleInput()) === CTRL_C) throw new WarmBoot();
		return false;
	}

	/** A character, not echoed: the key after a disk error. */
	*input(): Native<number> {
		const byte = this.typeAhead;
		this.typeAhead = undefined;
		return this.bios.handOver(byte ?? (yield* this.bios.consoleInput()));
	}

	*print(text: string): Native<void> {
		for (let i = 0; i < text.length; i++) yield* this.output(text.charCodeAt(i));
	}

	*newLine(): Native<void> {
		yield* this.print("\r\n");
	}

	/**
	 * Function 10.
	 * @param max most characters it takes; it returns by itself when it has them.
	 * @returns the characters without the CR, bit 7 off.
	 */
	*readLine(max: number): Native<number[]> {
		let start = this.column;
		const line: number[] = [];
		for (;;) {
			const byte = (yield* this.input()) & 0x7f;
			if (byte === CR || byte === LF) break;
			if (byte === BACKSPACE) yield* this.backUp(line, start);
			else if (byte === DEL) yield* this.rubOut(line);
			else if (byte === CTRL_E) {
				yield* this.newLine();
				start = 0;
			} else if (byte === CTRL_P) this.printing = !this.printing;
			else if (byte === CTRL_X) yield* this.eraseLine(line, start);
			else if (byte === CTRL_U) yield* this.dropLine(line, start);
			else if (byte === CTRL_R) yield* this.retype(line, start);
			else {
				line.push(byte);
				yield* this.echo(byte);
				if (byte === CTRL_C && line.length === 1) throw new WarmBoot();
				if (line.length >= max) break;
			}
		}
		yield* this.output(CR);
		return line;
	}

	private *outputRaw(byte: number): Native<void> {
		yield* this.status();
		yield* this.bios.consoleOutput(byte);
		if (this.printing) yield* this.bios.list(byte);
		this.column = columnAfter(this.column, byte);
	}

	/** Control characters as ^A. */
	private *echo(byte: number): Native<void> {
		if (byte < SPACE && !isLayout(byte)) {
			yield* this.outputRaw(0x5e);
			yield* this.outputRaw(byte | 0x40);
		} else {
			yield* this.output(byte);
		}
	}

	private *backUp(line: number[], start: number): Native<void> {
		if (line.length === 0) return;
		line.pop();
		yield* this.backUpTo(columnOfLine(line, start));
	}

	private *backUpTo(column: number): Native<void> {
		while (this.column > column) {
			for (const byte of [BACKSPACE, SPACE, BACKSPACE]) yield* this.bios.consoleOutput(byte);
			this.column--;
		}
	}

	private *rubOut(line: number[]): Native<void> {
		const byte = line.pop();
		if (byte !== undefined) yield* this.echo(byte);
	}

	private *eraseLine(line: number[], start: number): Native<void> {
		line.length = 0;
		yield* this.backUpTo(start);
	}

	private *dropLine(line: number[], start: number): Native<void> {
		line.length = 0;
		yield* this.startAgain(start);
	}

	private *retype(line: readonly number[], start: number): Native<void> {
		yield* this.startAgain(start);
		for (const byte of line) yield* this.echo(byte);
	}

	/** `#`, a new line, and spaces to where the line began. */
	private *startAgain(start: number): Native<void> {
		yield* this.print("#\r\n");
		while (this.column < start) yield* this.outputRaw(SPACE);
	}
}

/** Control characters that are echoed as they are. */
function isLayout(byte: number): boolean {
	return byte === CR || byte === LF || byte === TAB || byte === BACKSPACE;
}

/** As the BDOS counts: only LF begins a line, DEL takes no room. */
function columnAfter(column: number, byte: number): number {
	if (byte === DEL) return column;
	if (byte >= SPACE) return column + 1;
	if (byte === BACKSPACE) return Math.max(0, column - 1);
	return byte === LF ? 0 : column;
}

/** Where the cursor stands after the echo of `line`. */
function columnOfLine(line: readonly number[], start: number): number {
	let column = start;
	for (const byte of line) {
		if (byte === TAB) column = (column | 7) + 1;
		else if (byte < SPACE && !isLayout(byte)) column += 2;
		else column = columnAfter(column, byte);
	}
	return column;
}
