/** DDT on the emulated `bare` machine: what a bootstrap by hand sees. */
import { describe, expect, test } from "vitest";
import { BARE } from "../machine-config.js";
import { Terminal } from "../testing/terminal.js";
import { program } from "../testing/z80-programs.js";

const GREETER = program(`\tld de,hello\n\tld c,9\n\tcall bdos\n\trst 0\nhello:\tdb "HELLO FROM DDT$"`);

async function boot(files?: ReadonlyMap<string, Uint8Array>): Promise<Terminal> {
	return Terminal.boot({ ...BARE, diskStallS: 0, ...(files === undefined ? {} : { files }) });
}

describe("DDT", () => {
	test("takes a program byte by byte; G0 leaves it in memory for SAVE", async () => {
		const terminal = await boot();
		expect(await terminal.command("DDT")).toBe("\r\nDDT VERS 2.2\r\n-");
		expect(await terminal.type("S100\r")).toBe("S100\r\r\n0100 01 ");
		for (const [i, byte] of GREETER.entries()) {
			const typed = byte.toString(16).toUpperCase();
			expect((await terminal.type(`${typed}\r`)).startsWith(`${typed}\r\r\n01`), `byte ${i}`).toBe(true);
		}
		expect(await terminal.type(".\r")).toBe(".\r\r\n-");
		expect(await terminal.type("G0\r")).toBe("G0\r\r\nA>");
		expect(await terminal.command("SAVE 1 HI.COM")).toBe("\r\nA>");
		expect(await terminal.command("HI")).toBe("\r\nHELLO FROM DDT\r\nA>");
	});

	test("an empty line leaves the byte as it is and goes on to the next", async () => {
		const terminal = await boot();
		await terminal.command("DDT");
		await terminal.type("F200,20F,AA\r");
		await terminal.type("S200\r");
		expect(await terminal.type("\r")).toBe("\r\r\n0201 AA ");
		expect(await terminal.type("BB\r")).toBe("BB\r\r\n0202 AA ");
		await terminal.type(".\r");
		expect(await terminal.type("D200,203\r")).toBe("D200,203\r\r\n0200 AA BB AA AA ....\r\n-");
	});

	test("reads a program and says where it ends", async () => {
		const terminal = await boot(new Map([["HI.COM", GREETER]]));
		expect(await terminal.command("DDT HI.COM")).toBe("\r\nDDT VERS 2.2\r\nNEXT  PC\r\n0180 0100\r\n-");
		expect(await terminal.type("G100\r")).toBe("G100\rHELLO FROM DDT\r\nA>");
	});

	test("reads Intel HEX to where it belongs", async () => {
		const hex = ":03020000AABBCC CA\r\n".replace(" ", "");
		const terminal = await boot(new Map([["X.HEX", Buffer.from(`${hex}:0000000000\r\n`)]]));
		await terminal.command("DDT");
		await terminal.type("IX.HEX\r");
		expect(await terminal.type("R\r")).toBe("R\r\r\nNEXT  PC\r\n0203 0100\r\n-");
		expect(await terminal.type("D200,202\r")).toBe("D200,202\r\r\n0200 AA BB CC ...\r\n-");
	});

	test.each(["Q", "S", "SXYZ", "F200,100,0", "IX.COM\rR", "A100"])("answers %j with a question mark", async (line) => {
		const terminal = await boot();
		await terminal.command("DDT");
		expect(await terminal.type(`${line}\r`)).toMatch(/\r\r\n\?\r\n-$/);
	});

	test("dumps sixteen lines, then the next", async () => {
		const terminal = await boot();
		await terminal.command("DDT");
		const first = await terminal.type("D108\r");
		expect(
			first
				.split("\r\n")
				.slice(1, -1)
				.map((line) => line.slice(0, 4)),
		).toEqual([
			"0108",
			...Array.from({ length: 15 }, (_, i) => (0x110 + 16 * i).toString(16).toUpperCase().padStart(4, "0")),
		]);
		expect(await terminal.type("D\r")).toMatch(/^D\r\r\n0200 /);
	});

	test("adds and subtracts, moves", async () => {
		const terminal = await boot();
		await terminal.command("DDT");
		expect(await terminal.type("H1234,34\r")).toBe("H1234,34\r\r\n1268 1200\r\n-");
		await terminal.type("F300,301,7E\r");
		await terminal.type("M300,301,400\r");
		expect(await terminal.type("D400,401\r")).toBe("D400,401\r\r\n0400 7E 7E ~~\r\n-");
	});
});
