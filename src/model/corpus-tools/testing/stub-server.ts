/**
 * A language model's server as tests need it: on 127.0.0.1, answering each request with the next item of a script, in
 * whichever protocol the request's path belongs to.
 */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export type Turn =
	/** A streamed answer, in pieces of a few characters. */
	| string
	/** The same, not streamed. */
	| { readonly whole: string }
	/** Says so much, then breaks the connection. */
	| { readonly cut: string }
	/** Says so much, then nothing more. */
	| { readonly silent: string }
	/** A body as it stands. */
	| { readonly raw: string; readonly status?: number; readonly headers?: Readonly<Record<string, string>> };

export interface StubRequest {
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: {
		readonly model: string;
		readonly system?: string;
		readonly messages: readonly { readonly role: string; readonly content: string }[];
		readonly [field: string]: unknown;
	};
}

export interface StubServer {
	readonly address: string;
	readonly requests: StubRequest[];
}

/** After the last turn, every request is a 500. */
export async function stubServer(turns: readonly Turn[]): Promise<StubServer> {
	const requests: StubRequest[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const path = request.url ?? "";
		const turn = turns[requests.length] ?? { raw: "the script is over", status: 500 };
		requests.push({ path, headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
		play(turn, path, response);
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function play(turn: Turn, path: string, response: ServerResponse): void {
	const format = FORMATS[path];
	if (typeof turn === "object" && "raw" in turn) {
		response.writeHead(turn.status ?? 200, { "content-type": "application/json", ...turn.headers }).end(turn.raw);
	} else if (format === undefined) {
		response.writeHead(404).end(JSON.stringify({ error: { message: `no such path: ${path}` } }));
	} else if (typeof turn === "object" && "whole" in turn) {
		response.writeHead(200, { "content-type": "application/json" }).end(format.whole(turn.whole));
	} else {
		response.writeHead(200, { "content-type": format.type });
		const text = typeof turn === "string" ? turn : "cut" in turn ? turn.cut : turn.silent;
		for (const piece of text.match(/.{1,7}/gs) ?? []) response.write(format.piece(piece));
		if (typeof turn === "string") response.end(format.end);
		else if ("cut" in turn) response.write(" ", () => response.destroy());
	}
}

interface Format {
	readonly type: string;
	readonly end: string;
	piece(text: string): string;
	whole(text: string): string;
}

const event = (value: unknown, name?: string): string =>
	`${name === undefined ? "" : `event: ${name}\n`}data: ${JSON.stringify(value)}\n\n`;

const FORMATS: Readonly<Record<string, Format>> = {
	"/api/chat": {
		type: "application/x-ndjson",
		piece: (content) => `${JSON.stringify({ model: "m", message: { role: "assistant", content }, done: false })}\n`,
		end: `${JSON.stringify({ message: { role: "assistant", content: "" }, done: true, done_reason: "stop" })}\n`,
		whole: (content) => JSON.stringify({ message: { role: "assistant", content }, done: true }),
	},
	"/v1/chat/completions": {
		type: "text/event-stream",
		piece: (content) => event({ choices: [{ index: 0, delta: { content }, finish_reason: null }] }),
		end: `: a comment\n\n${event({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}data: [DONE]\n\n`,
		whole: (content) => JSON.stringify({ choices: [{ message: { content }, finish_reason: "stop" }] }),
	},
	"/v1/messages": {
		type: "text/event-stream; charset=utf-8",
		piece: (text) =>
			event({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }, "content_block_delta"),
		end: event({ type: "ping" }, "ping") + event({ type: "message_stop" }, "message_stop"),
		whole: (text) => JSON.stringify({ type: "message", content: [{ type: "text", text }], stop_reason: "end_turn" }),
	},
};
