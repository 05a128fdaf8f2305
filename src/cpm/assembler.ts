/**
 * Assembles Z80 sources with the z80-asm package and refuses what that package accepts in silence: values that do not
 * fit their byte or word, jumps out of range, duplicate labels, overlapping code, include cycles, fractions.
 *
 * How values are checked: the package keeps only the truncated bytes of an operand. So the sources are assembled, and
 * the flattened listing (includes and macros expanded) is assembled again with a symbol `zzN equ <operand>` before each
 * operand; a symbol keeps the whole number, which is then checked against the range of the place it goes to.
 *
 * Not supported: `#insert`, `#include library`, `end`, conditionals and repeats (the package has none of the latter).
 */
import { Asm } from "z80-asm";
import { ZulmError } from "../base/errors.js";

/** Returns the text of a source file by the name used in `#include`, or undefined when there is none. */
export type SourceReader = (name: string) => string | undefined;

export interface Assembled {
	/** Address of the first byte. */
	readonly origin: number;
	/** From the lowest to the highest address; gaps (`ds`) are zero. */
	readonly bytes: Uint8Array;
	/** Global labels and constants. */
	readonly symbols: ReadonlyMap<string, number>;
	/** Address, bytes and text of every line that made bytes, in order: for listings and for tests. */
	readonly lines: readonly ListingLine[];
}

export interface ListingLine {
	readonly address: number;
	readonly bytes: readonly number[];
	readonly text: string;
	readonly file: string;
	/** 1-based; undefined inside a macro expansion. */
	readonly lineNumber: number | undefined;
}

type AsmLine = Asm["assembledLines"][number];

interface RangeCheck {
	readonly symbol: string;
	readonly line: AsmLine;
	readonly text: string;
	readonly what: string;
	readonly low: number;
	readonly high: number;
}

const BYTES = /^(?:defb|db|\.db|\.byte)$/i;
const WORDS = /^(?:defw|dw|\.dw|\.word)$/i;
const UNCHECKED = /^\s*#\s*(?:insert|include\s+library)|^\s+(?:end|\.long)\b/i;

/**
 * Assembles `entry` and all it includes.
 * @throws ZulmError `assembly-failed` naming file, line and reason.
 */
export function assemble(entry: string, read: SourceReader): Assembled {
	const asm = new Asm(cycleChecked(read));
	try {
		if (asm.assembleFile(`/${entry}`) === undefined) throw failure(`There is no source file ${entry}`);
	} catch (cause) {
		throw cause instanceof ZulmError ? cause : failure(`${entry}: ${(cause as Error).message}`);
	}
	for (const line of asm.assembledLines) {
		if (line.error !== undefined) throw failureAt(line, line.error);
		if (UNCHECKED.test(line.line)) throw failureAt(line, "this directive is not supported");
	}
	checkLabels(asm);
	checkRanges(asm);
	return link(asm);
}

/** The package follows an include cycle for ever; a second inclusion of a file is refused instead. */
function cycleChecked(read: SourceReader): (pathname: string) => string[] | undefined {
	const seen = new Set<string>();
	return (pathname) => {
		const name = pathname.slice(1);
		if (seen.has(name)) throw failure(`${name} is included twice`);
		seen.add(name);
		return read(name)?.split("\n");
	};
}

function checkLabels(asm: Asm): void {
	for (const scope of asm.scopes)
		for (const symbol of scope.symbols.values())
			if (symbol.definitions.length > 1) {
				const again = symbol.definitions[1] as { lineNumber: number };
				throw failureAt(asm.assembledLines[again.lineNumber] as AsmLine, `${symbol.name} is defined twice`);
			}
}

function checkRanges(asm: Asm): void {
	const flat: string[] = [];
	const checks: RangeCheck[] = [];
	for (const line of expandedLines(asm)) {
		for (const check of operandsToCheck(line)) {
			const symbol = `zz${checks.length}`;
			checks.push({ ...check, symbol, line });
			flat.push(`${symbol} equ ${check.text}`);
		}
		flat.push(line.line);
	}
	if (checks.length === 0) return;
	const shadow = new Asm(() => flat);
	shadow.assembleFile("/flat");
	const values = new Map<string, number>();
	for (const scope of shadow.scopes) for (const symbol of scope.symbols.values()) values.set(symbol.name, symbol.value);
	const bad = shadow.assembledLines.find((line) => line.error !== undefined);
	if (bad !== undefined) throw failureAt(bad, bad.error ?? "");
	for (const { symbol, line, text, what, low, high } of checks) {
		const value = values.get(symbol);
		if (value === undefined || !Number.isInteger(value) || value < low || value > high)
			throw failureAt(line, `${text} is ${value}, which does not fit ${what} (${low} to ${high})`);
	}
}

/** The listing without what has already been expanded: include lines, macro definitions and macro calls. */
function expandedLines(asm: Asm): AsmLine[] {
	const definitions = [...asm.macros.values()];
	const inDefinition = (n: number) =>
		definitions.some((m) => n >= m.macroListingLineNumber && n <= m.endmListingLineNumber);
	return asm.assembledLines.filter((line) => {
		if (inDefinition(line.listingLineNumber) || /^\s*#\s*include/i.test(line.line)) return false;
		const mnemonic = instruction(line.line).mnemonic;
		return !asm.macros.has(mnemonic);
	});
}

/** Splits a line into mnemonic and operand texts, without label and comment. */
function instruction(line: string): { mnemonic: string; operands: string[] } {
	const match = /^(?:[A-Za-z_.?@$][\w.?@$]*:{0,2})?\s+([A-Za-z.][\w.]*)\s*(.*)$/.exec(line) ?? /^()(=.*)$/.exec(line);
	if (match === null) return { mnemonic: "", operands: [] };
	return { mnemonic: (match[1] as string).toLowerCase(), operands: splitOperands(match[2] as string) };
}

/** Splits at commas outside quotes and stops at a comment. */
function splitOperands(text: string): string[] {
	const operands: string[] = [];
	let current = "";
	let quote = "";
	for (let i = 0; i < text.length; i++) {
		const ch = text[i] as string;
		if (quote !== "") {
			if (ch === quote) quote = "";
		} else if (ch === '"' || (ch === "'" && !/af$/i.test(current))) quote = ch;
		else if (ch === ";") break;
		else if (ch === ",") {
			operands.push(current.trim());
			current = "";
			continue;
		}
		current += ch;
	}
	operands.push(current.trim());
	return operands;
}

function operandsToCheck(line: AsmLine): Omit<RangeCheck, "symbol" | "line">[] {
	const { mnemonic, operands } = instruction(line.line);
	if (BYTES.test(mnemonic))
		return operands.filter((text) => !/^(["']).*\1/.test(text)).map((text) => ({ text, ...RANGES.nn }));
	if (WORDS.test(mnemonic)) return operands.map((text) => ({ text, ...RANGES.nnnn }));
	if (line.variant === undefined) return [];
	const checks: Omit<RangeCheck, "symbol" | "line">[] = [];
	tokensByOperand(line.variant.tokens).forEach((tokens, index) => {
		const kind = tokens.find((token): token is keyof typeof RANGES => token in RANGES);
		if (kind === undefined) return;
		let text = operands[index] ?? "";
		if (tokens[0] === "(") text = text.slice(1, text.lastIndexOf(")"));
		if (kind === "dd") text = text.replace(/^\s*i[xy]\s*\+/i, "");
		if (kind === "offset") text = `(${text})-$-2`;
		checks.push({ text, ...RANGES[kind] });
	});
	return checks;
}

function tokensByOperand(tokens: readonly string[]): string[][] {
	const groups: string[][] = [[]];
	for (const token of tokens) {
		if (token === ",") groups.push([]);
		else (groups[groups.length - 1] as string[]).push(token);
	}
	return groups;
}

const RANGES = {
	nn: { what: "a byte", low: -128, high: 255 },
	nnnn: { what: "a word", low: -32768, high: 65535 },
	dd: { what: "an index displacement", low: -128, high: 127 },
	offset: { what: "a relative jump", low: -128, high: 127 },
} as const;

function link(asm: Asm): Assembled {
	const lines: ListingLine[] = [];
	const owner = new Map<number, AsmLine>();
	let low = 65536;
	let high = 0;
	for (const line of asm.assembledLines) {
		if (line.binary.length === 0) continue;
		for (let i = 0; i < line.binary.length; i++) {
			const address = line.address + i;
			if (address > 0xffff) throw failureAt(line, "code runs past FFFFh");
			if (owner.has(address)) throw failureAt(line, `overlaps the code at ${address.toString(16).toUpperCase()}h`);
			owner.set(address, line);
		}
		low = Math.min(low, line.address);
		high = Math.max(high, line.address + line.binary.length);
		lines.push({
			address: line.address,
			bytes: [...line.binary],
			text: line.line,
			file: line.fileInfo.pathname.slice(1),
			lineNumber: line.lineNumber === undefined ? undefined : line.lineNumber + 1,
		});
	}
	if (lines.length === 0) throw failure("The source makes no code");
	const bytes = new Uint8Array(high - low);
	for (const line of lines) bytes.set(line.bytes, line.address - low);
	const symbols = new Map<string, number>();
	for (const symbol of (asm.scopes[0] as Asm["scopes"][number]).symbols.values())
		symbols.set(symbol.name, symbol.value);
	return { origin: low, bytes, symbols, lines };
}

function failureAt(line: AsmLine, reason: string): ZulmError {
	const where = `${line.fileInfo.pathname.slice(1)}:${line.lineNumber === undefined ? "in a macro" : line.lineNumber + 1}`;
	return failure(`${where}: ${reason} (${line.line.trim()})`);
}

function failure(message: string): ZulmError {
	return new ZulmError("assembly-failed", `${message}.`, { hint: "This is a defect in an assembly source." });
}
