/**
 * CP/M file names: eight characters, a dot, three, upper case; in FCBs and directories eleven bytes padded with spaces.
 *
 *   "RX.COM"  ↔  "RX      COM"
 */

/** 11 characters, padded: how this folder passes names around. */
export type Name11 = string;

/** Printable ASCII but lower case, what the CCP gives a meaning (CP/M 2.2 manual, 1.3.2), and path separators. */
const CHARACTER = /^[!#$%&'()\-0-9@A-Z^_`{}~+]+$/;

/** @returns undefined when the text is no 8.3 name. Case is folded. */
export function parseFileName(text: string): Name11 | undefined {
	const dot = text.indexOf(".");
	const stem = (dot < 0 ? text : text.slice(0, dot)).toUpperCase();
	const type = (dot < 0 ? "" : text.slice(dot + 1)).toUpperCase();
	if (stem.length < 1 || stem.length > 8 || type.length > 3) return undefined;
	if (!CHARACTER.test(stem) || (type !== "" && !CHARACTER.test(type))) return undefined;
	return stem.padEnd(8) + type.padEnd(3);
}

export function formatFileName(name: Name11): string {
	const stem = name.slice(0, 8).trimEnd();
	const type = name.slice(8).trimEnd();
	return type === "" ? stem : `${stem}.${type}`;
}

/** Bytes 1–11 of an FCB or directory entry, attribute bits off. */
export function nameOfEntry(entry: Uint8Array): Name11 {
	let name = "";
	for (let i = 1; i <= 11; i++) name += String.fromCharCode((entry[i] as number) & 0x7f);
	return name;
}

/** As DIR shows it: the name, a blank, the type. */
export function formatDirectoryName(entry: Uint8Array): string {
	const name = nameOfEntry(entry);
	return `${name.slice(0, 8)} ${name.slice(8)}`;
}
