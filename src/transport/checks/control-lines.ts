/**
 * What the adapter's control lines say, and whether the cable carries them or only pretends to.
 *
 *   CTS high: the machine takes bytes        RTS dropped and CTS falls with it: the cable loops RTS to CTS
 *
 * Drops RTS for a moment and raises it again. Ptys and TCP have no control lines.
 */
import { advice, type Finding, fault, skipped, well } from "../../base/finding.js";
import type { Link } from "../link.js";

/** Longer than a USB adapter takes to report a line (16 ms). */
const SETTLE_S = 0.05;

/** @param rtscts whether the profile uses hardware flow control. @throws ZulmError `line-lost`, `interrupted` */
export async function checkControlLines(link: Link, rtscts: boolean, signal?: AbortSignal): Promise<Finding> {
	const { controlLines } = link;
	if (controlLines === undefined) return skipped("control-lines", "this line has none (a pseudo-terminal or TCP)");
	const { cts, dsr, dcd } = await controlLines.get();
	const levels = `CTS ${level(cts)}, DSR ${level(dsr)}, DCD ${level(dcd)}`;
	if (!cts) {
		return rtscts
			? fault(
					"control-lines",
					`${levels}: the machine lets nothing be sent`,
					"Switch the machine on and check the wire to CTS, or use a profile without flow control.",
				)
			: well("control-lines", `${levels}; flow control is off, so CTS does not matter`);
	}
	if (await isLooped(link, signal)) {
		const finding = `${levels}; the cable loops RTS to CTS, so nothing holds the line when the machine is busy`;
		return rtscts
			? advice("control-lines", finding, "Use a cable that carries RTS and CTS, or a profile without flow control.")
			: well("control-lines", finding);
	}
	return well("control-lines", levels);
}

async function isLooped({ controlLines, clock }: Link, signal?: AbortSignal): Promise<boolean> {
	if (controlLines === undefined) return false;
	await controlLines.set({ rts: false });
	try {
		await clock.sleep(SETTLE_S, signal);
		return !(await controlLines.get()).cts;
	} finally {
		await controlLines.set({ rts: true });
		await clock.sleep(SETTLE_S, signal);
	}
}

function level(high: boolean): string {
	return high ? "high" : "low";
}
