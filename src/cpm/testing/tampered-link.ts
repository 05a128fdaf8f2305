/** A line that does something to the bytes it carries: a wrong speed, a stripped bit, a local echo. */
import type { DataListener, Link } from "../../transport/link.js";

export interface Tampering {
	/** What becomes of each byte on its way to the machine. */
	readonly toMachine?: (byte: number) => readonly number[];
	/** The same on its way back. */
	readonly toHost?: (byte: number) => readonly number[];
	/** The terminal side shows what is typed by itself. */
	readonly localEcho?: boolean;
}

export function tamper(link: Link, { toMachine, toHost, localEcho }: Tampering): Link {
	const listeners = new Set<DataListener>();
	const pass = (bytes: Uint8Array, how: Tampering["toHost"]) =>
		Uint8Array.from([...bytes].flatMap((b) => how?.(b) ?? b));
	link.onData((bytes, arrivalS) => {
		const passed = pass(bytes, toHost);
		if (passed.length > 0) for (const listener of [...listeners]) listener(passed, arrivalS);
	});
	return {
		clock: link.clock,
		controlLines: link.controlLines,
		describe: () => link.describe(),
		write: async (bytes) => {
			if (localEcho) for (const listener of [...listeners]) listener(bytes, link.clock.now());
			const passed = pass(bytes, toMachine);
			if (passed.length > 0) await link.write(passed);
		},
		drain: () => link.drain(),
		onData: (listener) => {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		onClose: (listener) => link.onClose(listener),
		close: () => link.close(),
	};
}

/** What a wrong speed makes of a byte: another one, mostly with the high bits set, and never a control character. */
export function garble(byte: number): readonly number[] {
	return [0x80 | ((byte * 7) & 0x7f), 0xf8];
}
