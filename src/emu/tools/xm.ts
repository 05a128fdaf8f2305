/**
 * XM, the XMODEM of RomWBW (xmdm125.asm, version 12.5), receiving: its texts, its patience and its peculiarities.
 *
 *   XM R FILE ─► banner ─ 5 s ─► C K every 5 s, from the 15th try NAK, after 20 the end       RX: C alone   RC: NAK
 *
 * Refuses files that exist. Cancelled by two CANs with a pause between, not by CANs that come together. A block out of
 * order ends everything. Sends nothing, knows no other ports. Writes 16 K at a time.
 */
import {
	ACK,
	BLOCK_BYTES,
	CAN,
	CRC_REQUEST,
	EOT,
	LONG_BLOCK_BYTES,
	LONG_BLOCK_OFFER,
	NAK,
	SOH,
	STX,
} from "../../transport/xmodem/control-bytes.js";
import { CommandLine } from "../command-line.js";
import { formatFileName } from "../file-name.js";
import type { Native, Next } from "../native.js";
import { consoleLine, type RawLine, untilSilent } from "./raw-line.js";
import type { ToolFile, ToolSystem } from "./tool-system.js";
import { RecordBuffer, readBlock } from "./xmodem-block.js";

/** An estimate: its loop, its table-less CRC and a call of the HBIOS. Slower than 115200 baud, hence its need of RTS. */
const T_STATES_PER_BYTE = 800;
const HEADER_TIMEOUT_S = 5;
const SECOND_CANCEL_S = 4;
const CANCEL_PAUSE_S = 0.1;
const PURGE_S = 1;
const MOST_ERRORS = 10;
/** Before the first block there are ten more. */
const FIRST_ERRORS = -10;
const ERRORS_BEFORE_CHECKSUMS = 5;
const BUFFER_RECORDS = 128;
const NUL = 0x00;

export function* xm(system: ToolSystem): Native<Next> {
	yield* system.say("\r\nXMODEM v12.5 - 07/13/86\r\nRomWBW, 30-May-2020 [WBW], HBIOS FastPath on COM0\r\n\r\n");
	const match = /^ *(R[CX]?[0-9]?) +(?:([A-P])?(\d{1,2})?:)?(\S+)/.exec(system.tail);
	if (match === null) {
		yield* system.say("++ Invalid command: XM R[C|X] FILE ++\r\n");
		return system.warmBoot();
	}
	const [, option = "", letter, user, name = ""] = match;
	const { drives, directory } = system.bdos;
	const drive = letter === undefined ? 0 : letter.charCodeAt(0) - 0x40;
	if (user !== undefined) directory.user = Number(user) & 0x0f;
	const file = system.file({ ...new CommandLine(name).file(), drive });
	const shown = String.fromCharCode(0x41 + (drive === 0 ? drives.current : drive - 1));
	yield* system.say(`Receiving: ${shown}${directory.user}:${formatFileName(file.name.name)}\r\n`);
	yield* system.say(`${freeK(system, drive)}k available for uploads\r\n`);
	if (file.name.ambiguous) yield* system.say("++ Wild-card options are not valid ++");
	else if (file.exists()) yield* system.say("++ File exists, use a different name ++");
	else if (!file.make()) yield* system.say("++ Error: can't make file - directory may be full? ++");
	else yield* receive(system, file, option);
	return system.warmBoot();
}

function freeK({ bdos }: ToolSystem, drive: number): number {
	const { drives } = bdos;
	if (drive === 0) drives.selectCurrent();
	else drives.selectFor(Uint8Array.of(drive));
	const { freeBlocks, geometry } = drives.disk;
	return (freeBlocks * geometry.blockBytes) / 1024;
}

function* receive(system: ToolSystem, file: ToolFile, option: string): Native<void> {
	yield* system.say("File open - ready to receive\r\nTo cancel: Ctrl-X, pause, Ctrl-X\r\n");
	const receiver = new Receiver(system, consoleLine(system, T_STATES_PER_BYTE), option);
	const buffer = new RecordBuffer(system, file, BUFFER_RECORDS);
	for (;;) {
		const step = yield* receiver.next();
		if (step instanceof Uint8Array) {
			if (!(yield* buffer.add(step))) return yield* cannotWrite(system);
			yield* receiver.acknowledge();
			continue;
		}
		switch (step) {
			case "end":
				if (!(yield* buffer.flush())) return yield* cannotWrite(system);
				yield* system.bios.consoleOutput(ACK);
				file.close();
				return yield* system.say("\r\nThanks for the upload\r\n");
			case "cancelled":
				file.close();
				yield* system.say("\r\n\r\n++ Receive cancelled ++");
				file.erase();
				return yield* system.say("++ Partial file deleted ++");
			case "out-of-order":
				return yield* system.say("\r++ XMODEM aborted ++");
		}
	}
}

function* cannotWrite(system: ToolSystem): Native<void> {
	for (let i = 0; i < 3; i++) yield* system.bios.consoleOutput(CAN);
	yield* system.say("\r\n++ Error writing file ++\r\n");
}

class Receiver {
	/** Blocks received. */
	private count = 0;
	private started = false;
	private crc: boolean;
	private offersLong: boolean;
	private errors = 0;

	constructor(
		private readonly system: ToolSystem,
		private readonly line: RawLine,
		option: string,
	) {
		this.crc = !option.startsWith("RC");
		this.offersLong = !option.startsWith("RX");
	}

	*acknowledge(): Native<void> {
		this.count++;
		yield* this.line.send(ACK);
	}

	/** The data of the next block, or how it ends. */
	*next(): Native<Uint8Array | "end" | "cancelled" | "out-of-order"> {
		const { line } = this;
		this.errors = this.started ? 0 : FIRST_ERRORS;
		let byte = yield* line.receive(HEADER_TIMEOUT_S);
		for (;;) {
			let mishap: "silence" | "noise" | undefined;
			if (byte === SOH || byte === STX) {
				this.started = true;
				const block = yield* readBlock(line, byte === STX ? LONG_BLOCK_BYTES : BLOCK_BYTES, this.crc);
				if (block.kind !== "good") mishap = block.kind === "timeout" ? "silence" : "noise";
				else if (block.number === ((this.count + 1) & 0xff)) return block.data;
				else if (block.number !== (this.count & 0xff)) return yield* this.stopSender();
				else {
					yield* line.send(ACK);
					this.errors = 0;
				}
			} else if (byte === CAN) {
				const second = yield* this.afterCancel();
				if (second === CAN) return "cancelled";
				if (typeof second === "number") {
					byte = second;
					continue;
				}
				if (second === "silence") mishap = "noise";
			} else if (byte === EOT) return this.count === 0 ? "cancelled" : "end";
			else if (byte === undefined) mishap = "silence";
			else if (byte !== NUL && byte !== CRC_REQUEST && byte !== NAK) mishap = "noise";
			if (mishap !== undefined && (yield* this.askAgain(mishap))) return "cancelled";
			byte = yield* line.receive(HEADER_TIMEOUT_S);
		}
	}

	/** What follows a CAN: together with it, "more", which does not count; after a pause, the byte. */
	private *afterCancel(): Native<number | "more" | "silence"> {
		yield* this.system.timer.waitSeconds(CANCEL_PAUSE_S);
		if (yield* this.line.ready()) return "more";
		return (yield* this.line.receive(SECOND_CANCEL_S)) ?? "silence";
	}

	/** @returns whether that was once too often. */
	private *askAgain(after: "silence" | "noise"): Native<boolean> {
		const { line } = this;
		if (after === "noise") yield* untilSilent(line, PURGE_S);
		if (this.started || !this.crc) yield* line.send(NAK);
		else {
			yield* line.send(CRC_REQUEST);
			if (this.offersLong) yield* line.send(LONG_BLOCK_OFFER);
		}
		this.errors++;
		if (this.errors === ERRORS_BEFORE_CHECKSUMS) this.crc = false;
		return this.errors === MOST_ERRORS;
	}

	private *stopSender(): Native<"out-of-order"> {
		yield* untilSilent(this.line, PURGE_S);
		yield* this.line.send(CAN);
		yield* untilSilent(this.line, PURGE_S);
		return "out-of-order";
	}
}
