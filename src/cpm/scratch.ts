/**
 * Files of ours that are on a machine's disk only while something is under way. Whatever a broken session left of them
 * is cleared away by the next one; nothing else is touched.
 *
 *   ZULMTMP.COM the file while it arrives    ZULMTMP.HEX, ZULMRX.* what is typed in    .$$$ what PIP and RX had begun
 */
import type { Ccp } from "./ccp.js";
import { TEMPORARY_NAME } from "./names.js";

/** What our receiver is called until it is whole. */
export const TYPED_STEM = "ZULMRX";

const SCRATCH: ReadonlySet<string> = new Set([
	TEMPORARY_NAME,
	"ZULMTMP.HEX",
	"ZULMTMP.$$$",
	`${TYPED_STEM}.HEX`,
	`${TYPED_STEM}.COM`,
	`${TYPED_STEM}.$$$`,
]);

/** Erases what there is of them. The machine is at its prompt. @throws ZulmError as `Ccp.erase` */
export async function eraseScratch(ccp: Ccp): Promise<void> {
	for (const name of await ccp.directory("ZULM*.*")) if (SCRATCH.has(name)) await ccp.erase(name);
}
