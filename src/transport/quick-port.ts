/**
 * A shorter way between a byte on a serial port and us than the serialport package's own.
 *
 *   the package:  epoll ─► JavaScript ─► thread pool: read ─► JavaScript      and a thread for each write
 *   here:         epoll ─► JavaScript: read                                   and the write at once
 *
 * The package opens ports non-blocking, so reading when the poller says so, and writing what the driver's buffer takes,
 * never waits: a thread only adds its two hand-overs to every block. What is not plain success (a full buffer, an
 * error, the end) goes the package's own way, which knows what to do. Windows has no poller and stays as it is.
 */
import { readSync, writeSync } from "node:fs";
import type { SerialPort, SerialPortMock } from "serialport";

type Bound = NonNullable<SerialPort["port"] | SerialPortMock["port"]>;
type Polled = Extract<Bound, { readonly poller: unknown }>;

/** Shortens the way of a port that has just been opened and of which nothing has been read. */
export function quicken(port: Bound | undefined): void {
	if (port === undefined || !("poller" in port)) return;
	const [readSlowly, writeSlowly] = [port.read.bind(port), port.write.bind(port)];
	port.write = async (buffer) => {
		const written = writeNow(port, buffer);
		if (written < buffer.length) await writeSlowly(buffer.subarray(written));
	};
	port.read = (buffer, offset, length) =>
		new Promise((resolve, reject) => {
			port.poller.once("readable", (error) => {
				const bytesRead = error ? 0 : readNow(port, buffer, offset, length);
				if (error) reject(error);
				else if (bytesRead > 0) resolve({ buffer, bytesRead });
				else readSlowly(buffer, offset, length).then(resolve, reject);
			});
		});
}

/** How many bytes the driver takes without waiting; 0 also when it fails: the long way then meets the same failure. */
function writeNow({ fd }: Polled, buffer: Buffer): number {
	try {
		return fd === null ? 0 : writeSync(fd, buffer);
	} catch {
		return 0;
	}
}

/** How many bytes were there; 0 as above. */
function readNow({ fd }: Polled, buffer: Buffer, offset: number, length: number): number {
	try {
		return fd === null ? 0 : readSync(fd, buffer, offset, length, null);
	} catch {
		return 0;
	}
}
