/**
 * What CP/M says when something does not work, and what zulm calls it.
 *
 *   "Bdos Err On A: File R/O"        → file-read-only      CP/M 2.2: waits for a key, then warm boot
 *   "CP/M Error On A: Read/Only Disk" → disk-read-only     CP/M 3: back to the prompt
 *   "FOO?"                            → no such command    (isUnknownCommand)
 *
 * Wordings: CP/M 2.2 and CP/M 3 manuals and sessions with both, RunCPM. Not for the messages of receiving programs,
 * which are in the machine profiles.
 */
import { type ErrorCode, ZulmError } from "../base/errors.js";
import { printable } from "../transport/printable.js";

interface Fault {
	readonly pattern: RegExp;
	readonly code: ErrorCode;
	readonly says: string;
	readonly hint: string;
}

const KEEP_OLD = "Free some space with ERA; the old program stays until the new one is complete, so both must fit.";

/** The first that matches counts. */
const FAULTS: readonly Fault[] = [
	{
		// "Not erased,  Read Only": ERA of CP/M 3.
		pattern: /file (?:is )?(?:R\/O|read[- /]only)|read[/ ]only file|not (?:erased|renamed)\W+read[/ ]only/i,
		code: "file-read-only",
		says: "The file on the machine is read-only",
		hint: "Type STAT NAME.COM $R/W on the machine, or choose another name with --as.",
	},
	{
		pattern: /err(?:or)? on [A-Z]: *(?:R\/O|read[/ ]only)|disk (?:is )?(?:R\/O|read[- /]only)|read[/ ]only disk/i,
		code: "disk-read-only",
		says: "The disk is read-only",
		hint: "Change to a disk that can be written; after a change of disks press ^C first.",
	},
	{
		// "DISK WRITE NO DATA BLOCK": PIP of CP/M 3. "DISK WRITE ERROR", "NO MORE DIRECTORY SPACE": PIP and LOAD of CP/M 2.2.
		pattern:
			/disk full|directory (?:may be )?full|no (?:more )?(?:directory )?space|no room|out of space|disk write|no data block/i,
		code: "disk-full",
		says: "The disk is full",
		hint: KEEP_OLD,
	},
	{
		pattern: /bad load|cannot load program/i,
		code: "program-refused",
		says: "The program does not fit into memory",
		hint: "Pack the model for this machine: a smaller kernel, or fewer weights.",
	},
	{
		pattern: /err(?:or)? on [A-Z]: *(?:select|invalid drive)/i,
		code: "machine-refused",
		says: "The machine has no such drive",
		hint: "Choose another drive at the machine's prompt.",
	},
	{
		pattern: /err(?:or)? on [A-Z]: *(?:bad sector|disk I\/O)|disk error/i,
		code: "machine-refused",
		says: "The machine could not read or write its disk",
		hint: "Try another disk.",
	},
];

/** A BDOS error of CP/M 2.2 that waits for a key, at the end of what was printed. */
export const WAITING_ERROR = /(?:bdos err|cp\/m error) on [A-Z]: *[A-Z][A-Z/ ]*$/i;
/** A question that wants Y or N, at the end of what was printed. */
export const WAITING_QUESTION = /\(Y\/N\) ?\?? ?$/i;

/** The failure that `output` tells of, or undefined when it tells of none that is known. */
export function faultIn(output: string): ZulmError | undefined {
	for (const { pattern, code, says, hint } of FAULTS) {
		const match = pattern.exec(output);
		if (match !== null)
			return new ZulmError(code, `${says} ("${printable(lineAround(output, match.index))}").`, { hint });
	}
	return undefined;
}

/**
 * Whether `output` says that there is no program or command of the name that `command` begins with. CP/M 3 with a
 * search path may name the file it could not open instead (BDOS function 15).
 */
export function isUnknownCommand(output: string, command: string): boolean {
	const verb = (command.trim().split(/\s/)[0] as string).toUpperCase();
	const text = output.toUpperCase();
	if (text.split(/[\r\n]+/).some((line) => line.trim() === `${verb}?`)) return true;
	return new RegExp(`FUNCTION = 15 +FILE = ${escapeRegExp(verb.padEnd(8))}\\.COM`).test(text);
}

/** `NO FILE`, `No file`, `No File`. */
export function saysNoFile(output: string): boolean {
	return /\bno file\b/i.test(output);
}

function lineAround(text: string, index: number): string {
	const start = Math.max(text.lastIndexOf("\n", index), text.lastIndexOf("\r", index)) + 1;
	return (text.slice(start).split(/[\r\n]/)[0] as string).trim();
}

function escapeRegExp(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
