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
	const timer = new AbortController();
	const onAbort = () => timer.abort();
	signal?.addEventListener("abort", onAbort, { once: true });
	const written = link.write(bytes).then(() => "written" as const);
	const expired = link.clock.sleep(timeoutS, timer.signal).then(
		() => "expired" as const,
		() => "stopped" as const,
	);
	try {
		const outcome = await Promise.race([written, expired]);
		if (outcome === "written") return;
		// Nobody waits for this write any more; its failure must not surface as an unhandled rejection.
		written.catch(() => {});
		if (outcome === "stopped") throw interrupted();
		throw new ZulmError("line-failed", `The line ${link.describe().port} took no bytes for ${timeoutS.toFixed(0)} s.`, {
			hint: "The machine holds the line by flow control: check RTS/CTS wiring, or turn hardware flow control off.",
		});
	} finally {
		timer.abort();
		signal?.removeEventListener("abort", onAbort);
	}
}
