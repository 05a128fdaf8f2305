/**
 * A serial port at the other end of a TCP connection (ser2net in raw mode, `zulm emulate --tcp`) as a Link. The far
 * side sets the speed. Telnet and RFC 2217 negotiation are not spoken.
 */
import { connect, type Socket } from "node:net";
import { interrupted, ZulmError } from "../base/errors.js";
import { type Clock, realClock } from "./clock.js";
import type { Link, LinkDescription } from "./link.js";
import { LinkListeners } from "./link-listeners.js";
import { parsePortSpec } from "./ports.js";
import { lineLost } from "./serial-errors.js";

export interface TcpOptions {
	/** 10 by default. */
	readonly connectTimeoutS?: number;
	readonly signal?: AbortSignal;
	/** The wall clock by default. */
	readonly clock?: Clock;
}

/**
 * Connects to `url`, "tcp://host:port".
 * @throws ZulmError `usage` (not such a url), `port-unknown` (no such host, nobody listens), `line-failed`, `interrupted`
 */
export async function openTcp(url: string, options: TcpOptions = {}): Promise<Link> {
	const spec = parsePortSpec(url);
	if (spec.kind !== "tcp") throw new ZulmError("usage", `"${url}" is not of the form tcp://host:port.`);
	const { connectTimeoutS = 10, signal, clock = realClock } = options;
	if (signal?.aborted) throw interrupted();
	const socket = connect({ host: spec.host, port: spec.port, noDelay: true, keepAlive: true });
	const timer = new AbortController();
	const onAbort = () => timer.abort();
	signal?.addEventListener("abort", onAbort, { once: true });
	const connected = new Promise<void>((resolve, reject) => {
		socket.once("connect", resolve);
		socket.once("error", (cause: NodeJS.ErrnoException) => reject(connectFailure(url, cause)));
	});
	const expired = clock.sleep(connectTimeoutS, timer.signal).then(() => {
		throw new ZulmError("line-failed", `${url} did not answer within ${connectTimeoutS} s.`, {
			hint: "Check the address and the network, and that no firewall is in between.",
		});
	});
	try {
		await Promise.race([connected, expired]);
		return new TcpLink(socket, url, clock);
	} catch (error) {
		connected.catch(() => {});
		socket.on("error", () => {});
		socket.destroy();
		throw error;
	} finally {
		expired.catch(() => {});
		timer.abort();
		signal?.removeEventListener("abort", onAbort);
	}
}

class TcpLink implements Link {
	readonly clock: Clock;
	readonly controlLines = undefined;
	readonly #socket: Socket;
	readonly #port: string;
	readonly #listeners = new LinkListeners();
	#lastWrite: Promise<void> = Promise.resolve();

	constructor(socket: Socket, port: string, clock: Clock) {
		this.clock = clock;
		this.#socket = socket;
		this.#port = port;
		socket.removeAllListeners("error");
		socket.on("data", (chunk: Buffer) => this.#listeners.data(new Uint8Array(chunk), this.clock.now()));
		socket.on("error", (cause) => this.#listeners.close(lineLost(port, cause)));
		socket.on("close", () => this.#listeners.close(lineLost(port, "the far side closed the connection")));
	}

	describe(): LinkDescription {
		return { kind: "tcp", port: this.#port };
	}

	write(bytes: Uint8Array): Promise<void> {
		this.#lastWrite = this.#send(bytes);
		return this.#lastWrite;
	}

	/** TCP does not say when bits left at the far side; this is when they left here. */
	async drain(): Promise<void> {
		await this.#lastWrite;
		if (this.#listeners.closed) throw this.#gone();
	}

	onData = this.#listeners.onData.bind(this.#listeners);
	onClose = this.#listeners.onClose.bind(this.#listeners);

	async close(): Promise<void> {
		if (this.#listeners.closed) return;
		this.#listeners.close();
		// Lets what was written leave before the connection ends.
		await new Promise<void>((resolve) => this.#socket.end(resolve));
		this.#socket.destroy();
	}

	async #send(bytes: Uint8Array): Promise<void> {
		if (this.#listeners.closed) throw this.#gone();
		await new Promise<void>((resolve, reject) => {
			const stopListening = this.#listeners.onClose(() => reject(this.#gone()));
			this.#socket.write(bytes.slice(), (error) => {
				stopListening();
				if (error) reject(this.#gone(error));
				else resolve();
			});
		});
	}

	#gone(cause?: unknown): ZulmError {
		return this.#listeners.error ?? lineLost(this.#port, cause ?? "closed");
	}
}

function connectFailure(url: string, cause: NodeJS.ErrnoException): ZulmError {
	if (cause.code === "ENOTFOUND" || cause.code === "EAI_AGAIN") {
		return new ZulmError("port-unknown", `There is no host of that name: ${url}.`, { hint: "Check the name.", cause });
	}
	if (cause.code === "ECONNREFUSED") {
		return new ZulmError("port-unknown", `Nobody listens at ${url}.`, {
			hint: "Start ser2net or zulm emulate --tcp there, and check the port number.",
			cause,
		});
	}
	return new ZulmError("line-failed", `${url} could not be reached: ${cause.message}.`, {
		hint: "Check the address and the network.",
		cause,
	});
}
