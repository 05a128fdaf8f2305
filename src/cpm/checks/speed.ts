/**
 * Which speed the machine talks at: ^X and CR at one rate after the other, until a prompt comes back that can be read.
 *
 *   115200 ►  "\x80\xf8\x80"    57600 ►  "\xfe"    9600 ►  "\r\nA>"   ◄ this one
 *
 * At a wrong rate the machine sees a few wrong characters; ^X at the right one erases them. A machine that says readable
 * things which are no prompt is left alone: it may be in a program.
 */
import { ZulmError } from "../../base/errors.js";
import { ByteReader, bytesToText, textToBytes } from "../../transport/byte-reader.js";
import type { Link } from "../../transport/link.js";
import type { Profile } from "../../transport/profile.js";
import { writeWithin } from "../../transport/write-within.js";
import { withoutEscapes } from "../console.js";
import { HANDSHAKE, waitingPatterns } from "../wake.js";

/** Commonest consoles first: RC2014, then what CP/M machines were set to. */
export const USUAL_RATES: readonly number[] = [115_200, 9600, 19_200, 38_400, 57_600, 4800, 2400, 1200, 300];

/** What came back at one rate. */
export type Answer =
	| { readonly kind: "prompt"; readonly text: string }
	/** Characters that are no prompt. */
	| { readonly kind: "readable"; readonly text: string }
	/** A wrong rate, mostly. */
	| { readonly kind: "garbage"; readonly text: string }
	| { readonly kind: "silence"; readonly text: "" };

/** A warm boot from floppy takes longer; but then CR alone does not cause one. */
const FIRST_BYTE_S = 1.5;
const QUIET_S = 0.3;
/** A machine that prints on and on is not waiting for us. */
const LONGEST_S = 5;
const WRITE_S = 2;
/** Line noise of a wrong rate has bytes that no console text has. */
const READABLE_SHARE = 0.9;

/** Asks for the prompt once. @throws ZulmError `line-lost`, `line-failed`, `interrupted` */
export async function knock(link: Link, prompts: Profile["prompts"], signal?: AbortSignal): Promise<Answer> {
	const reader = new ByteReader(link);
	try {
		await reader.readQuiet(QUIET_S, LONGEST_S, signal);
		await writeWithin(link, textToBytes(HANDSHAKE), WRITE_S, signal);
		const first = await reader.read(FIRST_BYTE_S, signal);
		const rest = first.length === 0 ? first : (await reader.readQuiet(QUIET_S, LONGEST_S, signal)).bytes;
		return answerOf(bytesToText(first) + bytesToText(rest), prompts);
	} finally {
		reader.close();
	}
}

/** What kind of answer a text is. */
export function answerOf(text: string, prompts: Profile["prompts"]): Answer {
	const plain = withoutEscapes(text);
	if (plain === "") return { kind: "silence", text: "" };
	const readable = plain.replace(/[^\x20-\x7e\r\n\t\b]/g, "").length / plain.length;
	if (readable < READABLE_SHARE) return { kind: "garbage", text };
	return { kind: waitingPatterns(prompts).prompt.test(plain) ? "prompt" : "readable", text };
}

export interface ScanOptions {
	/** Opens the port, always the same one, at a rate, and closes what was open before. */
	readonly open: (baud: number) => Promise<Link>;
	readonly rates?: readonly number[];
	readonly signal?: AbortSignal | undefined;
	/** Called before each rate is tried. */
	readonly onRate?: ((baud: number) => void) | undefined;
}

/**
 * Tries each rate until one gives a prompt. Every link but the one returned is closed again.
 * @returns the open link and its rate, or undefined when no rate gave a prompt
 * @throws ZulmError as `open` and `knock`
 */
export async function scanRates(
	prompts: Profile["prompts"],
	{ open, rates = USUAL_RATES, signal, onRate }: ScanOptions,
): Promise<{ readonly link: Link; readonly baud: number } | undefined> {
	for (const baud of rates) {
		onRate?.(baud);
		const link = await open(baud).catch(unlessRefused);
		if (link === undefined) continue;
		let found = false;
		try {
			found = (await knock(link, prompts, signal).catch(unlessRefused))?.kind === "prompt";
		} finally {
			if (!found) await link.close();
		}
		if (found) return { link, baud };
	}
	return undefined;
}

/** An adapter that does not know a rate, or takes nothing at it, may do so at another. */
function unlessRefused(error: unknown): undefined {
	if (!(error instanceof ZulmError) || error.code !== "line-failed") throw error;
}
