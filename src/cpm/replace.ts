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

/** What stands under a program's name before an upload. */
export interface Before {
	/** There is a file of this name. */
	readonly present: boolean;
	/** It had only its backup name, and was given its own back. */
	readonly recovered: boolean;
}

/**
 * Undoes or completes what an interrupted `install` left: NAME.ZBK alone becomes NAME.COM again, beside NAME.COM it is
 * erased. This is the recovery that every upload begins with.
 */
export async function recover(ccp: Ccp, name: string): Promise<Before> {
	const backup = backupName(name);
	const names = await ccp.directory(`${stemOf(name)}.*`);
	const present = names.includes(name);
	if (!names.includes(backup)) return { present, recovered: false };
	// Asked of the machine, not of a listing that noise may have changed: REN refuses when NAME.COM exists.
	const renamed = await ccp.rename(backup, name);
	if (renamed === "exists") await ccp.erase(backup);
	return { present: present || renamed === "done", recovered: renamed === "done" };
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
	if (!(await place(ccp, name))) {
		if (old === "done") await ccp.rename(backup, name);
		throw refused(`cannot rename ${TEMPORARY_NAME} to ${name}`);
	}
	if (old === "done") await eraseBackup(ccp, backup);
	return old === "done";
}

/** REN NAME.COM=ZULMTMP.COM. When the answer is not clear, the directory tells. */
async function place(ccp: Ccp, name: string): Promise<boolean> {
	try {
		return (await ccp.rename(TEMPORARY_NAME, name)) === "done";
	} catch (error) {
		if (!(error instanceof ZulmError) || error.code !== "machine-refused") throw error;
	}
	const isThere = (await ccp.directory(`${stemOf(name)}.*`)).includes(name);
	return isThere && !(await ccp.directory(TEMPORARY_NAME)).includes(TEMPORARY_NAME);
}

/** The new program is in place, verified: a backup that stays, until the next upload erases it, is no failure. */
async function eraseBackup(ccp: Ccp, backup: string): Promise<void> {
	try {
		await ccp.erase(backup);
	} catch (error) {
		if (!(error instanceof ZulmError) || error.code === "interrupted") throw error;
	}
}

function refused(what: string): ZulmError {
	return new ZulmError("machine-refused", `The machine ${what}.`, {
		hint: "Look at the directory on the machine; hidden system files count too.",
	});
}
