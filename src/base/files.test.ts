import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ZulmError } from "./errors.js";
import { checkWritable, makeFolder, readFileOrExplain, reasonOf, writeFileAtomic } from "./files.js";

function folder(): string {
	const path = mkdtempSync(join(tmpdir(), "zulm-files-"));
	onTestFinished(() => rmSync(path, { recursive: true, force: true }));
	return path;
}

function failure(work: () => void): string {
	try {
		work();
	} catch (error) {
		expect(error).toBeInstanceOf(ZulmError);
		return (error as ZulmError).message;
	}
	return "no failure";
}

test("a file is replaced whole, with the folders above it made, and nothing is left beside it", () => {
	const path = join(folder(), "a", "b", "c.txt");
	writeFileAtomic(path, "one");
	writeFileAtomic(path, new Uint8Array([50]));
	expect(readFileSync(path, "utf8")).toBe("2");
	expect(readdirSync(join(path, ".."))).toEqual(["c.txt"]);
});

test("a link stays a link: what it leads to is written", () => {
	const at = folder();
	writeFileSync(join(at, "real"), "old");
	symlinkSync("real", join(at, "link"));
	writeFileAtomic(join(at, "link"), "new");
	expect(lstatSync(join(at, "link")).isSymbolicLink()).toBe(true);
	expect(readFileSync(join(at, "real"), "utf8")).toBe("new");
});

test.skipIf(process.platform === "win32")("a device is written to, not replaced", () => {
	writeFileAtomic("/dev/null", "gone");
	checkWritable("/dev/null");
	expect(lstatSync("/dev/null").isCharacterDevice()).toBe(true);
});

test("a folder, a file in the way and a missing file are named as such", () => {
	const at = folder();
	writeFileSync(join(at, "file"), "");
	for (const refuse of [writeFileAtomic, checkWritable]) {
		expect(failure(() => refuse(at, ""))).toBe(`Cannot write ${at}: it is a folder.`);
		expect(failure(() => refuse(join(at, "file", "x"), ""))).toMatch(/a file of that name|not a folder/);
	}
	expect(failure(() => makeFolder(join(at, "file")))).toMatch(/a file of that name is in the way/);
	expect(failure(() => readFileOrExplain(join(at, "none"), "corpus"))).toMatch(/^Cannot read the corpus .*not exist/);
});

test("asking whether a file could be written makes its folders and no file", () => {
	const path = join(folder(), "reports", "x.npz");
	checkWritable(path);
	expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("errors of the file system have words", () => {
	expect(reasonOf({ code: "ENOSPC" })).toBe("the disk is full");
	expect(reasonOf({ code: "EROFS" })).toBe("the disk is read-only");
	expect(reasonOf(new Error("odd"))).toBe("odd");
});
