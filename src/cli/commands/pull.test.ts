import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { PullResult } from "../../report/results.js";
import { testFolder } from "../testing/folder.js";
import { runZulm } from "../testing/run.js";

const FILE = Uint8Array.from({ length: 1280 }, (_, i) => (i * 5) & 0xff);

function workplace() {
	const folder = testFolder();
	mkdirSync(folder.at("drive"));
	folder.write("drive/DATA.BIN", FILE);
	const env = { XDG_STATE_HOME: folder.at("state") };
	const run = (...args: string[]) =>
		runZulm(["pull", ...args, "--port", "emulator", "--drive", folder.at("drive")], { env });
	return { folder, run };
}

describe("pull", () => {
	it("brings a file from the emulated machine", async () => {
		const { folder, run } = workplace();
		const ran = await run("data.bin", "-o", folder.at("got.bin"), "--json");
		expect(ran.exitCode, ran.stderr).toBe(0);
		expect(Buffer.compare(readFileSync(folder.at("got.bin")), FILE)).toBe(0);
		expect(ran.json<PullResult>()).toMatchObject({
			name: "DATA.BIN",
			path: folder.at("got.bin"),
			sender: "sx",
			transfer: { protocol: "xmodem-crc", blockSize: 128, bytes: 1280, retries: 0 },
		});
	});

	it("writes nothing when there is no such file", async () => {
		const { folder, run } = workplace();
		const ran = await run("MISSING.TXT", "-o", folder.at("got.txt"));
		expect(ran.exitCode).toBe(4);
		expect(ran.stderr).toContain("There is no MISSING.TXT");
		expect(existsSync(folder.at("got.txt"))).toBe(false);
	});

	it("refuses a name that CP/M does not have", async () => {
		const { run } = workplace();
		expect((await run("much-too-long-name.text")).exitCode).toBe(2);
	});
});
