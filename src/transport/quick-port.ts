/**
 * A shorter way between a byte on a serial port and us than the serialport package's own.
 *
 *   the package:  epoll ─► JavaScript ─► thread pool: read ─► stream ─► JavaScript      and a thread for each write
 *   here:         epoll ─► JavaScript: read                                             and the write at once
 *
 * The package opens ports non-blocking, so reading when its poller says so, and writing what the driver's buffer takes,
 * never waits: threads and streams only add their hand-overs to every block. What is not plain success (a full buffer,
 * an error, the end) goes the package's own way, which knows what to do. Windows has no poller and knows no other.
 */
import { readSync, writeSync } from "node:fs";
import type { SerialPort, SerialPortMock } from "serialport";

type Port = SerialPort | SerialPortMock;
type Bound = NonNullable<Port["port"]>;
type Polled = Extract<Bound, { readonly poller: unknown }>;

/** What a driver can have gathered between two looks; more comes with the next. */
const READ_BYTES = 4096;

/** Gives `onBytes` what arrives at `port`, which has just been opened. */
export function readPort(port: Port, onBytes: (bytes: Uint8Array) => void): void {
	const throughPackage = () => void port.on("data", (chunk: Buffer) => onBytes(new Uint8Array(chunk)));
	const polled = polledPort(port);
	if (polled === undefined) {
		throughPackage();
		return;
	}
	const buffer = new Uint8Array(READ_BYTES);
	const wait = () => {
		if (!polled.isOpen) return;
		polled.poller.once("readable", (error) => {
			const count = error ? 0 : readNow(polled, buffer);
			if (count > 0) {
				onBytes(buffer.slice(0, count));
				// Watching again is two calls to the system: they come after whatever is written in answer to the bytes.
				setImmediate(wait);
				return;
			}
			// Closing the port ends the wait with an error; any other one is the package's to tell.
			if (polled.isOpen) throughPackage();
		});
	};
	wait();
}

/** How many of `bytes` the driver takes at once; the package must be given the rest. */
export function writeNow(port: Port, bytes: Uint8Array): number {
	const polled = polledPort(port);
	// Not before what the package still has to write.
	if (polled === undefined || polled.fd === null || port.writableLength > 0) return 0;
	try {
		return writeSync(polled.fd, bytes);
	} catch {
		return 0;
	}
}

/** How many bytes were there; 0 when it fails, too: the package then meets the same failure. */
function readNow({ fd }: Polled, buffer: Uint8Array): number {
	try {
		return fd === null ? 0 : readSync(fd, buffer);
	} catch {
		return 0;
	}
}

function polledPort({ port }: Port): Polled | undefined {
	return port !== undefined && "poller" in port ? port : undefined;
}
