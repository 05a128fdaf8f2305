/** Tells people what happens in a session with a machine: steps as lines, the transfer as progress. */
import type { OnSessionEvent } from "../cpm/session-events.js";
import { formatBar, formatCount, formatNumberOf, formatRate, formatSeconds, formatShare } from "../report/format.js";
import type { TransferReport } from "../report/results.js";
import type { TransferProgress } from "../transport/xmodem/send-xmodem.js";
import { narrateBootstrap } from "./narrate-bootstrap.js";
import { type Output, visible } from "./output.js";

export function narrate(out: Output): OnSessionEvent {
	return (event) => {
		switch (event.type) {
			case "progress":
				return out.progress("sending", describeProgress(event.progress));
			case "command":
				return out.progress("typing", visible(event.command));
			case "receiver-missing":
				return out.note(`  the machine has no ${event.receiver} receiver; trying the next`);
			case "recovered":
				return out.note(`  an earlier session was cut short: ${event.name} was brought back`);
			default:
				return narrateBootstrap(out, event);
		}
	};
}

/** "━━━━━━────────── 12,288 bytes (35.2%), 10,277 bytes/s, 2.20 s left" */
export function describeProgress({ block, blocks, bytes, bytesPerSecond, etaS, retries }: TransferProgress): string {
	const left = etaS === undefined ? "" : `, ${formatSeconds(etaS)} left`;
	const again = retries === 0 ? "" : `, ${formatNumberOf(retries, "block")} sent again`;
	const share = block / blocks;
	return `${formatBar(share)} ${formatCount(bytes)} bytes (${formatShare(share)}), ${formatRate(bytesPerSecond)}${left}${again}`;
}

/** "34,944 bytes in 3.40 s, 10,278 bytes/s, xmodem-crc, nothing sent twice" */
export function describeTransfer(transfer: TransferReport): string {
	if (transfer.skipped) return "the machine has these very bytes already";
	const again =
		transfer.retries === 0 ? "nothing sent twice" : `${formatNumberOf(transfer.retries, "block")} sent again`;
	const { bytes, seconds, bytesPerSecond, protocol } = transfer;
	return `${formatCount(bytes)} bytes in ${formatSeconds(seconds)}, ${formatRate(bytesPerSecond)}, ${protocol}, ${again}`;
}
