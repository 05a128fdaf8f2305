/**
 * Why a transfer ended early, from what the program at the other end printed last.
 *
 *   transfer-cancelled + "RX FAILED: disk full" → disk-full (the machine refuses)
 *   transfer-cancelled + "RX FAILED: bad line"  → transfer-failed (the line's fault)
 *   transfer-failed    + "RX FAILED: cancelled" → transfer-failed: we gave up and told it so
 */
import { type ErrorCode, ZulmError } from "../base/errors.js";
import type { ListedFailure } from "../transport/machine-programs.js";
import { printable } from "../transport/printable.js";
import type { Ccp } from "./ccp.js";
import { faultIn } from "./messages.js";

/** A program that cancels still has to close and erase its file, on a floppy perhaps. */
const LAST_WORDS_S = 15;

export const RETRY = "Check the line and try again; the old program is still there.";
const LINE_HINT = "Check the line speed and the flow control (RTS/CTS), or use a lower speed.";
const HINTS: Partial<Record<ErrorCode, string>> = {
	"disk-full": "Free some space with ERA; the old program stays until the new one is complete, so both must fit.",
	"disk-read-only": "Change to a disk that can be written.",
	"machine-refused": "Erase or rename the file on the machine, or choose another name with --as.",
};

/** The failure that `heard` tells of: CP/M's own messages first, then those `listed` for the program. */
export function listedFault(listed: readonly ListedFailure[], heard: string): ZulmError | undefined {
	const fault = faultIn(heard);
	if (fault) return fault;
	const text = heard.toLowerCase();
	const found = listed.find((failure) => text.includes(failure.text.toLowerCase()));
	if (found === undefined) return undefined;
	const start = text.indexOf(found.text.toLowerCase());
	const words = printable((heard.slice(start).split(/[\r\n]/)[0] as string).trim());
	return new ZulmError(found.code, `The program on the machine failed: "${words}".`, {
		hint: HINTS[found.code] ?? RETRY,
	});
}

/** `error`, or a better one when the program prints why before the machine's next prompt. */
export async function withLastWords(ccp: Ccp, listed: readonly ListedFailure[], error: unknown): Promise<unknown> {
	if (!(error instanceof ZulmError) || !["transfer-cancelled", "transfer-failed"].includes(error.code)) return error;
	let said: string;
	try {
		said = await ccp.untilPrompt(LAST_WORDS_S);
	} catch {
		return error;
	}
	const fault = listedFault(listed, said);
	// When we gave up and told it so, "cancelled" is only its echo of that. When it cancelled, it knows why: a line too bad
	// is the line's failure, not the machine's refusal.
	const isEcho = fault && ["transfer-failed", "transfer-cancelled"].includes(fault.code);
	if (fault && !isEcho) return fault;
	const words = printable(said.slice(-80)).trim();
	if (words === "") return error;
	const code = error.code === "transfer-cancelled" && fault ? fault.code : error.code;
	const hint = code === error.code ? error.hint : LINE_HINT;
	return new ZulmError(code, `${error.message.replace(/\.$/, "")}; it said "${words}".`, {
		...(hint && { hint }),
		cause: error,
	});
}
