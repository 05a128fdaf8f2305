/**
 * DOWNLOAD, Grant Searle's receiver of "packages" (his RC2014 and breadboard CP/M), as it behaves on the line.
 *
 *   DOWNLOAD X.COM⏎  U0  :0E0911…>LLSS          U digit: user area      LL, SS: count and sum of the bytes, low eight bits
 *   ◄── . for 128 bytes, a new line after 64 of them ── OK, ======Checksum Error======, ======File Length Error======
 *
 * Prints past the BDOS, which would take a character out of the package at each dot. Echoes nothing, checks no write, erases the old file as soon as the colon comes, and leaves a bad file where it is.
 * The last record is padded with what the buffer had before.
 */
import { CommandLine } from "../command-line.js";
import { RECORD_BYTES } from "../cpm-disk.js";
import { PAGE_ZERO } from "../layout.js";
import type { Native, Next } from "../native.js";
import type { ToolSystem } from "./tool-system.js";

const COLON = 0x3a;
const GREATER = 0x3e;
const USER = 0x55;
const DOTS_PER_LINE = 64;
/** 24 records of a captured session take 51 ms each at 4 MHz: 800 T-states for each of their 256 characters. */
const T_STATES_PER_CHARACTER = 800;

export function* download(system: ToolSystem): Native<Next> {
	const target = system.file(new CommandLine(system.tail).file());
	const buffer = system.memory.slice(PAGE_ZERO.buffer, PAGE_ZERO.buffer + RECORD_BYTES);
	yield* untilColon(system);
	target.erase();
	target.make();
	let count = 0;
	let sum = 0;
	let dots = 0;
	const writeRecord = function* (): Native<void> {
		target.write(buffer);
		yield* system.recordWritten();
		yield* system.say(".");
		dots = (dots + 1) % DOTS_PER_LINE;
	};
	for (let c = yield* character(system); c !== GREATER; c = yield* character(system)) {
		const byte = fromHex(c, yield* character(system));
		buffer[count % RECORD_BYTES] = byte;
		sum += byte;
		count++;
		if (count % RECORD_BYTES !== 0) continue;
		yield* writeRecord();
		if (dots === 0) yield* system.say("\r\n");
	}
	if (count % RECORD_BYTES !== 0) yield* writeRecord();
	yield* system.flushDisk();
	target.close();
	const givenCount = fromHex(yield* character(system), yield* character(system));
	const givenSum = fromHex(yield* character(system), yield* character(system));
	if (givenCount !== (count & 0xff)) yield* system.say("\r\n======File Length Error======");
	else if (givenSum !== (sum & 0xff)) yield* system.say("\r\n======Checksum Error======");
	else yield* system.say("\r\nOK");
	return system.warmBoot();
}

/** `U` and a digit choose the user area; anything else before the colon is dropped. */
function* untilColon(system: ToolSystem): Native<void> {
	for (let c = yield* character(system); c !== COLON; c = yield* character(system)) {
		if (c === USER) system.bdos.directory.user = fromHex(0x30, yield* character(system)) & 0x1f;
	}
}

function* character(system: ToolSystem): Native<number> {
	const byte = yield* system.bios.consoleInput();
	yield* system.timer.wait(T_STATES_PER_CHARACTER);
	return byte;
}

/** Two digits, as the original reckons: no digit is refused. */
function fromHex(high: number, low: number): number {
	return ((nibble(high) << 4) + nibble(low)) & 0xff;
}

function nibble(character: number): number {
	const value = character - 0x30;
	return value < 10 ? value : value - 7;
}
