/**
 * PCGET as the Glitch Works' builds behave: no question, no CRC, a short patience.
 *
 *   PCGET F.COM ─► old file erased, new one made ─► NAK every 3 s ─► Transfer Complete │ Transfer Aborted
 *
 * Builds differ in banner and check; this one prints its own banner, takes 128-byte blocks with checksums, ends on CAN
 * or ^C, and may leave an empty or partial file. What it says when the disk is full is not known; it aborts.
 */
import { ACK, BLOCK_BYTES, CAN, EOT, NAK, SOH } from "../../transport/xmodem/control-bytes.js";
import { CommandLine } from "../command-line.js";
import type { Native, Next } from "../native.js";
import { consoleLine, untilSilent } from "./raw-line.js";
import type { ToolSystem } from "./tool-system.js";
import { RecordBuffer, readBlock } from "./xmodem-block.js";

const T_STATES_PER_BYTE = 300;
const HEADER_TIMEOUT_S = 3;
const PURGE_S = 1;
const MOST_ERRORS = 20;
const CTRL_C = 0x03;

export function* pcget(system: ToolSystem): Native<Next> {
	const file = system.file(new CommandLine(system.tail).file());
	file.erase();
	const made = file.make();
	yield* system.say("\r\nPCGET: send the file with XMODEM.\r\n");
	const line = consoleLine(system, T_STATES_PER_BYTE);
	const buffer = new RecordBuffer(system, file, 1);
	let blocks = 0;
	let complete = false;
	for (let errors = 0; made && errors < MOST_ERRORS; ) {
		yield* line.send(errors === 0 && blocks > 0 ? ACK : NAK);
		const byte = yield* line.receive(HEADER_TIMEOUT_S);
		if (byte === CAN || byte === CTRL_C) break;
		if (byte === EOT) {
			yield* line.send(ACK);
			complete = file.close();
			break;
		}
		const block = byte === SOH ? yield* readBlock(line, BLOCK_BYTES, false) : undefined;
		if (block?.kind === "good" && block.number === ((blocks + 1) & 0xff)) {
			if (!(yield* buffer.add(block.data))) break;
			blocks++;
			errors = 0;
		} else if (block?.kind === "good" && block.number === (blocks & 0xff)) {
			errors = 0;
		} else {
			if (byte !== undefined) yield* untilSilent(line, PURGE_S);
			errors++;
		}
	}
	yield* system.say(complete ? "\r\nTransfer Complete" : "\r\nTransfer Aborted");
	return system.warmBoot();
}
