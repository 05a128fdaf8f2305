/**
 * CP/M file names: up to 8 characters, a dot, up to 3: `CHAT.COM`. No drive and no wildcards here.
 *
 * What may be typed at every prompt is less than what a directory can hold: CP/M 2.2 splits a command at
 * space = _ . : ; < > (CP/M 2.2 CCP), CP/M 3 also at , | [ ] and calls ! & / ( ) \ + reserved.
 */
import { basename } from "node:path";
import { ZulmError } from "../base/errors.js";

const NAME = /^([A-Z0-9#$%'@^`{}~-]{1,8})(?:\.([A-Z0-9#$%'@^`{}~-]{1,3}))?$/;

/** Commands inside the CCP of 2.2 and 3: a program of that name could never be started. */
const BUILT_IN = new Set([
	"DIR",
	"ERA",
	"ERASE",
	"REN",
	"RENAME",
	"SAVE",
	"TYPE",
	"TYP",
	"USER",
	"USE",
	"DIRS",
	"DIRSYS",
]);

/** Names that zulm gives to files while it replaces one: see replace.ts. */
export const TEMPORARY_NAME = "ZULMTMP.COM";
const BACKUP_TYPE = "ZBK";

/** Upper case, checked. `cpmName("chat.com")` → `"CHAT.COM"`. @throws ZulmError `name-invalid` */
export function cpmName(text: string): string {
	const name = text.trim().toUpperCase();
	if (NAME.test(name)) return name;
	throw new ZulmError("name-invalid", `"${text}" is not a CP/M file name.`, {
		hint: "Use up to eight letters or digits, a dot, and up to three more, such as CHAT.COM.",
	});
}

/**
 * The name of a program that can be started by typing it: `.COM` is added when missing.
 * @throws ZulmError `name-invalid`
 */
export function programName(text: string): string {
	const name = cpmName(text.includes(".") ? text : `${text.trim()}.COM`);
	const stem = stemOf(name);
	const fault = !name.endsWith(".COM")
		? "does not end in .COM, so CP/M could not start it"
		: BUILT_IN.has(stem)
			? "is hidden by a command of CP/M itself"
			: name === TEMPORARY_NAME
				? "is the name zulm gives to a file while it arrives"
				: undefined;
	if (fault === undefined) return name;
	throw new ZulmError("name-invalid", `${name} ${fault}.`, { hint: "Choose another name, such as CHAT.COM." });
}

/** What to type to start a program: the name without its type. */
export function stemOf(name: string): string {
	return name.split(".")[0] as string;
}

/** The name under which the old file is kept while the new one takes its place. */
export function backupName(name: string): string {
	return `${stemOf(name)}.${BACKUP_TYPE}`;
}

/** A program name made from the path of a file on the host: what cannot be used is left out. */
export function defaultProgramName(path: string): string {
	const stem = basename(path)
		.replace(/\.[^.]*$/, "")
		.toUpperCase()
		.replace(/[^A-Z0-9]/g, "")
		.slice(0, 8);
	return stem === "" || BUILT_IN.has(stem) ? "CHAT.COM" : `${stem}.COM`;
}
