/** Reads the assembly sources that ship with zulm, repeats written out, with generated text (layout constants) taking precedence. */
import { readFileSync } from "node:fs";
import type { SourceReader } from "./assembler.js";
import { expandRepeats } from "./repeat.js";

const ASM_FOLDER = new URL("./asm/", import.meta.url);

/** @param generated name → text of sources made on the fly, such as `layout.asm`. */
export function shippedSources(generated: Readonly<Record<string, string>> = {}): SourceReader {
	return (name) => {
		const made = generated[name];
		if (made !== undefined) return made;
		try {
			return expandRepeats(readFileSync(new URL(name, ASM_FOLDER), "utf8"));
		} catch {
			return undefined;
		}
	};
}
