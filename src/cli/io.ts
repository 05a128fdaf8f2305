/**
 * What a run of zulm is connected to: streams, environment and the signal of Ctrl-C. The commands use only this, so that
 * tests run them in process.
 */
import type { Readable, Writable } from "node:stream";
import type { Clock } from "../transport/clock.js";

/** Why `signal` fired, when it was not Ctrl-C: nobody reads our output any more. */
export const READER_LEFT = "reader left";

/** A stream that may be a terminal. */
export type MaybeTty<S> = S & { readonly isTTY?: boolean; readonly columns?: number };

export interface CliIo {
	readonly stdin: MaybeTty<Readable>;
	readonly stdout: MaybeTty<Writable>;
	readonly stderr: MaybeTty<Writable>;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Fires once, on the first Ctrl-C. */
	readonly signal: AbortSignal;
	/** What network links wait on; the wall clock unless a test cannot wait. */
	readonly clock?: Clock;
}

/** True when a person can be asked something: keyboard and screen are both there. */
export function canAsk(io: CliIo): boolean {
	return io.stdin.isTTY === true && io.stderr.isTTY === true;
}
