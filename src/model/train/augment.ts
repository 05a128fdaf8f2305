/**
 * New ways to type a known query: a word lost, two words swapped, a slip of the finger. Copies are what teaches the
 * network that no single n-gram decides; without them the held-out accuracy drops by several points.
 *
 * Works on normalised bytes (lower case); never adds letters the machine cannot type.
 */
import type { Random } from "../../base/random.js";

const SPACE = 0x20;
/** How often each change is made, per copy. */
const WORD_DROP = 0.35;
const WORD_SWAP = 0.2;
const TYPO = 0.35;

/** A changed copy of `query` (normalised bytes, at least one). */
export function augment(query: Uint8Array, random: Random): Uint8Array {
	let words = splitWords(query);
	if (words.length > 1 && random.next() < WORD_SWAP) {
		const i = random.int(words.length - 1);
		words = [...words.slice(0, i), words[i + 1] as number[], words[i] as number[], ...words.slice(i + 2)];
	}
	if (words.length > 2 && random.next() < WORD_DROP) words.splice(random.int(words.length), 1);
	const bytes = joinWords(words);
	if (random.next() < TYPO) mistype(bytes, random);
	return Uint8Array.from(bytes);
}

function splitWords(bytes: Uint8Array): number[][] {
	const words: number[][] = [[]];
	for (const byte of bytes) {
		if (byte === SPACE) words.push([]);
		else (words.at(-1) as number[]).push(byte);
	}
	return words.filter((word) => word.length > 0);
}

function joinWords(words: readonly number[][]): number[] {
	return words.flatMap((word, i) => (i === 0 ? word : [SPACE, ...word]));
}

/** One letter left out, doubled, swapped with the next, or replaced by one from elsewhere in the query. */
function mistype(bytes: number[], random: Random): void {
	if (bytes.length < 4) return;
	const at = random.int(bytes.length - 1);
	const byte = bytes[at] as number;
	const kind = random.int(4);
	if (kind === 0) bytes.splice(at, 1);
	else if (kind === 1) bytes.splice(at, 0, byte);
	else if (kind === 2) bytes.splice(at, 2, bytes[at + 1] as number, byte);
	else bytes[at] = random.pick(bytes);
}
