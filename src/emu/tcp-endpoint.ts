/**
 * A machine's line on a TCP port, as ser2net offers one: raw bytes, one host at a time.
 *
 * A second connection is closed at once. While nobody is connected the machine talks to nobody. No telnet negotiation,
 * no control lines.
 */
import { createServer, type Server, type Socket } from "node:net";
import { ZulmError } from "../base/errors.js";
import type { Endpoint, EndpointListeners } from "./endpoint.js";

/**
 * @param port 0 for any free one. @param host the interface to listen on.
 * @throws ZulmError `port-busy`, `port-denied`, `port-unknown`
 */
export async function openTcpEndpoint(port: number, host: string, listeners: EndpointListeners): Promise<Endpoint> {
	let client: Socket | undefined;
	const server = createServer((socket) => {
		if (client !== undefined) {
			socket.destroy();
			return;
		}
		client = socket;
		socket.setNoDelay(true);
		socket.on("data", (bytes) => listeners.onData(bytes));
		// A host that vanishes is a line nobody listens to: "close" follows.
		socket.on("error", () => {});
		socket.on("close", () => {
			client = undefined;
		});
	});
	await listen(server, port, host);
	const bound = server.address();
	const boundPort = typeof bound === "object" && bound !== null ? bound.port : port;
	return {
		address: `tcp://${host}:${boundPort}`,
		get backlog() {
			return client?.writableLength ?? 0;
		},
		write: (bytes) => {
			client?.write(bytes);
		},
		setReading: (reading) => {
			if (reading) client?.resume();
			else client?.pause();
		},
		close: () =>
			new Promise((resolve) => {
				client?.destroy();
				server.close(() => resolve());
			}),
	};
}

function listen(server: Server, port: number, host: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", (cause: NodeJS.ErrnoException) => {
			reject(explain(cause, port, host));
		});
		server.listen(port, host, resolve);
	});
}

function explain(cause: NodeJS.ErrnoException, port: number, host: string): ZulmError {
	if (cause.code === "EADDRINUSE") {
		return new ZulmError("port-busy", `TCP port ${port} on ${host} is in use.`, {
			hint: "Choose another port, or 0 for any free one.",
			cause,
		});
	}
	if (cause.code === "EACCES") {
		return new ZulmError("port-denied", `Not allowed to listen on TCP port ${port}.`, {
			hint: "Choose a port above 1023.",
			cause,
		});
	}
	return new ZulmError("port-unknown", `Cannot listen on ${host}:${port}: ${cause.message}.`, {
		hint: "Check the address.",
		cause,
	});
}
