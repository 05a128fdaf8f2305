/**
 * The machine in real time, through the packages that real sessions use.
 */
import { connect, type Socket } from "node:net";
import { SerialPort } from "serialport";
import { afterEach, describe, expect, test } from "vitest";
import { realClock } from "../transport/clock.js";
import type { Machine } from "./machine.js";
import { type ServeOptions, serve } from "./serve.js";
import { printingProgram } from "./testing/z80-programs.js";

const controllers: AbortController[] = [];
const services: Promise<void>[] = [];

afterEach(async () => {
	for (const controller of controllers.splice(0)) controller.abort();
	await Promise.all(services.splice(0));
});

/** Starts a service that the test's end stops. */
function start(options: ServeOptions): Promise<{ address: string; machine: Machine; stop: () => Promise<void> }> {
	const controller = new AbortController();
	controllers.push(controller);
	return new Promise((resolve, reject) => {
		const service = serve({
			...options,
			signal: controller.signal,
			onReady: (address, machine) =>
				resolve({
					address,
					machine,
					stop: () => {
						controller.abort();
						return service;
					},
				}),
		});
		service.catch(reject);
		services.push(service.catch(() => {}));
	});
}

interface Line {
	on(event: "data", listener: (bytes: Buffer) => void): unknown;
	off(event: "data", listener: (bytes: Buffer) => void): unknown;
	write(text: string): unknown;
}

/** Resolves with all that came as soon as it contains `wanted`. */
function until(line: Line, wanted: string): Promise<string> {
	return new Promise((resolve) => {
		let seen = "";
		const listen = (bytes: Buffer) => {
			seen += bytes.toString("latin1");
			if (!seen.includes(wanted)) return;
			line.off("data", listen);
			resolve(seen);
		};
		line.on("data", listen);
	});
}

async function ask(line: Line, keys: string, wanted: string): Promise<string> {
	const answer = until(line, wanted);
	line.write(keys);
	return await answer;
}

describe("on TCP", () => {
	async function connected(address: string): Promise<Socket> {
		const { hostname, port } = new URL(address);
		const socket = connect(Number(port), hostname);
		await new Promise((resolve) => socket.once("connect", resolve));
		return socket;
	}

	const files = new Map([["P.COM", printingProgram("x".repeat(2000))]]);

	test("a session, and the next one on the same machine", async () => {
		const { address } = await start({ on: { kind: "tcp", port: 0 }, files });
		expect(address).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
		const first = await connected(address);
		expect(await ask(first, "\rDIR\r", "COM\r\nA>")).toContain("A: P        COM");
		first.destroy();
		// The service hears of the end a moment later; until then it refuses.
		let answer: string | undefined;
		while (answer === undefined) {
			const next = await connected(address);
			const refused = new Promise<undefined>((resolve) => next.once("close", () => resolve(undefined)));
			answer = await Promise.race([ask(next, "DIR\r", "COM\r\nA>"), refused]);
			next.destroy();
		}
		expect(answer).toContain("A: P        COM");
	});

	test("is as slow as the line", async () => {
		const { address } = await start({ on: { kind: "tcp", port: 0 }, files, baud: 19_200 });
		const socket = await connected(address);
		await ask(socket, "ERA Q\r", "NO FILE\r\nA>");
		const startS = realClock.now();
		await ask(socket, "P\r", "\nA>");
		// Some 2,010 characters at 1,920 a second, less what the machine may catch up.
		expect(realClock.now() - startS).toBeGreaterThan(0.9);
		socket.destroy();
	});

	test("one host at a time", async () => {
		const { address } = await start({ on: { kind: "tcp", port: 0 } });
		const first = await connected(address);
		await ask(first, "\r", "A>");
		const second = await connected(address);
		await new Promise((resolve) => second.once("close", resolve));
		expect(await ask(first, "\r", "A>")).toContain("A>");
		first.destroy();
	});

	test("a port in use is port-busy", async () => {
		const { address } = await start({ on: { kind: "tcp", port: 0 } });
		const port = Number(new URL(address).port);
		await expect(serve({ on: { kind: "tcp", port } })).rejects.toMatchObject({ code: "port-busy" });
	});

	test("the signal stops it and frees the port", async () => {
		const first = await start({ on: { kind: "tcp", port: 0 } });
		await first.stop();
		const port = Number(new URL(first.address).port);
		const second = await start({ on: { kind: "tcp", port } });
		expect(second.address).toBe(first.address);
	});
});

// Windows has no pseudo-terminals; everywhere else their absence is a failure.
describe.skipIf(process.platform === "win32")("on a pseudo-terminal", () => {
	async function opened(path: string): Promise<SerialPort> {
		const port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
		await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
		return port;
	}

	function closed(port: SerialPort): Promise<void> {
		return new Promise((resolve, reject) => port.close((error) => (error ? reject(error) : resolve())));
	}

	test("serialport opens it, talks, closes and opens again", async () => {
		const { address } = await start({ on: { kind: "pty" } });
		for (let i = 0; i < 3; i++) {
			const port = await opened(address);
			expect(await ask(port, "\rDIR\r", "NO FILE\r\nA>")).toContain("DIR\r\r\nNO FILE\r\nA>");
			await closed(port);
		}
	});

	test("control characters pass, and the kernel neither echoes nor translates", async () => {
		const { address } = await start({ on: { kind: "pty" } });
		const port = await opened(address);
		const answer = await ask(port, "\x1a\x18DIR\r", "NO FILE\r\nA>");
		expect(answer).toContain("^Z\b \b\b \bDIR\r\r\nNO FILE");
		await closed(port);
	});

	test("stops cleanly while a host has it open", async () => {
		const { address, stop } = await start({ on: { kind: "pty" } });
		const port = await opened(address);
		await ask(port, "\r", "A>");
		await stop();
		await closed(port);
	});
});

test("a system without pseudo-terminals says so and names the way out", async () => {
	const platform = Object.getOwnPropertyDescriptor(process, "platform") as PropertyDescriptor;
	Object.defineProperty(process, "platform", { ...platform, value: "win32" });
	try {
		await expect(serve({ on: { kind: "pty" } })).rejects.toMatchObject({
			code: "pty-unavailable",
			hint: expect.stringContaining("--tcp"),
		});
	} finally {
		Object.defineProperty(process, "platform", platform);
	}
});
