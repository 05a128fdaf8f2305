/**
 * Buffered reading over a Link: what arrives between two reads is kept, and every read has a deadline on the link's
 * clock.
 *
 *   link.onData ──► [ buffered bytes ] ──► read / readByte / readUntil / readQuiet
 *
 * A timeout is an answer (fewer bytes, or undefined), not an error; a lost line and a fired signal are errors. One
 * read at a time; it does not write.
 */
import { ZulmError } from "../base/errors.js";
import type { Link } from "./link.js";
import { Wakeup } from "./wakeup.js";

/** What `readUntil` found. */
export interface Found {
	/** Everything up to and including the match, or everything that came before the timeout. */
	readonly text: string;
	/** The match, or undefined after a timeout. */
	readonly match: RegExpExecArray | undefined;
}

/** Bytes as text, one character per byte (Latin-1), so that positions in the text are positions in the bytes. */
export function bytesToText(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

/** The reverse of `bytesToText`. Characters above FFh keep their low byte only. */
export function textToBytes(text: string): Uint8Array {
	return new Uint8Array(Buffer.from(text, "latin1"));
}

export class ByteReader {
	readonly #link: Link;
	#buffer: Uint8Array = new Uint8Array(0);
	#lastArrivalS: number;
	#lost: ZulmError | undefined;
	readonly #wakeup = new Wakeup();
	/** Of the `readByte` that waits. */
	#onArrival: ((byte: number) => void) | undefined;
	readonly #stopListening: () => void;

	constructor(link: Link) {
		this.#link = link;
		this.#lastArrivalS = link.clock.now();
		const stopData = link.onData((bytes, arrivalS) => {
			this.#buffer = concat(this.#buffer, bytes);
			this.#lastArrivalS = arrivalS;
			if (this.#buffer.length === 1) this.#onArrival?.(this.#buffer[0]!);
			this.#wakeup.wake();
		});
		const stopClose = link.onClose((error) => {
			this.#lost =
				error ??
				new ZulmError("line-lost", `The line ${link.describe().port} was closed while something still read from it.`);
			this.#wakeup.wake(this.#lost);
		});
		this.#stopListening = () => {
			stopData();
			stopClose();
		};
	}

	/** Bytes that have arrived and nobody has read. */
	get buffered(): number {
		return this.#buffer.length;
	}

	/** When the latest byte arrived (the link's clock, seconds); the time of construction before the first. */
	get lastArrivalS(): number {
		return this.#lastArrivalS;
	}

	/** A copy of the unread bytes, which stay unread. */
	peek(): Uint8Array {
		return this.#buffer.slice();
	}

	/**
	 * All unread bytes, waiting up to `timeoutS` seconds for the first; empty after a timeout.
	 * @throws ZulmError `line-lost` once the line is gone and the buffer is empty, `interrupted`
	 */
	async read(timeoutS: number, signal?: AbortSignal): Promise<Uint8Array> {
		await this.#waitForBytes(timeoutS, signal);
		return this.#take(this.#buffer.length);
	}

	/**
	 * The next byte (0–255), or undefined after `timeoutS` seconds of silence.
	 * @param onArrival is called with a byte that arrives alone while this waits, before the event loop comes round to
	 * the promise: for an answer that has to leave at once
	 * @throws as `read`
	 */
	async readByte(
		timeoutS: number,
		signal?: AbortSignal,
		onArrival?: (byte: number) => void,
	): Promise<number | undefined> {
		this.#onArrival = onArrival;
		try {
			await this.#waitForBytes(timeoutS, signal);
		} finally {
			this.#onArrival = undefined;
		}
		const byte = this.#buffer[0];
		this.#buffer = this.#buffer.subarray(1);
		return byte;
	}

	/** `count` bytes, or fewer when `timeoutS` seconds pass in all. @throws as `read` */
	async readExactly(count: number, timeoutS: number, signal?: AbortSignal): Promise<Uint8Array> {
		const deadlineS = this.#link.clock.now() + timeoutS;
		while (this.#buffer.length < count) {
			if (!(await this.#waitForMore(deadlineS - this.#link.clock.now(), signal))) break;
		}
		return this.#take(Math.min(count, this.#buffer.length));
	}

	/**
	 * Reads until `pattern` (a literal string or a regular expression) appears, for at most `timeoutS` seconds in all.
	 * Bytes after the match stay unread.
	 * @throws as `read`
	 */
	async readUntil(pattern: string | RegExp, timeoutS: number, signal?: AbortSignal): Promise<Found> {
		const regExp =
			typeof pattern === "string" ? new RegExp(escapeRegExp(pattern)) : new RegExp(pattern, flags(pattern));
		const deadlineS = this.#link.clock.now() + timeoutS;
		for (;;) {
			const match = regExp.exec(bytesToText(this.#buffer));
			if (match) return { text: bytesToText(this.#take(match.index + match[0].length)), match };
			if (!(await this.#waitForMore(deadlineS - this.#link.clock.now(), signal))) {
				return { text: bytesToText(this.#take(this.#buffer.length)), match: undefined };
			}
		}
	}

	/**
	 * Reads until nothing has arrived for `quietS` seconds, for at most `limitS` seconds in all.
	 * @returns what came; `quiet` is false when the limit ended it
	 * @throws as `read`
	 */
	async readQuiet(
		quietS: number,
		limitS: number,
		signal?: AbortSignal,
	): Promise<{ readonly bytes: Uint8Array; readonly quiet: boolean }> {
		const { clock } = this.#link;
		const startS = clock.now();
		for (;;) {
			const quietAtS = Math.max(startS, this.#lastArrivalS) + quietS;
			const untilS = Math.min(quietAtS, startS + limitS);
			if (!(await this.#waitForMore(untilS - clock.now(), signal))) {
				return { bytes: this.#take(this.#buffer.length), quiet: quietAtS <= startS + limitS };
			}
		}
	}

	/** Throws away what has arrived and not been read. @returns how many bytes that was */
	discard(): number {
		return this.#take(this.#buffer.length).length;
	}

	/** Puts bytes back in front of the unread ones. */
	unread(bytes: Uint8Array): void {
		this.#buffer = concat(bytes, this.#buffer);
	}

	/** Stops listening. The link stays open. */
	close(): void {
		this.#stopListening();
		this.#wakeup.close();
	}

	#take(count: number): Uint8Array {
		const taken = this.#buffer.slice(0, count);
		this.#buffer = this.#buffer.subarray(count);
		return taken;
	}

	/** Resolves true at once when bytes are there. */
	#waitForBytes(timeoutS: number, signal: AbortSignal | undefined): Promise<boolean> {
		if (this.#buffer.length > 0 && !signal?.aborted) return Promise.resolve(true);
		return this.#waitForMore(timeoutS, signal);
	}

	/** Resolves true when bytes arrive, false after `timeoutS`. */
	#waitForMore(timeoutS: number, signal: AbortSignal | undefined): Promise<boolean> {
		if (this.#lost && !signal?.aborted) return Promise.reject(this.#lost);
		return this.#wakeup.wait(this.#link.clock, timeoutS, signal);
	}
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
	if (a.length === 0) return b.slice();
	const joined = new Uint8Array(a.length + b.length);
	joined.set(a);
	joined.set(b, a.length);
	return joined;
}

function escapeRegExp(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Without `g` and `y`, whose memory of the last match has no meaning on a growing buffer. */
function flags(pattern: RegExp): string {
	return pattern.flags.replace(/[gy]/g, "");
}
