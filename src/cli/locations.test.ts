import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keptDrive, shippedFile, stemOf, timeStamp } from "./locations.js";

describe("locations", () => {
	it("keeps the emulated drive where the platform keeps state", () => {
		expect(keptDrive({ XDG_STATE_HOME: "/x", HOME: "/h" }, "linux")).toBe(join("/x", "zulm", "drive-a"));
		expect(keptDrive({ HOME: "/h" }, "linux")).toBe(join("/h", ".local", "state", "zulm", "drive-a"));
		expect(keptDrive({ HOME: "/h" }, "darwin")).toBe(join("/h", "Library", "Application Support", "zulm", "drive-a"));
		expect(keptDrive({ LOCALAPPDATA: "/l" }, "win32")).toBe(join("/l", "zulm", "drive-a"));
	});

	it("finds what is shipped", () => {
		expect(existsSync(shippedFile("package.json"))).toBe(true);
	});

	it("names things after their files", () => {
		expect(["a/smalltalk.txt", "smalltalk.txt.gz", "smalltalk.npz", "SMALLTAL.COM", "x/smalltalk"].map(stemOf)).toEqual(
			["smalltalk", "smalltalk", "smalltalk", "SMALLTAL", "smalltalk"],
		);
		expect(stemOf(".txt")).toBe("zulm");
	});

	it("stamps times so that they sort", () => {
		expect(timeStamp(new Date(2001, 1, 3, 4, 5, 6))).toBe("20010203-040506");
	});
});
