/** STAT where captured sessions do not show it. */
import { expect, test } from "vitest";
import { BARE } from "../machine-config.js";
import { MemoryDrive } from "../memory-drive.js";
import { Terminal } from "../testing/terminal.js";
import { toolFiles } from "./tools.js";

async function boot(): Promise<Terminal> {
	const drive = new MemoryDrive({ files: toolFiles(["STAT"]), capacityBytes: 200 * 1024 });
	return Terminal.boot({ ...BARE, drive });
}

test("tells the room on the disks that are logged in, and on one", async () => {
	const terminal = await boot();
	// 200 K less 4 K of directory and STAT itself.
	expect(await terminal.command("STAT")).toBe("\r\nA: R/W, Space: 195k\r\n\r\n\r\nA>");
	expect(await terminal.command("STAT A:")).toBe("\r\n\r\nBytes Remaining On A: 195k\r\n\r\nA>");
});

test("a disk set to R/O says so until the next warm boot", async () => {
	const terminal = await boot();
	await terminal.command("STAT A:=R/O");
	expect(await terminal.command("STAT")).toBe("\r\nA: R/O, Space: 195k\r\n\r\n\r\nA>");
	expect(await terminal.command("STAT")).toBe("\r\nA: R/W, Space: 195k\r\n\r\n\r\nA>");
});

test("does not pretend to know more", async () => {
	const terminal = await boot();
	expect(await terminal.command("STAT USR:")).toMatch(/^\r\n\r\nOnly STAT, .* are emulated\.\r\n\r\nA>$/);
	expect(await terminal.command("STAT NONE.COM $R/O")).toBe("\r\n\r\nFile Not Found\r\n\r\nA>");
});
