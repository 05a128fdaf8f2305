/**
 * The emulated tools against recordings of the real ones on a real CP/M 2.2: the same is typed, the same bytes must
 * come back. The recordings are no part of this repository: where they are missing, the tests are skipped and say so.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BARE, type MachineConfig } from "../machine-config.js";
import { MemoryDrive } from "../memory-drive.js";
import { type Exchange, readExchanges } from "../testing/capture.js";
import { Terminal } from "../testing/terminal.js";
import { toolFiles } from "./tools.js";

const FOLDER = fileURLToPath(new URL("../../../../shared/captures/", import.meta.url));
const THERE = existsSync(FOLDER);

/** The machine behind the recordings: a line that loses nothing and a fast disk. */
const RECORDED: MachineConfig = {
	...BARE,
	name: "recorded",
	baud: 115_200,
	flowControl: true,
	receiveRing: { size: 32, dropRtsAt: 16, raiseRtsAt: 8 },
	diskStallS: 0,
};
const QUIET_S = 0.5;

/** Types what was typed, and returns the answers beside those of the recording. */
async function replay(file: string, from: string, to: string): Promise<{ ours: Exchange[]; real: Exchange[] }> {
	const all = readExchanges(`${FOLDER}${file}`);
	const first = all.findIndex(({ typed }) => typed === from);
	const last = all.findIndex(({ typed }, i) => i >= first && typed === to);
	expect(first).toBeGreaterThanOrEqual(0);
	expect(last).toBeGreaterThan(first);
	const real = all.slice(first, last + 1);
	const files = toolFiles(["DOWNLOAD", "XMODEM"]);
	// The real disk had one to erase.
	files.set("XB.COM", new Uint8Array(128));
	const terminal = await Terminal.boot({ ...RECORDED, drives: { B: new MemoryDrive({ files }) } }, QUIET_S);
	const ours: Exchange[] = [];
	for (const { typed, answer } of real) {
		ours.push({ typed, answer: await terminal.type(typed, answer.length) });
	}
	// What else was on the real disks is not ours to have.
	const comparable = ({ typed }: Exchange) => typed !== "DIR *.COM\r";
	return { ours: ours.filter(comparable), real: real.filter(comparable) };
}

describe.skipIf(!THERE)(`recordings in ${THERE ? "" : "(SKIPPED, NOT THERE) "}../shared/captures`, () => {
	test.each([
		["a program through PIP and LOAD", "cpm22-pip-load.jsonl", "ERA HELLO.*\r", "DIR HELLO.*\r"],
		["line ends CR and LF, wrong sums, [H]", "cpm22-pip-ddt-variants.jsonl", "PIP H1.HEX=CON:\r", "\x1a"],
		["the same, with what follows", "cpm22-pip-ddt-variants.jsonl", "PIP H3.HEX=CON:\r", "DIR H*.*\r"],
		["names that are too long", "cpm22-pip-ddt-variants.jsonl", "PIP ABCDEFGHIJK.HEX=CON:\r", "\x03"],
		["STAT, read-only files and disks", "cpm22-pip-ddt-variants.jsonl", "STAT PIP.COM $R/O\r", "STAT VAL:\r"],
		["DOWNLOAD: good, longer, wrong sum", "cpm22-download.jsonl", "B:\r", "ERA B?*.COM\r"],
		["XMODEM: CRC, overwriting, checksums", "cpm22-xmodem27.jsonl", "B:\r", "XC\r"],
	])("%s", async (_, file, from, to) => {
		const { ours, real } = await replay(file, from, to);
		expect(ours).toEqual(real);
	});
});
