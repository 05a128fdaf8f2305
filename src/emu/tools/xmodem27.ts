/**
 * XMODEM 2.7 of M. Eberhard, receiving, as captured sessions show it.
 *
 *   XMODEM F.COM /R /X0 /Q ─► File created │ Receiving via CON ─5 s─►  with CRCs C ─10 s─► C … ten times
 *
 * /X0 is the console, /X1 RDR: and PUN:, /C checksums, /Q no progress; /Z and the rest are taken and ignored, /X2 is
 * refused: the emulated machines have no second port of their own. Blocks of 128 bytes only; CAN is noise to it. What it
 * says on a full disk or directory, or on `N`, is not known: the wording there is ours.
 */
import { ACK, BLOCK_BYTES, CRC_REQUEST, EOT, NAK, SOH } from "../../transport/xmodem/control-bytes.js";
import { CommandLine } from "../command-line.js";
import type { Native, Next } from "../native.js";
import { auxiliaryLine, consoleLine, type RawLine, untilSilent } from "./raw-line.js";
import type { ToolFile, ToolSystem } from "./tool-system.js";
import { RecordBuffer, readBlock } from "./xmodem-block.js";

/** A block of 133 bytes takes 20 ms at 4 MHz. */
const T_STATES_PER_BYTE = 600;
const START_PAUSE_S = 5;
const HEADER_TIMEOUT_S = 9.8;
const PURGE_S = 1;
const MOST_ERRORS = 10;
const BUFFER_RECORDS = 128;

interface Choices {
	readonly console: boolean;
	readonly crc: boolean;
	readonly quiet: boolean;
}

export function* xmodem27(system: ToolSystem): Native<Next> {
	const words = system.tail.trim().split(/ +/);
	const name = words[0] ?? "";
	const options = new Set(words.slice(1));
	if (name === "" || !options.has("/R") || options.has("/X2")) {
		yield* system.print("\r\nOnly XMODEM FILE /R with /X0 or /X1 is emulated.");
		return system.warmBoot();
	}
	const console = options.has("/X0");
	const choices: Choices = { console, crc: !options.has("/C"), quiet: console || options.has("/Q") };
	const file = system.file(new CommandLine(name).file());
	if (yield* makeFile(system, file)) yield* receive(system, file, choices);
	return system.warmBoot();
}

function* makeFile(system: ToolSystem, file: ToolFile): Native<boolean> {
	if (file.exists()) {
		yield* system.print("\r\nFile exists. Overwrite (Y/N)?");
		if ((yield* system.readLine()).trim() !== "Y") return false;
		file.erase();
	}
	if (!file.make()) {
		yield* system.print("\r\nABORT: directory full");
		return false;
	}
	yield* system.print("\r\nFile created");
	return true;
}

function* receive(system: ToolSystem, file: ToolFile, { console, crc, quiet }: Choices): Native<void> {
	const line = console ? consoleLine(system, T_STATES_PER_BYTE) : auxiliaryLine(system, T_STATES_PER_BYTE);
	yield* system.print(`\r\nReceiving via ${console ? "CON" : "RDR/PUN"}`);
	// It listens for the line to be quiet before it speaks: a second port is believed sooner than the console.
	yield* untilTime(system, line, console ? START_PAUSE_S : 1);
	yield* system.print(crc ? " with CRCs" : " with checksums");
	const outcome = yield* receiveBlocks(system, file, line, crc);
	if (!quiet) yield* system.print(`\r\n${"+".repeat(outcome.blocks)}`);
	if (outcome.failure === undefined) yield* system.print("\r\nOK");
	else yield* system.print(`\r\nABORT: ${outcome.failure}`);
	if (outcome.failure === undefined) yield* system.print(`\r\nReceived ${outcome.blocks} blocks`);
}

interface Outcome {
	readonly blocks: number;
	readonly failure?: string;
}

function* receiveBlocks(system: ToolSystem, file: ToolFile, line: RawLine, crc: boolean): Native<Outcome> {
	const buffer = new RecordBuffer(system, file, BUFFER_RECORDS);
	let blocks = 0;
	let errors = 0;
	yield* line.send(crc ? CRC_REQUEST : NAK);
	while (errors < MOST_ERRORS) {
		const byte = yield* line.receive(HEADER_TIMEOUT_S);
		if (byte === EOT) {
			const kept = (yield* buffer.flush()) && file.close();
			yield* line.send(ACK);
			return kept ? { blocks } : { blocks, failure: "disk full" };
		}
		if (byte === SOH) {
			const block = yield* readBlock(line, BLOCK_BYTES, crc);
			if (block.kind === "good" && (block.number === (blocks & 0xff) || block.number === ((blocks + 1) & 0xff))) {
				if (block.number !== (blocks & 0xff)) {
					if (!(yield* buffer.add(block.data))) return { blocks, failure: "disk full" };
					blocks++;
				}
				errors = 0;
				yield* line.send(ACK);
				continue;
			}
		} else if (byte !== undefined) {
			// Noise, CAN among it: nothing is asked for, the next request comes when it is due.
			yield* untilSilent(line, HEADER_TIMEOUT_S);
		}
		if (byte === SOH) yield* untilSilent(line, PURGE_S);
		errors++;
		if (errors < MOST_ERRORS) yield* line.send(blocks === 0 && crc ? CRC_REQUEST : NAK);
	}
	file.close();
	return { blocks, failure: `${MOST_ERRORS} block errors` };
}

/** Drops what comes for `seconds`. */
function* untilTime(system: ToolSystem, line: RawLine, seconds: number): Native<void> {
	const end = system.timer.now + seconds * system.timer.clockHz;
	while (system.timer.now < end) yield* line.receive((end - system.timer.now) / system.timer.clockHz);
}
