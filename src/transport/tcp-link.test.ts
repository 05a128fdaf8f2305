import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ZulmError } from "../base/errors.js";
import { ByteReader, textToBytes } from "./byte-reader.js";
import { openLink } from "./open-link.js";
import { openTcp } from "./tcp-link.js";

const SETTINGS = { baud: 9600, rtscts: false, characterDelayS: 0, lineDelayS: 0 };

let server: Server;
let url: string;
let accepted: Promise<Socket>;

beforeEach(async () => {
	server = createServer();
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	url = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
	accepted = once(server, "connection").then(([socket]) => socket as Socket);
});
afterEach(() => {
	server.close();
});

async function codeOf(promise: Promise<unknown>): Promise<string> {
	return promise.then(
		() => "no error",
		(error: ZulmError) => error.code,
	);
}

it("carries bytes both ways and ends both sides on close", async () => {
	const link = await openTcp(url);
	const far = await accepted;
	expect(link.describe()).toEqual({ kind: "tcp", port: url });
	expect(link.controlLines).toBeUndefined();
	const reader = new ByteReader(link);
	far.write(Uint8Array.of(0, 255));
	expect(await reader.readExactly(2, 10)).toEqual(Uint8Array.of(0, 255));
	const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
	const received: Buffer[] = [];
	far.on("data", (chunk) => received.push(chunk));
	await link.write(all);
	await link.drain();
	const said: unknown[] = [];
	link.onClose((error) => said.push(error));
	const ended = once(far, "end");
	await link.close();
	await link.close();
	await ended;
	expect(new Uint8Array(Buffer.concat(received))).toEqual(all);
	expect(said).toEqual([undefined]);
	expect(await codeOf(link.write(all))).toBe("line-lost");
});

it("is lost when the far side closes", async () => {
	const link = await openTcp(url);
	const lost = new Promise<ZulmError | undefined>((resolve) => link.onClose(resolve));
	(await accepted).destroy();
	expect((await lost)?.code).toBe("line-lost");
	expect(await codeOf(link.write(textToBytes("x")))).toBe("line-lost");
	expect(await codeOf(link.drain())).toBe("line-lost");
	await link.close();
});

it("says when nobody listens there", async () => {
	server.close();
	await once(server, "close");
	const error = await openTcp(url).catch((failure: ZulmError) => failure);
	expect(error).toMatchObject({ code: "port-unknown", message: `Nobody listens at ${url}.` });
});

it("obeys Ctrl-C and the time limit while connecting", async () => {
	expect(await codeOf(openTcp(url, { signal: AbortSignal.abort() }))).toBe("interrupted");
	// A clock on which the limit is over before a packet can travel.
	const clock = { now: () => 0, after: () => () => {}, sleep: async () => {} };
	const error = await openTcp(url, { clock }).catch((failure: ZulmError) => failure);
	expect(error).toMatchObject({ code: "line-failed", message: `${url} did not answer within 10 s.` });
});

it("is what openLink opens for tcp://, and only lines can be opened", async () => {
	const link = await openLink(url, SETTINGS);
	expect(link.describe().kind).toBe("tcp");
	await accepted;
	await link.close();
	expect(await codeOf(openLink("emulator", SETTINGS))).toBe("usage");
	expect(await codeOf(openLink("auto", SETTINGS))).toBe("usage");
	expect(await codeOf(openLink("/dev/zulm-does-not-exist", SETTINGS))).toBe("port-unknown");
});
