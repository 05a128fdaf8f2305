/**
 * Writing with a deadline. A line whose far side holds RTS down takes no bytes for ever; that must end in an error and
 * obey Ctrl-C.
 */
import { interrupted, ZulmError } from "../base/errors.js";
import type { Link } from "./link.js";

/**
 * `link.write(bytes)`, for at most `timeoutS` seconds of the link's clock. Bytes already handed over may still leave
 * after an error.
 * @throws ZulmError `line-failed` after the timeout, `line-lost`, `interrupted`
 */
export async function writeWithin(
	link: Link,
	bytes: Uint8Array,
	timeoutS: number,
	signal?: AbortSignal,
): Promise<void> {
	if (signal?.aborted) throw interrupted();
	const written = link.write(bytes);
	if (await isOver(written)) return written;
	if (signal?.aborted) throw interrupted();
	let giveUp = () => {};
	const stopped = new Promise<never>((_, reject) => {
		const onAbort = () => reject(interrupted());
		const cancel = link.clock.after(timeoutS, () => reject(stuck(link, timeoutS)));
		signal?.addEventListener("abort", onAbort, { once: true });
		giveUp = () => {
			cancel();
			signal?.removeEventListener("abort", onAbort);
		};
	});
	try {
		await Promise.race([written, stopped]);
	} finally {
		giveUp();
		// After a timeout nobody waits for this write any more; its failure must not surface as an unhandled rejection.
		written.catch(() => {});
	}
}

/** Whether `promise` has ended already. Most writes have: the driver took the bytes at once, and nobody need watch. */
async function isOver(promise: Promise<void>): Promise<boolean> {
	let over = false;
	const end = () => {
		over = true;
	};
	promise.then(end, end);
	await undefined;
	return over;
}

function stuck(link: Link, timeoutS: number): ZulmError {
	return new ZulmError("line-failed", `The line ${link.describe().port} took no bytes for ${timeoutS.toFixed(0)} s.`, {
		hint: "The machine holds the line by flow control: check RTS/CTS wiring, or turn hardware flow control off.",
	});
}
