/**
 * Code that sets the accumulators of a layer to where they start: pushed, a page of low bytes and a page of high bytes,
 * from the top down.
 *
 *   ld hl,nn (10)  push hl (11)  = 10.5 T a byte;  5.5 T where two bytes are as the two above them
 *
 * High bytes are nearly all 0 or 255, and shared sums start at zero, so most are.
 */

/**
 * @param page constant of the page of low bytes; that of high bytes is the next
 * @param starts of each accumulator, 16 bits
 */
export function startSource(page: string, starts: readonly number[]): string[] {
	return [
		"\tld ix,0",
		"\tadd ix,sp",
		...pushBytes(`${page}*256`, starts, (start) => start & 255),
		"\tcall let_interrupts",
		...pushBytes(`${page}*256+256`, starts, (start) => (start >> 8) & 255),
		"\tjp let_interrupts",
	];
}

/** Pushes of the same word from which a loop of eight takes less room; it costs 1.6 T more a push. */
const LOOP_FROM = 24;

function pushBytes(from: string, starts: readonly number[], byteOf: (start: number) => number): string[] {
	const end = starts.length + (starts.length % 2);
	const words: number[] = [];
	for (let i = end - 2; i >= 0; i -= 2) words.push(byteOf(starts[i] as number) | (byteOf(starts[i + 1] ?? 0) << 8));
	return [
		"\tdi",
		`\tld sp,${from}+${end}`,
		...runsOf(words).flatMap(({ word, count }) => [`\tld hl,${word}`, ...pushes(count)]),
		"\tld sp,ix",
	];
}

function pushes(count: number): string[] {
	if (count < LOOP_FROM) return new Array<string>(count).fill("\tpush hl");
	return [`\tld b,${count >> 3}`, "\tpush_by_eight", ...pushes(count & 7)];
}

function runsOf(words: readonly number[]): { word: number; count: number }[] {
	const runs: { word: number; count: number }[] = [];
	for (const word of words) {
		const last = runs.at(-1);
		if (last?.word === word) last.count++;
		else runs.push({ word, count: 1 });
	}
	return runs;
}
