/** The short way to a port, with files in place of devices; over a real pseudo-terminal it is in serial-link.test.ts. */
import { closeSync, openSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { testFolder } from "../cli/testing/folder.js";
import { quicken } from "./quick-port.js";

/** What the serialport package binds a port to, as far as the short way knows it. */
function fakePort(fd: number | null, pollError: Error | null = null) {
	const slow: string[] = [];
	const port = {
		fd,
		poller: { once: (_event: string, tell: (error: Error | null) => void) => tell(pollError) },
		write: async (buffer: Buffer) => void slow.push(`write ${buffer.toString()}`),
		read: async (buffer: Buffer, _offset: number, _length: number) => {
			slow.push("read");
			return { buffer, bytesRead: 0 };
		},
	};
	quicken(port as unknown as Parameters<typeof quicken>[0]);
	return { port, slow };
}

it("reads and writes at once what the descriptor takes and has", async () => {
	const folder = testFolder();
	const path = folder.write("device", Buffer.from("abc"));
	const fd = openSync(path, "r+");
	try {
		const { port, slow } = fakePort(fd);
		const buffer = Buffer.alloc(8);
		expect(await port.read(buffer, 2, 6)).toEqual({ buffer, bytesRead: 3 });
		expect(buffer.toString("latin1")).toBe("\0\0abc\0\0\0");
		await port.write(Buffer.from("def"));
		expect(readFileSync(path, "latin1")).toBe("abcdef");
		expect(slow).toEqual([]);
	} finally {
		closeSync(fd);
	}
});

it("goes the package's way at the end of file, on an error, and on a port that was closed", async () => {
	const closed = openSync(testFolder().write("device", Buffer.alloc(0)), "r");
	const { port, slow } = fakePort(closed);
	await port.read(Buffer.alloc(4), 0, 4);
	await port.write(Buffer.from("read-only"));
	closeSync(closed);
	const gone = fakePort(null);
	await gone.port.read(Buffer.alloc(4), 0, 4);
	await gone.port.write(Buffer.from("gone"));
	expect([...slow, ...gone.slow]).toEqual(["read", "write read-only", "read", "write gone"]);
});

it("passes on what the poller says of a port that is being closed", async () => {
	const cancelled = Object.assign(new Error("Canceled"), { canceled: true });
	await expect(fakePort(3, cancelled).port.read(Buffer.alloc(1), 0, 1)).rejects.toBe(cancelled);
});

it("leaves ports without a poller alone, and no port at all", () => {
	const read = () => {};
	const port = { read } as unknown as NonNullable<Parameters<typeof quicken>[0]>;
	quicken(port);
	quicken(undefined);
	expect(port.read).toBe(read);
});
