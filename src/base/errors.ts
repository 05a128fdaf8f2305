/**
 * Every failure zulm reports on purpose: a stable code, the exit code it ends with, one sentence that says what
 * happened, and one that says what to do next. Anything else that is thrown is a defect of ours.
 */

/** Exit codes of every command (documented in the README and in `--help`). */
export const EXIT = {
	done: 0,
	/** Done, and the answer is no: verification failed, replies differ, accuracy below a bound asked for. */
	no: 1,
	/** Wrong usage or input. */
	usage: 2,
	/** No machine, or the line failed. */
	line: 3,
	/** The machine refused: disk full, read-only, no receiver. */
	refused: 4,
	/** Ctrl-C: 128 + SIGINT. */
	interrupted: 130,
} as const;

/** The list of errors: stable code → exit code. Programs match on the code, people read the message. */
export const ERROR_EXITS = {
	"usage": EXIT.usage,
	"file-unreadable": EXIT.usage,
	"file-unwritable": EXIT.usage,
	"corpus-malformed": EXIT.usage,
	"corpus-empty": EXIT.usage,
	"charset-unprintable": EXIT.usage,
	"model-malformed": EXIT.usage,
	"model-unsupported": EXIT.usage,
	"program-malformed": EXIT.usage,
	"program-too-large": EXIT.usage,
	"assembly-failed": EXIT.usage,
	"name-invalid": EXIT.usage,
	"profile-unknown": EXIT.usage,
	"profile-malformed": EXIT.usage,
	"port-unknown": EXIT.line,
	"port-busy": EXIT.line,
	"port-denied": EXIT.line,
	"pty-unavailable": EXIT.line,
	"line-lost": EXIT.line,
	"line-failed": EXIT.line,
	"no-prompt": EXIT.line,
	"no-answer": EXIT.line,
	"transfer-failed": EXIT.line,
	"transfer-cancelled": EXIT.refused,
	"no-receiver": EXIT.refused,
	"disk-full": EXIT.refused,
	"disk-read-only": EXIT.refused,
	"file-read-only": EXIT.refused,
	"machine-refused": EXIT.refused,
	"program-refused": EXIT.refused,
	"endpoint-failed": EXIT.line,
	"endpoint-refused": EXIT.usage,
	"verify-failed": EXIT.no,
	"interrupted": EXIT.interrupted,
} as const;

export type ErrorCode = keyof typeof ERROR_EXITS;

export interface ZulmErrorDetails {
	/** What to do next, one sentence. */
	readonly hint?: string;
	readonly cause?: unknown;
}

/** A failure that a person can act on. `src/cli` prints `message` and `hint` and ends with `exitCode`. */
export class ZulmError extends Error {
	override readonly name = "ZulmError";
	readonly code: ErrorCode;
	readonly exitCode: number;
	readonly hint: string | undefined;

	constructor(code: ErrorCode, message: string, details: ZulmErrorDetails = {}) {
		super(message, { cause: details.cause });
		this.code = code;
		this.exitCode = ERROR_EXITS[code];
		this.hint = details.hint;
	}
}

/** Throws `interrupted` when the signal has fired; call it wherever a long computation may stop. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
	if (signal?.aborted) throw interrupted();
}

export function interrupted(): ZulmError {
	return new ZulmError("interrupted", "Interrupted.");
}
