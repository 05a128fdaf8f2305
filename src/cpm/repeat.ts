/**
 * The repeat that z80-asm lacks, as a text step before assembly:
 *
 *         rept n = 24 to 13        ; counts up or down, both ends included, step given with "by 2"
 * add_{n}: ld l,{n+1}              ; {n}, {n-1}, {2*n+3}: whole-number arithmetic on the counter
 *         endr
 *
 * Repeats do not nest.
 */
import { ZulmError } from "../base/errors.js";

const OPENING = /^\s+rept\s+([a-z]\w*)\s*=\s*(\d+)\s+to\s+(\d+)(?:\s+by\s+(\d+))?\s*(?:;.*)?$/i;
const CLOSING = /^\s+endr\s*(?:;.*)?$/i;

/** Writes out every repeat in a source text. @throws ZulmError `assembly-failed` */
export function expandRepeats(text: string): string {
	const output: string[] = [];
	let open: { name: string; counts: number[]; body: string[] } | undefined;
	for (const line of text.split("\n")) {
		const opening = OPENING.exec(line);
		if (opening !== null) {
			if (open !== undefined) throw failure("rept inside rept");
			const [, name = "", from, to, step] = opening;
			open = { name, counts: countsBetween(Number(from), Number(to), Number(step ?? 1)), body: [] };
		} else if (CLOSING.test(line)) {
			if (open === undefined) throw failure("endr without rept");
			for (const count of open.counts) for (const body of open.body) output.push(substitute(body, open.name, count));
			open = undefined;
		} else (open?.body ?? output).push(line);
	}
	if (open !== undefined) throw failure("rept without endr");
	return output.join("\n");
}

function countsBetween(from: number, to: number, step: number): number[] {
	const direction = to < from ? -1 : 1;
	const counts: number[] = [];
	for (let count = from; direction * (to - count) >= 0; count += direction * step) counts.push(count);
	return counts;
}

function substitute(line: string, name: string, count: number): string {
	const expression = new RegExp(`\\{(?:(\\d+)\\*)?${name}(?:([+-])(\\d+))?\\}`, "g");
	return line.replace(
		expression,
		(_, factor: string | undefined, sign: string | undefined, term: string | undefined) => {
			const offset = term === undefined ? 0 : Number(term) * (sign === "-" ? -1 : 1);
			return String(Number(factor ?? 1) * count + offset);
		},
	);
}

function failure(message: string): ZulmError {
	return new ZulmError("assembly-failed", `${message}.`, { hint: "This is a defect in an assembly source." });
}
