import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FAILED } from "./bdos-directory.js";
import { FolderDrive } from "./folder-drive.js";
import { FileCalls } from "./testing/file-calls.js";
import { ascii } from "./testing/z80-programs.js";

let outside: string;
let folder: string;

beforeEach(() => {
	outside = mkdtempSync(join(tmpdir(), "zulm-drive-"));
	folder = join(outside, "a");
	mkdirSync(folder);
});

afterEach(() => {
	rmSync(outside, { recursive: true, force: true });
});

function put(name: string, contents = "x"): void {
	writeFileSync(join(folder, name), contents);
}

function names(drive: FolderDrive): string[] {
	return drive.disk.listFiles().map(({ user, name }) => `${user}:${name}`);
}

describe("what CP/M sees of the folder", () => {
	test("files with 8.3 names, lower case folded, whole records", () => {
		put("hello.txt", "hello");
		put("X.COM", "y".repeat(200));
		const drive = new FolderDrive(folder);
		expect(names(drive).sort()).toEqual(["0:HELLO   TXT", "0:X       COM"]);
		expect(drive.disk.readFile("X       COM")).toHaveLength(256);
		expect(readFileSync(join(folder, "hello.txt"), "utf8")).toBe("hello");
	});

	test("nothing that is not 8.3, no folders, links, devices' names", () => {
		for (const name of ["toolongname.txt", "a.b.c", ".hidden", "sp ace.txt", "CON.TXT", "aux"]) put(name);
		mkdirSync(join(folder, "SUB"));
		writeFileSync(join(outside, "secret"), "secret");
		symlinkSync(join(outside, "secret"), join(folder, "LINK.TXT"));
		expect(names(new FolderDrive(folder))).toEqual([]);
	});

	test("of two names that differ in case the upper one is the file", () => {
		put("a.txt", "lower");
		put("A.TXT", "UPPER");
		const bytes = new FolderDrive(folder).disk.readFile("A       TXT") as Uint8Array;
		expect([...bytes.subarray(0, 5)]).toEqual([...ascii("UPPER")]);
	});

	test("user areas are the subfolders 1 to 15", () => {
		mkdirSync(join(folder, "3"));
		put("3/U.TXT");
		mkdirSync(join(folder, "16"));
		put("16/V.TXT");
		const drive = new FolderDrive(folder);
		expect(names(drive)).toEqual(["3:U       TXT"]);
		const calls = new FileCalls(drive);
		calls.directory.user = 5;
		calls.create("W       TXT", 1);
		expect(existsSync(join(folder, "5", "W.TXT"))).toBe(true);
	});

	test("host changes appear at the next mount, and what did not change is not touched", () => {
		put("A.TXT", "one");
		put("B.TXT", "two");
		const drive = new FolderDrive(folder);
		const before = statSync(join(folder, "A.TXT")).mtimeMs;
		put("C.TXT", "three");
		put("B.TXT", "two and a half");
		drive.mount();
		expect(names(drive)).toHaveLength(3);
		expect(drive.disk.readFile("B       TXT")?.subarray(0, 14)).toEqual(ascii("two and a half"));
		rmSync(join(folder, "C.TXT"));
		drive.mount();
		expect(names(drive)).toHaveLength(2);
		expect(statSync(join(folder, "A.TXT")).mtimeMs).toBe(before);
	});

	test("files too large for the disk are named and left out", () => {
		put("BIG.DAT", "z".repeat(20_000));
		put("OK.DAT");
		const drive = new FolderDrive(folder, { capacityBytes: 16 * 1024, directoryEntries: 32 });
		expect(names(drive)).toEqual(["0:OK      DAT"]);
		expect(drive.skipped).toEqual([join(folder, "BIG.DAT")]);
	});

	test("a folder that is none is refused", () => {
		expect(() => new FolderDrive(join(folder, "missing"))).toThrow(/is not a folder/);
	});
});

describe("what CP/M does to the folder", () => {
	test("a file appears whole, when it is closed", () => {
		const calls = new FileCalls(new FolderDrive(folder));
		const fcb = calls.fcb("N       DAT");
		calls.files.make(fcb);
		for (let i = 0; i < 300; i++) {
			calls.fill(i);
			calls.files.writeSequential(fcb);
		}
		expect(readdirSync(folder)).toEqual([]);
		expect(calls.files.close(fcb)).not.toBe(FAILED);
		expect(readFileSync(join(folder, "N.DAT"))).toHaveLength(300 * 128);
		expect(readdirSync(folder)).toEqual(["N.DAT"]);
	});

	test("a file is replaced under the name it has on the host", () => {
		put("old.txt", "old");
		const calls = new FileCalls(new FolderDrive(folder));
		const fcb = calls.fcb("OLD     TXT");
		calls.files.open(fcb);
		calls.fill(0x4242);
		calls.files.writeSequential(fcb);
		calls.files.close(fcb);
		expect(readFileSync(join(folder, "old.txt"))).toEqual(Buffer.alloc(128, 0x42));
		expect(readdirSync(folder)).toEqual(["old.txt"]);
	});

	test("delete and rename", () => {
		put("A.TXT", "a");
		put("B.TXT", "b");
		const calls = new FileCalls(new FolderDrive(folder));
		calls.files.delete(calls.fcb("A       TXT"));
		expect(readdirSync(folder)).toEqual(["B.TXT"]);
		const fcb = calls.fcb("B       TXT");
		calls.memory.set(ascii("\0NEW     COM"), fcb + 16);
		expect(calls.files.rename(fcb)).not.toBe(FAILED);
		expect(readdirSync(folder)).toEqual(["NEW.COM"]);
	});

	test("R/O is the host's write permission, both ways", () => {
		put("A.TXT");
		put("P.TXT");
		chmodSync(join(folder, "P.TXT"), 0o444);
		const drive = new FolderDrive(folder);
		expect(drive.disk.listFiles().map(({ readOnly }) => readOnly)).toEqual([false, true]);
		const calls = new FileCalls(drive);
		const fcb = calls.fcb("A       TXT");
		calls.set(9, calls.byte(9) | 0x80);
		calls.files.setAttributes(fcb);
		expect(statSync(join(folder, "A.TXT")).mode & 0o222).toBe(0);
		calls.files.setAttributes(calls.fcb("A       TXT"));
		expect(statSync(join(folder, "A.TXT")).mode & 0o200).toBe(0o200);
	});

	test.each([
		"../EVIL    ",
		"..      ../",
		"A/B     TXT",
		"A\\B     TXT",
		"C:      TXT",
		"LOWER   txt",
		"NUL     TXT",
		"A\0      TXT",
		"           ",
		"A  B    TXT",
	])("a program cannot make %j", (name) => {
		const calls = new FileCalls(new FolderDrive(folder));
		expect(calls.files.make(calls.fcb(name))).toBe(FAILED);
		calls.create("OK      TXT", 1);
		const fcb = calls.fcb("OK      TXT");
		calls.memory.set(ascii(`\0${name}`), fcb + 16);
		expect(calls.files.rename(fcb)).toBe(FAILED);
		expect(readdirSync(folder)).toEqual(["OK.TXT"]);
		expect(readdirSync(outside)).toEqual(["a"]);
	});

	test("a link or a folder in the way is left alone, and the close fails", () => {
		const secret = join(outside, "secret");
		writeFileSync(secret, "secret");
		symlinkSync(secret, join(folder, "LINK.TXT"));
		mkdirSync(join(folder, "DIR.TXT"));
		const calls = new FileCalls(new FolderDrive(folder));
		for (const name of ["LINK    TXT", "DIR     TXT"]) {
			const fcb = calls.fcb(name);
			calls.files.make(fcb);
			calls.files.writeSequential(fcb);
			expect(calls.files.close(fcb)).toBe(FAILED);
		}
		expect(readFileSync(secret, "utf8")).toBe("secret");
	});

	test("a user area that is a link is no user area", () => {
		mkdirSync(join(outside, "b"));
		symlinkSync(join(outside, "b"), join(folder, "7"));
		const calls = new FileCalls(new FolderDrive(folder));
		calls.directory.user = 7;
		const fcb = calls.fcb("A       TXT");
		calls.files.make(fcb);
		calls.files.writeSequential(fcb);
		expect(calls.files.close(fcb)).toBe(FAILED);
		expect(readdirSync(join(outside, "b"))).toEqual([]);
	});

	test("what was never closed is kept at the next mount, as its directory entry says", () => {
		const calls = new FileCalls(new FolderDrive(folder));
		const fcb = calls.fcb("P       DAT");
		calls.files.make(fcb);
		for (let i = 0; i < 130; i++) calls.files.writeSequential(fcb);
		calls.drives.reset();
		expect(readFileSync(join(folder, "P.DAT"))).toHaveLength(128 * 128);
	});
});

test("a read-only drive is never written", () => {
	put("A.TXT");
	const drive = new FolderDrive(folder, { readOnly: true });
	const calls = new FileCalls(drive);
	expect(() => calls.files.delete(calls.fcb("A       TXT"))).toThrow("R/O");
	drive.mount();
	expect(readdirSync(folder)).toEqual(["A.TXT"]);
});
