/**
 * How three kinds of server are asked for text and how they answer, a JSON object at a time:
 *
 *   ollama      POST /api/chat              a line each                    {"message":{"content":"hel"},"done":false}
 *   openai      POST /v1/chat/completions   "data: " each, then [DONE]     {"choices":[{"delta":{"content":"hel"}}]}
 *   anthropic   POST /v1/messages           "data: " each                  {"type":"content_block_delta","delta":{"text":"hel"}}
 *
 * Sources: Ollama's docs/api.md, OpenAI's "Chat completions" and Anthropic's "Streaming messages" references. Tools,
 * images and everything else these interfaces offer is left alone.
 */
import * as v from "valibot";
import { ZulmError } from "../../../base/errors.js";

export const PROTOCOLS = ["ollama", "openai", "anthropic"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface Endpoint {
	/** Base address, or the full one of the request. */
	readonly address: string;
	readonly protocol: Protocol;
	readonly model: string;
	/** Sent in a header, shown nowhere. */
	readonly apiKey?: string;
	readonly temperature?: number;
}

export interface Prompt {
	readonly system: string;
	readonly user: string;
}

export interface HttpRequest {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

/** One JSON object of an answer. */
export interface Piece {
	readonly text: string;
	/** The answer is complete with this. */
	readonly end: boolean;
	/** What the server says went wrong instead. */
	readonly error?: string;
}

const PATHS: Readonly<Record<Protocol, string>> = {
	ollama: "/api/chat",
	openai: "/v1/chat/completions",
	anthropic: "/v1/messages",
};
/** Far more than a batch of short lines needs; Anthropic's interface wants to be told. */
const MAX_TOKENS = 2048;
const ANTHROPIC_VERSION = "2023-06-01";

/** @throws ZulmError `usage` for what is no http address, or one with a password in it */
export function parseAddress(address: string): URL {
	let url: URL;
	try {
		url = new URL(address);
	} catch (cause) {
		throw new ZulmError("usage", `"${address}" is no address of a server.`, {
			hint: "Write it as http://127.0.0.1:11434 or https://host/v1.",
			cause,
		});
	}
	if (url.protocol !== "http:" && url.protocol !== "https:") {
		throw new ZulmError("usage", `${url.protocol}// is no protocol of such a server.`, { hint: "Use http or https." });
	}
	if (url.username !== "" || url.password !== "") {
		throw new ZulmError("usage", "The endpoint's address holds a user name or password.", {
			hint: "Keep secrets out of it: the key belongs in the environment.",
		});
	}
	return url;
}

/** What a server at this address most likely speaks: Ollama has its own port, most others speak OpenAI's protocol. */
export function guessProtocol(address: string): Protocol {
	const { hostname, port, pathname } = parseAddress(address);
	if (hostname === "api.anthropic.com" || pathname.endsWith("/messages")) return "anthropic";
	if (pathname.endsWith("/api/chat") || (port === "11434" && !pathname.startsWith("/v1"))) return "ollama";
	return "openai";
}

export function requestFor(endpoint: Endpoint, { system, user }: Prompt): HttpRequest {
	const { protocol, model, apiKey, temperature } = endpoint;
	const message = { role: "user", content: user };
	const warmth = temperature === undefined ? {} : { temperature };
	const headers: Record<string, string> = { "content-type": "application/json" };
	if (apiKey !== undefined) {
		if (protocol === "anthropic") headers["x-api-key"] = apiKey;
		else headers.authorization = `Bearer ${apiKey}`;
	}
	if (protocol === "anthropic") headers["anthropic-version"] = ANTHROPIC_VERSION;
	const chat = { model, messages: [{ role: "system", content: system }, message], stream: true };
	const body = {
		ollama: { ...chat, options: warmth },
		openai: { ...chat, ...warmth },
		anthropic: { model, system, messages: [message], max_tokens: MAX_TOKENS, stream: true, ...warmth },
	}[protocol];
	return { url: requestUrl(endpoint), headers, body: JSON.stringify(body) };
}

/** "http://host", "http://host/v1" and the full address mean the same. */
function requestUrl({ address, protocol }: Endpoint): string {
	const url = parseAddress(address);
	const path = PATHS[protocol];
	const given = url.pathname.replace(/\/+$/, "");
	const version = path.slice(0, path.indexOf("/", 1));
	if (given.endsWith(path.slice(version.length))) url.pathname = given;
	else url.pathname = given.endsWith(version) ? given + path.slice(version.length) : given + path;
	return url.href;
}

const Text = v.nullish(v.string(), "");
const Failure = v.optional(v.union([v.string(), v.object({ message: v.string() })]));
const OllamaPiece = v.object({
	message: v.optional(v.object({ content: Text })),
	done: v.optional(v.boolean(), false),
	error: Failure,
});
const OpenAiPiece = v.object({
	choices: v.optional(
		v.array(
			v.object({
				delta: v.nullish(v.object({ content: Text })),
				message: v.nullish(v.object({ content: Text })),
				finish_reason: v.nullish(v.string()),
			}),
		),
		[],
	),
	error: Failure,
});
const AnthropicPiece = v.object({
	type: v.string(),
	delta: v.optional(v.object({ text: v.optional(v.string(), "") })),
	content: v.optional(v.array(v.object({ text: v.optional(v.string(), "") }))),
	error: Failure,
});

/** Reads one object of an answer, streamed or whole. Undefined when it is not of this protocol. */
export function readPiece(protocol: Protocol, json: string): Piece | undefined {
	// OpenAI's end mark is no JSON.
	if (json === "[DONE]") return { text: "", end: true };
	try {
		return READERS[protocol](JSON.parse(json));
	} catch {
		return undefined;
	}
}

const READERS: Readonly<Record<Protocol, (value: unknown) => Piece>> = {
	ollama: (value) => {
		const { message, done, error } = v.parse(OllamaPiece, value);
		return withError({ text: message?.content ?? "", end: done }, error);
	},
	openai: (value) => {
		const { choices, error } = v.parse(OpenAiPiece, value);
		const [choice] = choices;
		const text = choice?.delta?.content ?? choice?.message?.content ?? "";
		return withError({ text, end: typeof choice?.finish_reason === "string" }, error);
	},
	anthropic: (value) => {
		const { type, delta, content, error } = v.parse(AnthropicPiece, value);
		const text =
			type === "content_block_delta" ? (delta?.text ?? "") : (content ?? []).map((part) => part.text).join("");
		return withError({ text, end: type === "message_stop" || content !== undefined }, error);
	},
};

function withError(piece: Piece, error: v.InferOutput<typeof Failure>): Piece {
	if (error === undefined) return piece;
	return { ...piece, error: typeof error === "string" ? error : error.message };
}

/** What a server says in the body of a refusal: its error message where there is one, else the text itself. */
export function refusalText(body: string): string {
	try {
		const { error } = v.parse(
			v.object({ error: v.union([v.string(), v.object({ message: v.string() })]) }),
			JSON.parse(body),
		);
		return typeof error === "string" ? error : error.message;
	} catch {
		return body;
	}
}
