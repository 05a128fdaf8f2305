import { describe, expect, test } from "vitest";
import { ZulmError } from "../base/errors.js";
import { backupName, cpmName, defaultProgramName, programName } from "./names.js";

describe("CP/M names", () => {
	test.each([
		["chat.com", "CHAT.COM"],
		[" Guess2.Com ", "GUESS2.COM"],
		["A", "A"],
		["12345678.123", "12345678.123"],
		["ZULM$$$.COM", "ZULM$$$.COM"],
	])("%s is %s", (text, name) => expect(cpmName(text)).toBe(name));

	test.each([
		"",
		".COM",
		"NINECHARS.COM",
		"A.LONG",
		"A B.COM",
		"A*.COM",
		"A?.COM",
		"B:A.COM",
		"A_B.COM",
		"A.B.C",
		"ä.COM",
	])("%j is refused with a hint", (text) => {
		const error = thrown(() => cpmName(text));
		expect(error).toMatchObject({ code: "name-invalid", exitCode: 2 });
		expect(error.message).toBe(`"${text}" is not a CP/M file name.`);
		expect(error.hint).toContain("CHAT.COM");
	});

	test("a program gets .COM", () => expect(programName("chat")).toBe("CHAT.COM"));

	test.each(["chat.hex", "dir", "TYPE.COM", "zulmtmp.com"])("%s could not be started, or is ours", (text) => {
		expect(thrown(() => programName(text)).code).toBe("name-invalid");
	});

	test("names from host paths", () => {
		expect(defaultProgramName("models/my-guess.v2.com")).toBe("MYGUESSV.COM");
		expect(defaultProgramName("/x/日本.com")).toBe("CHAT.COM");
		expect(defaultProgramName("dir.com")).toBe("CHAT.COM");
	});

	test("the backup's name is found again from the name", () => expect(backupName("CHAT.COM")).toBe("CHAT.ZBK"));
});

function thrown(run: () => unknown): ZulmError {
	try {
		run();
	} catch (error) {
		if (error instanceof ZulmError) return error;
	}
	throw new Error("expected a ZulmError");
}
