/**
 * A record of every byte that crosses a link, for diagnosis and for replay in tests. One JSON object a line:
 *
 *   {"t":1.418,"dir":"tx","hex":"584d4f44454d0d"}
 *
 * t is in seconds since the capture began, dir "rx" from the machine or "tx" to it. tx is when a write was asked for,
 * not when its bits left.
 */
import * as v from "valibot";
import { ZulmError } from "../base/errors.js";
import type { Link } from "./link.js";

const ENTRY = v.object({
	t: v.pipe(v.number(), v.finite()),
	dir: v.picklist(["rx", "tx"]),
	hex: v.pipe(v.string(), v.regex(/^(?:[0-9a-fA-F]{2})*$/)),
});

export interface CaptureEntry {
	/** Seconds since the capture began. */
	readonly t: number;
	readonly dir: "rx" | "tx";
	readonly bytes: Uint8Array;
}

/** `link`, with every byte described to `sink` as one line of JSON ending in LF. */
export function captureLink(link: Link, sink: (line: string) => void): Link {
	const startS = link.clock.now();
	const record = (dir: "rx" | "tx", bytes: Uint8Array, atS: number) => {
		const t = Math.round((atS - startS) * 1e6) / 1e6;
		sink(`${JSON.stringify({ t, dir, hex: Buffer.from(bytes).toString("hex") })}\n`);
	};
	link.onData((bytes, arrivalS) => record("rx", bytes, arrivalS));
	return {
		clock: link.clock,
		controlLines: link.controlLines,
		describe: () => link.describe(),
		write: (bytes) => {
			record("tx", bytes, link.clock.now());
			return link.write(bytes);
		},
		drain: () => link.drain(),
		onData: (listener) => link.onData(listener),
		onClose: (listener) => link.onClose(listener),
		close: () => link.close(),
	};
}

/** Reads a capture back. @throws ZulmError `usage` naming the first line that is not an entry */
export function parseCapture(text: string): CaptureEntry[] {
	const entries: CaptureEntry[] = [];
	for (const [index, line] of text.split("\n").entries()) {
		if (line.trim() === "") continue;
		const entry = v.safeParse(ENTRY, tryJson(line));
		if (!entry.success) {
			throw new ZulmError("usage", `Line ${index + 1} of the capture is not {"t", "dir", "hex"}.`, {
				hint: "A capture is what zulm writes with --log, one JSON object a line.",
			});
		}
		const { t, dir, hex } = entry.output;
		entries.push({ t, dir, bytes: new Uint8Array(Buffer.from(hex, "hex")) });
	}
	return entries;
}

function tryJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}
