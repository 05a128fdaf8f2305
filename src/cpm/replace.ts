/**
 * Putting a complete new file in the place of an old one, so that at every moment one of the two has its name or can be
 * given it back:
 *
 *   ZULMTMP.COM new, CHAT.COM old  → REN CHAT.ZBK=CHAT.COM → REN CHAT.COM=ZULMTMP.COM → ERA CHAT.ZBK
 *
 * After a break the directory tells how far it came: CHAT.ZBK without CHAT.COM means the new one never arrived.
 */
import { ZulmError } from "../base/errors.js";
import type { Ccp } from "./ccp.js";
import { backupName, stemOf, TEMPORARY_NAME } from "./names.js";

/** Undoes or completes what an interrupted `install` left. @returns whether the old file was given its name back */
export async function recover(ccp: Ccp, name: string): Promise<boolean> {
	const backup = backupName(name);
	const names = await ccp.directory(`${stemOf(name)}.*`);
	if (!names.includes(backup)) return false;
	if (names.includes(name)) {
		await ccp.erase(backup);
		return false;
	}
	return (await ccp.rename(backup, name)) === "done";
}

/**
 * Gives ZULMTMP.COM, which is complete, the name `name`.
 * @returns whether there was an old file
 * @throws ZulmError `file-read-only`, `disk-read-only`, `machine-refused`; the old file then keeps its name
 */
export async function install(ccp: Ccp, name: string): Promise<boolean> {
	const backup = backupName(name);
	const old = await ccp.rename(name, backup);
	if (old === "exists") throw refused(`cannot rename ${name} to ${backup}, because that name is taken`);
	const placed = await ccp.rename(TEMPORARY_NAME, name);
	if (placed !== "done") {
		if (old === "done") await ccp.rename(backup, name);
		throw refused(`cannot rename ${TEMPORARY_NAME} to ${name}`);
	}
	if (old === "done") await ccp.erase(backup);
	return old === "done";
}

function refused(what: string): ZulmError {
	return new ZulmError("machine-refused", `The machine ${what}.`, {
		hint: "Look at the directory on the machine; hidden system files count too.",
	});
}
