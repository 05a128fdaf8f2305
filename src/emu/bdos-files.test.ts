import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FAILED } from "./bdos-directory.js";
import { DiskError } from "./bdos-drives.js";
import { nameOfEntry } from "./file-name.js";
import { MemoryDrive } from "./memory-drive.js";
import { FileCalls } from "./testing/file-calls.js";

const A = "A       DAT";
const B = "B       DAT";
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("sequential files", () => {
	test.each([0, 1, 127, 128, 129, 256, 300, 1000])("%i records come back in order", (records) => {
		const calls = new FileCalls();
		calls.create(A, records);
		expect(calls.readAll(A)).toEqual(numbers(records));
	});

	test("the FCB shows record, extent and count as the manual says", () => {
		const calls = new FileCalls();
		calls.create(A, 130);
		const fcb = calls.fcb(A);
		expect(calls.files.open(fcb)).toBe(0);
		expect([calls.byte(12), calls.byte(15), calls.byte(32)]).toEqual([0, 128, 0]);
		for (let i = 0; i < 129; i++) calls.files.readSequential(fcb);
		expect([calls.byte(12), calls.byte(15), calls.byte(32)]).toEqual([1, 2, 1]);
	});

	test("the 128th record of an extent makes the next one at once", () => {
		const calls = new FileCalls();
		calls.create(A, 128);
		expect(calls.drive.disk.entriesOf(0, A)).toHaveLength(2);
	});

	test("CR can be set to read from any record of the extent", () => {
		const calls = new FileCalls();
		calls.create(A, 20);
		const fcb = calls.fcb(A);
		calls.files.open(fcb);
		calls.set(32, 7);
		expect(calls.files.readSequential(fcb)).toBe(0);
		expect(calls.filled()).toBe(7);
	});

	test("a later extent can be opened by its number", () => {
		const calls = new FileCalls();
		calls.create(A, 300);
		const fcb = calls.fcb(A, 2);
		expect(calls.files.open(fcb)).not.toBe(FAILED);
		calls.files.readSequential(fcb);
		expect(calls.filled()).toBe(256);
	});

	test("more than 512 K goes through S2", () => {
		const calls = new FileCalls(new MemoryDrive());
		calls.create(A, 4200);
		expect(calls.readAll(A)).toEqual(numbers(4200));
		const last = calls.drive.disk.entriesOf(0, A).at(-1) as number;
		expect(calls.drive.disk.entry(last)[14]).toBe(1);
	});

	test("what is written and not closed is not in the directory", () => {
		const calls = new FileCalls();
		const fcb = calls.fcb(A);
		calls.files.make(fcb);
		calls.fill(1);
		calls.files.writeSequential(fcb);
		expect(calls.readAll(A)).toEqual([]);
	});

	test("opening what is not there fails, closing it too", () => {
		const calls = new FileCalls();
		expect(calls.files.open(calls.fcb(A))).toBe(FAILED);
		calls.create(A, 1);
		const fcb = calls.fcb(A);
		calls.files.open(fcb);
		calls.files.writeSequential(fcb);
		calls.drive.disk.removeFile(A);
		expect(calls.files.close(fcb)).toBe(FAILED);
	});

	test("an open with question marks opens the first match", () => {
		const calls = new FileCalls();
		calls.create(A, 1);
		expect(calls.files.open(calls.fcb("?       DAT"))).toBe(0);
		expect(calls.byte(1)).toBe(0x41);
	});
});

describe("random files", () => {
	test("records written anywhere come back; holes and beyond are errors 1 and 4", () => {
		const calls = new FileCalls();
		const fcb = calls.fcb(A);
		calls.files.make(fcb);
		for (const record of [1000, 3, 129]) {
			calls.setRandom(record);
			calls.fill(record);
			expect(calls.files.writeRandom(fcb, false)).toBe(0);
		}
		calls.files.close(fcb);
		for (const record of [3, 129, 1000]) {
			calls.setRandom(record);
			expect(calls.files.readRandom(fcb)).toBe(0);
			expect(calls.filled()).toBe(record);
		}
		calls.setRandom(100);
		expect(calls.files.readRandom(fcb)).toBe(1);
		calls.setRandom(500);
		expect(calls.files.readRandom(fcb)).toBe(4);
		// After an error the FCB still works.
		calls.setRandom(3);
		expect(calls.files.readRandom(fcb)).toBe(0);
	});

	test("a random read or write sets the position without moving on: the next sequential one is the same record", () => {
		const calls = new FileCalls();
		calls.create(A, 200);
		const fcb = calls.fcb(A);
		calls.files.open(fcb);
		calls.setRandom(150);
		calls.files.readRandom(fcb);
		calls.files.readSequential(fcb);
		expect(calls.filled()).toBe(150);
		calls.files.readSequential(fcb);
		expect(calls.filled()).toBe(151);
	});

	test("record numbers beyond 65535 are error 6", () => {
		const calls = new FileCalls();
		calls.create(A, 1);
		const fcb = calls.fcb(A);
		calls.files.open(fcb);
		calls.setRandom(65536);
		expect([calls.files.readRandom(fcb), calls.files.writeRandom(fcb, false)]).toEqual([6, 6]);
	});

	test("function 40 clears the rest of a new block, function 34 does not", () => {
		const dirty = () => {
			const calls = new FileCalls(new MemoryDrive({ capacityBytes: 16 * 1024, directoryEntries: 32 }));
			calls.create(B, 120);
			calls.files.delete(calls.fcb(B));
			const fcb = calls.fcb(A);
			calls.files.make(fcb);
			calls.setRandom(2);
			calls.fill(2);
			return { calls, fcb };
		};
		const neighbour = (zeroFill: boolean) => {
			const { calls, fcb } = dirty();
			calls.files.writeRandom(fcb, zeroFill);
			calls.setRandom(1);
			calls.files.readRandom(fcb);
			return calls.memory.slice(0x80, 0x100).some((byte) => byte !== 0);
		};
		expect([neighbour(true), neighbour(false)]).toEqual([false, true]);
	});

	test("function 35 gives the number after the last record, 36 the record at hand", () => {
		const calls = new FileCalls();
		calls.create(A, 300);
		const fcb = calls.fcb(A);
		calls.files.computeSize(fcb);
		expect(calls.random()).toBe(300);
		calls.files.open(fcb);
		for (let i = 0; i < 140; i++) calls.files.readSequential(fcb);
		calls.files.setRandom(fcb);
		expect(calls.random()).toBe(140);
	});

	test("any mix of random writes reads back like an array (seeded)", () => {
		const writes = fc.array(fc.record({ record: fc.nat(900), value: fc.nat(65535) }), { maxLength: 60 });
		fc.assert(
			fc.property(writes, (list) => {
				const calls = new FileCalls();
				const expected = new Map<number, number>();
				const fcb = calls.fcb(A);
				calls.files.make(fcb);
				for (const { record, value } of list) {
					calls.setRandom(record);
					calls.fill(value);
					expect(calls.files.writeRandom(fcb, true)).toBe(0);
					expected.set(record, value);
				}
				expect(calls.files.close(fcb)).not.toBe(FAILED);
				for (const [record, value] of expected) {
					calls.setRandom(record);
					expect(calls.files.readRandom(fcb)).toBe(0);
					expect(calls.filled()).toBe(value);
				}
			}),
			{ numRuns: 40 },
		);
	});
});

describe("directory", () => {
	test("search first and next give every match, with its entry in the DMA buffer", () => {
		const calls = new FileCalls();
		for (const name of [A, B, "B       TXT", "C       DAT", "D       DAT", "E       DAT"]) calls.create(name, 1);
		const names: string[] = [];
		const fcb = calls.fcb("????????DAT");
		for (let code = calls.files.searchFirst(fcb); code !== FAILED; code = calls.files.searchNext()) {
			names.push(nameOfEntry(calls.found(code)));
		}
		expect(names).toEqual([A, B, "C       DAT", "D       DAT", "E       DAT"]);
	});

	test("a search with ? as extent gives every extent; without it the first", () => {
		const calls = new FileCalls();
		calls.create(A, 300);
		const count = (extent: number) => {
			let found = 0;
			const fcb = calls.fcb(A, extent);
			for (let code = calls.files.searchFirst(fcb); code !== FAILED; code = calls.files.searchNext()) found++;
			return found;
		};
		expect([count(0), count(0x3f)]).toEqual([1, 3]);
	});

	test("a search with ? as drive gives every entry, free ones and other users' too", () => {
		const calls = new FileCalls();
		calls.create(A, 1);
		calls.directory.user = 4;
		calls.create(B, 1);
		const fcb = calls.fcb("           ");
		calls.set(0, 0x3f);
		let entries = 0;
		const users: number[] = [];
		for (let code = calls.files.searchFirst(fcb); code !== FAILED; code = calls.files.searchNext()) {
			entries++;
			users.push(calls.found(code)[0] as number);
		}
		expect(entries).toBe(calls.drive.disk.geometry.directoryEntries);
		expect(users.slice(0, 3)).toEqual([0, 4, 0xe5]);
	});

	test("user areas do not see each other's files", () => {
		const calls = new FileCalls();
		calls.create(A, 1);
		calls.directory.user = 1;
		expect(calls.files.open(calls.fcb(A))).toBe(FAILED);
		calls.create(A, 2);
		calls.directory.user = 0;
		expect(calls.readAll(A)).toEqual([0]);
	});

	test("delete takes every match and gives the blocks back", () => {
		const calls = new FileCalls();
		const free = calls.drive.disk.freeBlocks;
		calls.create(A, 300);
		calls.create(B, 10);
		expect(calls.files.delete(calls.fcb("????????DAT"))).toBe(0);
		expect(calls.drive.disk.listFiles()).toEqual([]);
		expect(calls.drive.disk.freeBlocks).toBe(free);
		expect(calls.files.delete(calls.fcb(A))).toBe(FAILED);
	});

	test("rename changes every extent", () => {
		const calls = new FileCalls();
		calls.create(A, 300);
		const fcb = calls.fcb(A);
		calls.memory.set(calls.memory.slice(fcb, fcb + 12), fcb + 16);
		calls.set(17, 0x42);
		expect(calls.files.rename(fcb)).toBe(0);
		expect(calls.readAll(B)).toEqual(numbers(300));
		expect(calls.files.rename(calls.fcb(A))).toBe(FAILED);
	});
});

describe("attributes and protection", () => {
	function readOnlyFile(): FileCalls {
		const calls = new FileCalls();
		calls.create(A, 1);
		const fcb = calls.fcb(A);
		calls.set(9, calls.byte(9) | 0x80);
		expect(calls.files.setAttributes(fcb)).toBe(0);
		return calls;
	}

	test("function 30 sets them, an open shows them", () => {
		const calls = readOnlyFile();
		calls.files.open(calls.fcb(A));
		expect(calls.byte(9) & 0x80).toBe(0x80);
	});

	test("a read-only file cannot be written, deleted or renamed", () => {
		const calls = readOnlyFile();
		const fileError = new DiskError("File R/O", 0);
		expect(() => calls.files.delete(calls.fcb(A))).toThrow(fileError);
		expect(() => calls.files.rename(calls.fcb(A))).toThrow(fileError);
		const fcb = calls.fcb(A);
		calls.files.open(fcb);
		expect(() => calls.files.writeSequential(fcb)).toThrow(fileError);
		expect(() => calls.files.writeRandom(fcb, false)).toThrow(fileError);
		expect(calls.readAll(A)).toEqual([0]);
	});

	test("a read-only drive can be read only, and function 29 says so", () => {
		const drive = new MemoryDrive({ files: new Map([["A.DAT", new Uint8Array(128)]]), readOnly: true });
		const calls = new FileCalls(drive);
		expect(calls.drives.readOnlyVector).toBe(1);
		expect(calls.readAll(A)).toEqual([0]);
		const driveError = new DiskError("R/O", 0);
		expect(() => calls.files.make(calls.fcb(B))).toThrow(driveError);
		expect(() => calls.files.delete(calls.fcb(A))).toThrow(driveError);
	});

	test("function 28 protects until the drive is reset", () => {
		const calls = new FileCalls();
		calls.drives.protectCurrent();
		expect(() => calls.files.make(calls.fcb(A))).toThrow(DiskError);
		calls.drives.logOut(1);
		expect(calls.files.make(calls.fcb(A))).toBe(0);
	});

	test("a drive that is not there is a Select error, by FCB and by function 14", () => {
		const calls = new FileCalls();
		const fcb = calls.fcb(A);
		calls.set(0, 3);
		expect(() => calls.files.open(fcb)).toThrow(new DiskError("Select", 2));
		expect(() => calls.drives.setCurrent(1)).toThrow(new DiskError("Select", 1));
	});
});

describe("full", () => {
	test("disk full: the write says 2, and what was written is still there", () => {
		// 16 blocks of 1 K, one of them the directory.
		const calls = new FileCalls(new MemoryDrive({ capacityBytes: 16 * 1024, directoryEntries: 32 }));
		const fcb = calls.fcb(A);
		calls.files.make(fcb);
		let code = 0;
		let written = 0;
		for (; code === 0; written++) {
			calls.fill(written);
			code = calls.files.writeSequential(fcb);
		}
		expect([code, written - 1]).toEqual([2, 15 * 8]);
		expect(calls.files.close(fcb)).toBe(0);
		expect(calls.readAll(A)).toEqual(numbers(120));
	});

	test("directory full: make says 255; a file that needs another extent stops with 1", () => {
		const calls = new FileCalls(new MemoryDrive({ capacityBytes: 64 * 1024, directoryEntries: 32 }));
		for (let i = 0; i < 31; i++) calls.create(`F${String(i).padEnd(7)}DAT`, 0);
		const fcb = calls.fcb(A);
		expect(calls.files.make(fcb)).not.toBe(FAILED);
		expect(calls.files.make(calls.fcb(B))).toBe(FAILED);
		const again = calls.fcb(A);
		calls.files.open(again);
		const codes = new Set<number>();
		for (let i = 0; i < 128; i++) codes.add(calls.files.writeSequential(again));
		expect(codes).toEqual(new Set([0]));
		expect(calls.files.writeSequential(again)).toBe(1);
		calls.setRandom(500);
		expect(calls.files.writeRandom(again, false)).toBe(5);
		expect(calls.files.close(again)).not.toBe(FAILED);
		expect(calls.readAll(A)).toHaveLength(128);
	});
});

test("no FCB and no function can harm more than the emulated disk (seeded)", () => {
	fc.assert(
		fc.property(
			fc.uint8Array({ minLength: 36, maxLength: 36 }),
			fc.array(fc.record({ call: fc.nat(9), at: fc.constantFrom(0x5c, 0xfff0, 0xffdd) }), { maxLength: 12 }),
			(bytes, list) => {
				const calls = new FileCalls(new MemoryDrive({ capacityBytes: 64 * 1024, directoryEntries: 32 }));
				calls.create(A, 20);
				const { files } = calls;
				for (const { call, at } of list) {
					bytes.forEach((byte, i) => {
						// Name and drive of the file half of the time, so that something is found.
						const spared = i < 12 && (bytes[35] as number) < 128;
						calls.memory[(at + i) & 0xffff] = spared ? ([0, ...Buffer.from(A)][i] as number) : byte;
					});
					const actions = [
						() => files.open(at),
						() => files.close(at),
						() => files.readSequential(at),
						() => files.writeSequential(at),
						() => files.readRandom(at),
						() => files.writeRandom(at, true),
						() => files.make(at),
						() => files.searchFirst(at) + files.searchNext(),
						() => files.computeSize(at),
						() => files.rename(at),
					];
					try {
						actions[call]?.();
					} catch (error) {
						expect(error).toBeInstanceOf(DiskError);
					}
				}
				expect(calls.drive.disk.listFiles().length).toBeLessThanOrEqual(32);
			},
		),
		{ numRuns: 300 },
	);
});
