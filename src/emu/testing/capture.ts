/**
 * Captured sessions with real machines as questions and answers: what was typed, and all that came before the next.
 */
import { readFileSync } from "node:fs";
import { text } from "./z80-programs.js";

export interface Exchange {
	readonly typed: string;
	readonly answer: string;
}

/** @param path a file of JSON lines `{"t", "dir": "rx" | "tx", "hex"}`. */
export function readExchanges(path: string): Exchange[] {
	const exchanges: { typed: string; answer: string }[] = [];
	for (const line of readFileSync(path, "utf8").split("\n")) {
		if (line.trim() === "") continue;
		const { dir, hex } = JSON.parse(line) as { dir: "rx" | "tx"; hex: string };
		const characters = text(Buffer.from(hex, "hex"));
		if (dir === "tx") exchanges.push({ typed: characters, answer: "" });
		else if (exchanges.length > 0) (exchanges.at(-1) as { answer: string }).answer += characters;
	}
	return exchanges;
}
