/** DOWNLOAD on the emulated stock RC2014: packages good and bad, user areas, what stays behind. */
import { describe, expect, test } from "vitest";
import { RC2014_STOCK } from "../machine-config.js";
import { MemoryDrive } from "../memory-drive.js";
import { Terminal } from "../testing/terminal.js";
import { toolFiles } from "./tools.js";

function packageOf(bytes: Uint8Array, { count = 0, sum = 0, user = "0" } = {}): string {
	const two = (value: number) => (value & 0xff).toString(16).toUpperCase().padStart(2, "0");
	const total = bytes.reduce((all, byte) => all + byte, 0);
	return `U${user}\r\n:${Array.from(bytes, two).join("")}>${two(bytes.length + count)}${two(total + sum)}`;
}

async function boot(): Promise<{ terminal: Terminal; drive: MemoryDrive }> {
	const drive = new MemoryDrive({ files: toolFiles(["DOWNLOAD"]) });
	return { terminal: await Terminal.boot({ ...RC2014_STOCK, drive }), drive };
}

describe("DOWNLOAD", () => {
	test("writes the bytes of a package, a dot for each record, a new line after 64", async () => {
		const { terminal, drive } = await boot();
		const bytes = Uint8Array.from({ length: 65 * 128 }, (_, i) => (i * 7) & 0xff);
		expect(await terminal.command("DOWNLOAD X.BIN")).toBe("\r\n");
		expect(await terminal.type(packageOf(bytes))).toBe(`${".".repeat(64)}\r\n.\r\nOK\r\nA>`);
		expect(drive.read("X.BIN")).toEqual(bytes);
	});

	test("loses nothing when command and package come in one go", async () => {
		const { terminal, drive } = await boot();
		const bytes = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff);
		expect(await terminal.type(`DOWNLOAD X.BIN\r\n${packageOf(bytes)}`)).toBe("DOWNLOAD X.BIN\r\r\n...\r\nOK\r\nA>");
		expect(drive.read("X.BIN")?.subarray(0, 300)).toEqual(bytes);
	});

	test.each([
		["sum", { sum: 1 }, "======Checksum Error======"],
		["count", { count: 1 }, "======File Length Error======"],
		["both: the count is looked at first", { count: 1, sum: 1 }, "======File Length Error======"],
	])("a wrong %s is told, and the file stays", async (_, wrong, message) => {
		const { terminal, drive } = await boot();
		await terminal.command("DOWNLOAD X.BIN");
		expect(await terminal.type(packageOf(Uint8Array.of(1, 2, 3), wrong))).toBe(`.\r\n${message}\r\nA>`);
		expect(drive.read("X.BIN")?.subarray(0, 3)).toEqual(Uint8Array.of(1, 2, 3));
	});

	test("the digit after U is the user area", async () => {
		const { terminal, drive } = await boot();
		await terminal.command("DOWNLOAD X.BIN");
		await terminal.type(packageOf(Uint8Array.of(1), { user: "3" }));
		expect(drive.read("X.BIN", 3)?.[0]).toBe(1);
		expect(drive.read("X.BIN")).toBeUndefined();
	});
});
