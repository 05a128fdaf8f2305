/** Whether a guess names the secret, misspelt or not: the secret's letters stand in it but for two mistakes. */

/** Letters wrong, missing or too many that still count as a misspelling, for each four letters of the secret. */
const MISTAKES_PER_LETTER = 1 / 4;
const MOST_MISTAKES = 2;

export function namesSecret(query: string, secret: string): boolean {
	const name = letters(secret);
	const allowed = Math.min(MOST_MISTAKES, Math.floor(name.length * MISTAKES_PER_LETTER));
	return fewestEdits(name, letters(query)) <= allowed;
}

/** Without "a", "an" or "the" in front, and letters and digits only. */
function letters(text: string): string {
	return text
		.toLowerCase()
		.replace(/^\s*(?:an?|the)\s+/, "")
		.replace(/[^\p{L}\p{N}]+/gu, "");
}

/**
 * Edits between `name` and the part of `text` most like it (Sellers, "The theory and computation of evolutionary
 * distances: pattern recognition", Journal of Algorithms 1, 1980).
 */
function fewestEdits(name: string, text: string): number {
	let column = Array.from({ length: name.length + 1 }, (_, i) => i);
	let fewest = name.length;
	for (const character of text) {
		// A part may begin anywhere: no edits before it.
		const next = [0];
		for (let i = 1; i <= name.length; i++) {
			const changed = (column[i - 1] as number) + (name[i - 1] === character ? 0 : 1);
			next.push(Math.min(changed, (column[i] as number) + 1, (next[i - 1] as number) + 1));
		}
		column = next;
		fewest = Math.min(fewest, column[name.length] as number);
	}
	return fewest;
}
