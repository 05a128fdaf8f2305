/** The short way to a port, with files in place of devices; over a real pseudo-terminal it is in serial-link.test.ts. */
import { EventEmitter } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { testFolder } from "../cli/testing/folder.js";
import { bytesToText, textToBytes } from "./byte-reader.js";
import { readPort, writeNow } from "./quick-port.js";

type Port = Parameters<typeof readPort>[0];

/** A port of the serialport package, as far as the short way knows it. `poll` makes its poller tell. */
class FakePort extends EventEmitter {
	writableLength = 0;
	poll: (error: Error | null) => void = () => {};
	watches = 0;
	readonly port;

	constructor(fd: number | null) {
		super();
		this.port = {
			fd,
			isOpen: fd !== null,
			poller: {
				once: (_: string, tell: (error: Error | null) => void) => {
					this.poll = tell;
					this.watches++;
				},
			},
		};
	}

	get isReadByPackage(): boolean {
		return this.listenerCount("data") > 0;
	}
}

function listening(port: FakePort): { heard: string } {
	const ear = { heard: "" };
	readPort(port as unknown as Port, (bytes) => {
		ear.heard += bytesToText(bytes);
	});
	return ear;
}

it("reads when the poller says so, until there is nothing to read; then the package does", () => {
	const fd = openSync(testFolder().write("device", Buffer.from("abc")), "r");
	const port = new FakePort(fd);
	const ear = listening(port);
	expect(ear.heard).toBe("");
	port.poll(null);
	expect([ear.heard, port.isReadByPackage]).toEqual(["abc", false]);
	port.poll(null);
	expect([ear.heard, port.isReadByPackage]).toEqual(["abc", true]);
	port.emit("data", Buffer.from("def"));
	expect(ear.heard).toBe("abcdef");
	closeSync(fd);
});

it("watches again once what the bytes set off is done, unless that closed the port", async () => {
	const fd = openSync(testFolder().write("device", Buffer.from("abc")), "r");
	const turn = () => new Promise((resolve) => setImmediate(resolve));
	const port = new FakePort(fd);
	let watchesAtArrival = 0;
	readPort(port as unknown as Port, async () => {
		await undefined;
		watchesAtArrival = port.watches;
	});
	port.poll(null);
	await turn();
	expect([watchesAtArrival, port.watches]).toEqual([1, 2]);
	closeSync(fd);

	const closing = new FakePort(openSync(testFolder().write("device", Buffer.from("abc")), "r"));
	readPort(closing as unknown as Port, () => {
		closing.port.isOpen = false;
	});
	closing.poll(null);
	await turn();
	expect([closing.watches, closing.isReadByPackage]).toEqual([1, false]);
	closeSync(closing.port.fd ?? -1);
});

it("leaves an error to the package, and a port that is being closed alone", () => {
	const port = new FakePort(-1);
	listening(port);
	port.poll(new Error("EIO"));
	expect(port.isReadByPackage).toBe(true);

	const closing = new FakePort(-1);
	listening(closing);
	closing.port.isOpen = false;
	closing.poll(new Error("Canceled"));
	expect(closing.isReadByPackage).toBe(false);
});

it("writes at once what the driver takes, never before what still waits, and nothing where it fails", () => {
	const path = testFolder().write("device", Buffer.alloc(0));
	const fd = openSync(path, "r+");
	const write = (port: FakePort) => writeNow(port as unknown as Port, textToBytes("abc"));
	const port = new FakePort(fd);
	expect([write(port), readFileSync(path, "latin1")]).toEqual([3, "abc"]);
	port.writableLength = 1;
	expect(write(port)).toBe(0);
	closeSync(fd);
	expect([write(new FakePort(-1)), write(new FakePort(null))]).toEqual([0, 0]);
	expect(readFileSync(path, "latin1")).toBe("abc");
});

it("is not there for ports without a poller", () => {
	const port = Object.assign(new EventEmitter(), { port: {} }) as unknown as FakePort;
	listening(port);
	expect(port.listenerCount("data")).toBe(1);
	expect(writeNow(port as unknown as Port, textToBytes("abc"))).toBe(0);
});
