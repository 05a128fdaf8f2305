/**
 * A Link that sends no faster than the machine can take it: a pause after each character, and a longer one after each
 * line. For machines without flow control (PC-8801: the usual cable loops RTS to CTS).
 *
 * A line is what one `write` ends: bytes inside a write are only paced as characters, so that a 0Dh within an XMODEM
 * block costs nothing.
 */
import type { Link } from "./link.js";

export interface Pacing {
	/** Pause after each character, seconds. */
	readonly characterDelayS: number;
	/** Pause after a write that ends in CR or LF, seconds. */
	readonly lineDelayS: number;
}

/** `link` with pauses on what is written; itself when there are none. Writes wait for those before them. */
export function paceLink(link: Link, pacing: Pacing): Link {
	if (pacing.characterDelayS <= 0 && pacing.lineDelayS <= 0) return link;
	const { characterDelayS } = pacing;
	let previous: Promise<void> = Promise.resolve();
	const write = async (bytes: Uint8Array, before: Promise<void>): Promise<void> => {
		await before.catch(() => {});
		if (characterDelayS > 0) {
			for (const byte of bytes) {
				await link.write(Uint8Array.of(byte));
				await link.clock.sleep(characterDelayS);
			}
		} else {
			await link.write(bytes);
		}
		const last = bytes[bytes.length - 1];
		if (pacing.lineDelayS > 0 && (last === 0x0d || last === 0x0a)) await link.clock.sleep(pacing.lineDelayS);
	};
	return {
		clock: link.clock,
		controlLines: link.controlLines,
		describe: () => ({ ...link.describe(), ...(characterDelayS > 0 && { characterDelayS }) }),
		write: (bytes) => {
			previous = write(bytes.slice(), previous);
			return previous;
		},
		drain: async () => {
			await previous.catch(() => {});
			await link.drain();
		},
		onData: (listener) => link.onData(listener),
		onClose: (listener) => link.onClose(listener),
		close: () => link.close(),
	};
}
