/**
 * What a failure looks like from outside: one sentence and one hint on stderr, an exit code, and with `--json` an object
 * {"error":{code,message,hint}} on stdout. Anything but a ZulmError or a usage error is a defect of ours and says so.
 */
import { CommanderError } from "commander";
import { EXIT, interrupted, ZulmError } from "../base/errors.js";

/** BSD's EX_SOFTWARE: a defect in zulm itself. */
export const EXIT_DEFECT = 70;

export interface Failure {
	readonly code: string;
	readonly message: string;
	readonly hint: string | null;
	readonly exitCode: number;
	/** For a defect: where it happened. */
	readonly stack?: string;
}

export function failureOf(error: unknown): Failure {
	if (error instanceof ZulmError)
		return { code: error.code, message: error.message, hint: error.hint ?? null, exitCode: error.exitCode };
	if (error instanceof CommanderError)
		return { code: "usage", message: sentence(error.message), hint: null, exitCode: EXIT.usage };
	// Ctrl-C in a prompt (inquirer) or in an aborted stream (Node).
	if (error instanceof Error && (error.name === "ExitPromptError" || error.name === "AbortError"))
		return failureOf(interrupted());
	const stack = error instanceof Error && error.stack !== undefined ? error.stack : String(error);
	return {
		code: "internal",
		message: `Defect in zulm: ${error instanceof Error ? error.message : String(error)}`,
		hint: "Please report this with the lines below.",
		exitCode: EXIT_DEFECT,
		stack,
	};
}

/** commander's "error: unknown option '--x'" as a sentence. */
function sentence(message: string): string {
	const text = message.replace(/^error: /, "").split("\n")[0] ?? "";
	const capital = text.charAt(0).toUpperCase() + text.slice(1);
	return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
