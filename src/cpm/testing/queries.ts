/** Queries as machines get them: bytes, of any length, with blanks, capitals and codes that are no characters. */
import fc from "fast-check";
import { foldCase } from "../../model/features.js";
import { MAX_QUERY_LENGTH } from "../../model/network.js";

const BLANK = 0x20;

/** Bytes that a person can get into a line: no control characters, none that BDOS 6 keeps for itself. */
const typed = fc.oneof(
	{ arbitrary: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz".split("").map((c) => c.charCodeAt(0))), weight: 8 },
	{ arbitrary: fc.constantFrom(..."ABCXYZ0189?!.,'-/".split("").map((c) => c.charCodeAt(0))), weight: 2 },
	{ arbitrary: fc.constant(BLANK), weight: 2 },
	{ arbitrary: fc.integer({ min: 0x7f, max: 0xfc }), weight: 1 },
);

/** A query as typed, before it is normalised: 1 to 90 bytes, at least one of them no blank. */
export const anyQuery: fc.Arbitrary<Uint8Array> = fc
	.oneof(
		{ arbitrary: fc.array(typed, { minLength: 1, maxLength: 12 }), weight: 2 },
		{ arbitrary: fc.array(typed, { minLength: 1, maxLength: 90 }), weight: 2 },
		{ arbitrary: fc.array(typed, { minLength: MAX_QUERY_LENGTH, maxLength: MAX_QUERY_LENGTH }), weight: 1 },
		{ arbitrary: typed.map((byte) => [byte]), weight: 1 },
	)
	.map((bytes) => Uint8Array.from(bytes))
	.filter((bytes) => bytes.some((byte) => byte > BLANK));

/** What `normaliseQuery` does with text, on the machine's own bytes: also those that stand for no character. */
export function normaliseBytes(bytes: Uint8Array): Uint8Array {
	let start = 0;
	let end = bytes.length;
	while (start < end && (bytes[start] as number) <= BLANK) start++;
	while (end > start && (bytes[end - 1] as number) <= BLANK) end--;
	return bytes.slice(start, Math.min(end, start + MAX_QUERY_LENGTH)).map(foldCase);
}
