/**
 * A line as a file transfer sees it: bytes as they are, and time limits. The console, or RDR: and PUN:.
 */
import type { Native } from "../native.js";
import type { ToolSystem } from "./tool-system.js";

export interface RawLine {
	/** The next byte, or undefined after `timeoutS` seconds without one. */
	receive(timeoutS: number): Native<number | undefined>;
	/** Whether a byte waits. */
	ready(): Native<boolean>;
	send(byte: number): Native<void>;
}

/** The console, past the BDOS. @param tStatesPerByte what the program needs for a byte. */
export function consoleLine(system: ToolSystem, tStatesPerByte: number): RawLine {
	const { bios } = system;
	return {
		receive: (timeoutS) =>
			timed(
				system,
				timeoutS,
				tStatesPerByte,
				() => bios.consoleStatus(),
				() => bios.consoleInput(),
			),
		ready: () => bios.consoleStatus(),
		send: (byte) => bios.consoleOutput(byte),
	};
}

/** RDR: and PUN:, the auxiliary device. */
export function auxiliaryLine(system: ToolSystem, tStatesPerByte: number): RawLine {
	const { bios } = system;
	return {
		receive: (timeoutS) =>
			timed(
				system,
				timeoutS,
				tStatesPerByte,
				() => bios.readerStatus(),
				() => bios.reader(),
			),
		ready: () => bios.readerStatus(),
		send: (byte) => bios.punch(byte),
	};
}

/** Drops what comes until nothing has come for `silenceS` seconds. */
export function* untilSilent(line: RawLine, silenceS: number): Native<void> {
	while ((yield* line.receive(silenceS)) !== undefined);
}

function* timed(
	system: ToolSystem,
	timeoutS: number,
	tStatesPerByte: number,
	ready: () => Native<boolean>,
	read: () => Native<number>,
): Native<number | undefined> {
	const { timer } = system;
	const deadline = timer.now + Math.round(timeoutS * timer.clockHz);
	while (!(yield* ready())) {
		if (timer.now >= deadline) return undefined;
		yield* timer.orUntil(deadline);
	}
	const byte = yield* read();
	yield* timer.wait(tStatesPerByte);
	return byte;
}
