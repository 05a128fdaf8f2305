/**
 * Stand-ins for machines on a TCP port, for what the emulated one never does: stay silent, cancel a transfer, vanish.
 * They know as much CP/M as a deploy needs: a prompt, an echo, an empty directory.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { type Clock, realClock } from "../../transport/clock.js";

const CAN = 0x18;
const CR = 0x0d;
const ERASE_LINE = 0x18;

/** Says nothing, whatever is typed. */
export function silentMachine(): Promise<string> {
	return listen(() => {});
}

/** Says the same to whatever is typed. */
export function answeringMachine(text: string): Promise<string> {
	return listen((socket) => socket.on("data", () => socket.write(Buffer.from(text, "latin1"))));
}

/** Runs `rate` times as fast as the wall: a machine that is silent for ever is silent for half a minute soon. */
export function fastClock(rate: number): Clock {
	return {
		now: () => realClock.now() * rate,
		after: (seconds, run) => realClock.after(seconds / rate, run),
		sleep: (seconds, signal) => realClock.sleep(seconds / rate, signal),
	};
}

/** Has a receiver that asks for the first block and then cancels. */
export function cancellingMachine(): Promise<string> {
	return listen((socket) => {
		let line = "";
		let receiving = false;
		socket.on("data", (bytes: Buffer) => {
			if (receiving) {
				receiving = false;
				socket.write(Buffer.from([CAN, CAN]));
				socket.write("\r\nA>");
				return;
			}
			for (const byte of bytes) {
				if (byte === ERASE_LINE) line = "";
				else if (byte !== CR) {
					line += String.fromCharCode(byte);
					socket.write(Buffer.from([byte]));
				} else {
					receiving = line.startsWith("RX ");
					socket.write(receiving ? "\r\nRX ZULMTMP.COM\r\nC" : line === "" ? "\r\nA>" : "\r\nNO FILE\r\nA>");
					line = "";
				}
			}
		});
	});
}

/**
 * Passes everything on to the machine at `address`, and is unplugged after `bytes` bytes have gone to it: each time it is
 * plugged in, or the first `times`.
 */
export function unpluggedAfter(address: string, bytes: number, times = Number.POSITIVE_INFINITY): Promise<string> {
	const { hostname, port } = new URL(address);
	let plugged = 0;
	return listen((socket) => {
		const holds = ++plugged > times;
		const machine = connect(Number(port), hostname);
		onTestFinished(() => {
			machine.destroy();
		});
		let passed = 0;
		socket.on("data", (chunk: Buffer) => {
			passed += chunk.length;
			if (holds || passed < bytes) machine.write(chunk);
			else {
				socket.destroy();
				machine.destroy();
			}
		});
		machine.on("data", (chunk: Buffer) => socket.write(chunk));
		machine.on("error", () => socket.destroy());
	});
}

/** A port on which nobody listens: it was free a moment ago. */
export async function deadPort(): Promise<string> {
	const server = createServer();
	const address = await start(server);
	await new Promise((closed) => server.close(closed));
	return address;
}

async function listen(onConnection: (socket: Socket) => void): Promise<string> {
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("error", () => {});
		onConnection(socket);
	});
	onTestFinished(
		() =>
			new Promise<void>((closed) => {
				for (const socket of sockets) socket.destroy();
				server.close(() => closed());
			}),
	);
	return start(server);
}

function start(server: Server): Promise<string> {
	return new Promise((ready) => {
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			if (address === null || typeof address === "string") throw new Error("no TCP address");
			ready(`tcp://127.0.0.1:${address.port}`);
		});
	});
}
