import { describe, expect, it } from "vitest";
import { openEmulatorLink } from "../emu/emulator-link.js";
import { BARE } from "../emu/machine-config.js";
import { MemoryDrive } from "../emu/memory-drive.js";
import { toolFiles } from "../emu/tools/tools.js";
import { ByteReader, bytesToText, textToBytes } from "./byte-reader.js";
import type { Link } from "./link.js";
import { asTyped, sendText } from "./send-text.js";
import { loopback } from "./simulation/loopback.js";

async function send(link: Link, text: string, signal?: AbortSignal) {
	const reader = new ByteReader(link);
	const progress: number[] = [];
	try {
		const result = await sendText(link, textToBytes(text), {
			reader,
			...(signal && { signal }),
			onProgress: (sent) => progress.push(sent),
		});
		expect(progress).toEqual(Array.from({ length: result.sent }, (_, i) => i + 1));
		return result;
	} finally {
		reader.close();
	}
}

it.each([
	["a\nb\r\nc\rd", "a\rb\rc\rd"],
	["\n\n", "\r\r"],
	["", ""],
])("types the line ends of %j as RETURN", (text, typed) => {
	expect(bytesToText(asTyped(textToBytes(text)))).toBe(typed);
});

describe("into a machine", () => {
	it("loses nothing in PIP at 9600 baud without flow control, with stalls of 2 s while the disk is written", async () => {
		const drive = new MemoryDrive({ files: toolFiles(BARE.tools) });
		const { link } = openEmulatorLink({ ...BARE, drive });
		const reader = new ByteReader(link);
		await reader.readUntil("A>", 10);
		// More than one of PIP's buffers, so that it writes in the middle.
		const line = "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG 0123456789\r\n";
		const text = line.repeat(Math.ceil(27_000 / line.length));
		await send(link, `PIP FOX.TXT=CON:\r`);
		expect(await send(link, text)).toMatchObject({ echoed: true });
		await send(link, "\x1a");
		reader.discard();
		await reader.readUntil("A>", 30);
		reader.close();
		const [stored = ""] = bytesToText(drive.read("FOX.TXT") ?? new Uint8Array(0)).split("\x1a");
		expect(stored.replaceAll("\n", "")).toBe(text.replaceAll("\n", ""));
	});
});

describe("into something that never answers", () => {
	it("keeps a pace that a slow machine can follow, and says so", async () => {
		const { near, far, clock } = loopback({ baud: 9600 });
		const arrivals: { readonly byte: number; readonly atS: number }[] = [];
		far.onData((bytes, atS) => {
			for (const byte of bytes) arrivals.push({ byte, atS });
		});
		expect(await send(near, "ABCDEFG\nH")).toEqual({ sent: 9, echoed: false });
		expect(bytesToText(Uint8Array.from(arrivals, ({ byte }) => byte))).toBe("ABCDEFG\rH");
		const at = (index: number) => arrivals[index]?.atS ?? Number.NaN;
		// The first three wait for an echo; then 2 ms a character, and 100 ms a line.
		expect(at(2) - at(1)).toBeGreaterThan(0.4);
		expect(at(5) - at(4)).toBeCloseTo(0.002, 3);
		expect(at(8) - at(7)).toBeCloseTo(0.1, 3);
		expect(clock.now()).toBeLessThan(3);
	});

	it("can be stopped", async () => {
		const { near, clock } = loopback();
		const controller = new AbortController();
		clock.at(1, () => controller.abort());
		await expect(send(near, "X".repeat(100_000), controller.signal)).rejects.toMatchObject({ code: "interrupted" });
		expect(clock.now()).toBeLessThan(1.1);
	});

	it("fails when the line goes", async () => {
		const wire = loopback();
		wire.clock.at(0.2, () => wire.cut());
		await expect(send(wire.near, "X".repeat(1000))).rejects.toMatchObject({ code: "line-lost" });
	});
});
