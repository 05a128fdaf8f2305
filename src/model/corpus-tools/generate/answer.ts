/**
 * One request and its answer, piece by piece as it arrives.
 *
 *   POST ──► status ──► body: one JSON object, or one a line, with or without "data: " ──► text
 *
 * Does not try again: it says whether that may help. Silence longer than the timeout counts as a failure.
 */
import { interrupted } from "../../../base/errors.js";
import { type Endpoint, type HttpRequest, type Prompt, readPiece, refusalText, requestFor } from "./endpoint.js";

/** The part of src/transport's Clock that is needed here. */
export interface Sleeper {
	/** @throws ZulmError `interrupted` when the signal fires first */
	sleep(seconds: number, signal?: AbortSignal): Promise<void>;
}

export interface Waiting {
	readonly clock: Sleeper;
	/** Longest silence before and within an answer. */
	readonly timeoutS: number;
	readonly signal: AbortSignal;
}

/** Why an answer did not come, or not to its end. */
export class AnswerFailure extends Error {
	override readonly name = "AnswerFailure";

	constructor(
		/** One clause, without the key. */
		message: string,
		/** The same request may work later. */
		readonly temporary: boolean,
		/** What the server asked to wait. */
		readonly retryAfterS?: number,
		/** The server answered, and the answer is no. */
		readonly status?: number,
	) {
		super(message);
	}
}

/** An answer without line ends is not what was asked for; memory has to end somewhere. */
const MAX_LINE = 1024 * 1024;
const MAX_REFUSAL = 16 * 1024;
/** Of a server's own words in an error message. */
const MAX_QUOTE = 200;

/**
 * The text of the answer in the pieces it comes in; whatever reads it may stop early.
 * @throws AnswerFailure, ZulmError `interrupted`
 */
export async function* answerTo(endpoint: Endpoint, prompt: Prompt, waiting: Waiting): AsyncGenerator<string> {
	const attempt = new AbortController();
	const signal = AbortSignal.any([waiting.signal, attempt.signal]);
	const quote = (text: string): string => quoted(text, endpoint.apiKey);
	try {
		const response = await inTime(send(requestFor(endpoint, prompt), signal), waiting);
		if (!response.ok) {
			throw refusal(response, quote(refusalText(await beginning(response, waiting))));
		}
		for await (const json of objects(response, waiting)) {
			const piece = readPiece(endpoint.protocol, json);
			if (piece === undefined) throw new AnswerFailure(`it answered ${quote(json)}`, true);
			if (piece.error !== undefined) throw new AnswerFailure(`it broke off: ${quote(piece.error)}`, true);
			if (piece.text !== "") yield piece.text;
			if (piece.end) return;
		}
		throw new AnswerFailure("it hung up in the middle of an answer", true);
	} catch (error) {
		if (waiting.signal.aborted) throw interrupted();
		throw error instanceof AnswerFailure ? error : networkFailure(error, quote);
	} finally {
		attempt.abort();
	}
}

function send({ url, headers, body }: HttpRequest, signal: AbortSignal): Promise<Response> {
	// A redirect could carry the key to somebody else.
	return fetch(url, { method: "POST", headers, body, signal, redirect: "manual" });
}

function bodyOf(response: Response): ReadableStreamDefaultReader<Uint8Array> {
	return (response.body ?? (new Blob([]).stream() as ReadableStream<Uint8Array>)).getReader();
}

/** Enough of a body to see what the server says; empty where even that fails. */
async function beginning(response: Response, waiting: Waiting): Promise<string> {
	const reader = bodyOf(response);
	const decoder = new TextDecoder();
	let text = "";
	try {
		while (text.length < MAX_REFUSAL) {
			const { done, value } = await inTime(reader.read(), waiting);
			if (done) break;
			text += decoder.decode(value, { stream: true });
		}
	} catch {
		// The status says the most important part.
	}
	return text;
}

/** The JSON objects of a body, as text. */
async function* objects(response: Response, waiting: Waiting): AsyncGenerator<string> {
	const whole = response.headers.get("content-type")?.startsWith("application/json") === true;
	const reader = bodyOf(response);
	const decoder = new TextDecoder();
	let rest = "";
	for (;;) {
		const { done, value } = await inTime(reader.read(), waiting);
		rest += decoder.decode(value, { stream: !done });
		if (rest.length > MAX_LINE) throw new AnswerFailure("it answered with an endless line", true);
		if (done) break;
		if (whole) continue;
		const lines = rest.split("\n");
		rest = lines.pop() ?? "";
		for (const line of lines) {
			const json = objectIn(line);
			if (json !== undefined) yield json;
		}
	}
	const json = whole ? rest.trim() : objectIn(rest);
	if (json !== undefined && json !== "") yield json;
}

/** Server-sent events put "data: " before it and lines of other names around it (WHATWG HTML, 9.2). */
function objectIn(line: string): string | undefined {
	const text = line.trim();
	if (text === "" || /^(event|id|retry)?:/.test(text)) return undefined;
	return text.startsWith("data:") ? text.slice("data:".length).trim() : text;
}

async function inTime<T>(work: Promise<T>, { clock, timeoutS, signal }: Waiting): Promise<T> {
	const timer = new AbortController();
	const late = clock.sleep(timeoutS, AbortSignal.any([signal, timer.signal])).then(() => {
		throw new AnswerFailure(`it said nothing for ${timeoutS} s`, true);
	});
	// Whichever loses the race must not be a rejection that nobody handles.
	late.catch(() => undefined);
	work.catch(() => undefined);
	try {
		return await Promise.race([work, late]);
	} finally {
		timer.abort();
	}
}

function refusal(response: Response, words: string): AnswerFailure {
	const { status } = response;
	const temporary = status === 408 || status === 425 || status === 429 || status >= 500;
	const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
	const after = retryAfter >= 0 ? retryAfter : undefined;
	return new AnswerFailure(`it answered ${status}${words === "" ? "" : `, ${words}`}`, temporary, after, status);
}

function networkFailure(error: unknown, quote: (text: string) => string): AnswerFailure {
	const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
	const code = (cause as NodeJS.ErrnoException | undefined)?.code;
	if (code === "ECONNREFUSED") return new AnswerFailure("nothing listens there", false);
	if (code === "ENOTFOUND") return new AnswerFailure("there is no such host", false);
	// Without a code it is fetch itself that refuses, a forbidden port for one: the same will happen again.
	const temporary = code !== undefined;
	return new AnswerFailure(`the connection failed: ${quote(String((cause as Error).message ?? cause))}`, temporary);
}

/** A stranger's text on one short line, without the key should it be in there. */
function quoted(text: string, secret: string | undefined): string {
	const safe = secret === undefined ? text : text.replaceAll(secret, "…");
	const line = safe.replace(/[\p{C}\s]+/gu, " ").trim();
	return line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)}…` : line;
}
