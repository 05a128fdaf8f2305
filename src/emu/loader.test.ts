/** What stands before CP/M: the boot loaders of RomWBW and of the Small Computer Monitor. */
import { describe, expect, test } from "vitest";
import { RC2014_STOCK, ROMWBW_LIKE } from "./machine-config.js";
import { Terminal } from "./testing/terminal.js";

describe("Small Computer Monitor", () => {
	test("waits at its star until it is told CPM", async () => {
		const terminal = await Terminal.boot({ ...RC2014_STOCK, stopInLoader: true });
		expect(terminal.output).toBe("\r\n\r\nSmall Computer Monitor - RC2014\r\n*");
		expect(await terminal.type("\r")).toBe("\r\n*");
		expect(await terminal.type("\x18\r")).toBe("\r\n*");
		expect(await terminal.type("DIR\r")).toBe("DIR\r\nBad command\r\n*");
		expect(await terminal.type("cpx\bm\r")).toBe(
			"cpx\b \bm\r\nCP/M 2.2 Copyright 1979 (c) by Digital Research\r\n\r\nA>",
		);
	});

	test("boots by itself where nobody is to be asked", async () => {
		const terminal = await Terminal.boot(RC2014_STOCK);
		expect(terminal.output).toMatch(/Copyright 1979.*\r\n\r\nA>$/);
	});
});

describe("RomWBW", () => {
	test("waits at Boot [H=Help], boots CP/M on C", async () => {
		const terminal = await Terminal.boot({ ...ROMWBW_LIKE, stopInLoader: true });
		expect(terminal.output).toMatch(/Boot Loader\r\n\r\nBoot \[H=Help\]: $/);
		expect(await terminal.type("q\r")).toBe("q\r\n\r\nERROR: Invalid command\r\n\r\nBoot [H=Help]: ");
		expect(await terminal.type("c\r")).toMatch(/^c\r\n\r\nLoading CP\/M 2\.2\.\.\.(?:.|\s)*54\.0K TPA\r\n\r\nA>$/);
	});
});

test("a BIOS that clears bit 7 of what is typed", async () => {
	const terminal = await Terminal.boot({ ...RC2014_STOCK, stripBit7: true });
	expect(await terminal.command("\xc6\xcf\xcf")).toBe("FOO\r\r\nFOO?\r\n\r\nA>");
});
