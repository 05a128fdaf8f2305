/**
 * What a machine's ROM says before CP/M runs, and what starts CP/M there.
 *
 *   romwbw: `Boot [H=Help]: ` C⏎ ─► CP/M          scm: `*` CPM⏎ ─► CP/M
 *
 * Only the way to CP/M: no other systems, no monitor commands. Wording as RomWBW and the Small Computer Monitor print it.
 */
import type { Bios } from "./bios.js";
import type { Native } from "./native.js";

export type LoaderName = "romwbw" | "scm";

interface Loader {
	/** At power-on. */
	readonly banner: string;
	readonly prompt: string;
	/** By the command in upper case: an answer, or "boot". */
	readonly commands: Readonly<Record<string, string>>;
	/** To anything else. */
	readonly unknown: string;
	/** Between the command and CP/M's own prompt. */
	readonly booting: (tpaK: number) => string;
}

const BOOT = "boot";
const CR = 0x0d;
const BACKSPACE = 0x08;
const DEL = 0x7f;
const SPACE = 0x20;
const LONGEST_LINE = 40;

const LOADERS: Readonly<Record<LoaderName, Loader>> = {
	romwbw: {
		banner: "\r\n\r\nRC2014 [RCZ80_std] Boot Loader\r\n",
		prompt: "\r\nBoot [H=Help]: ",
		commands: {
			C: BOOT,
			H: "\r\n\r\n  C - CP/M 2.2\r\n  H - Help\r\n",
		},
		unknown: "\r\n\r\nERROR: Invalid command\r\n",
		booting: (tpaK) =>
			"\r\n\r\nLoading CP/M 2.2...\r\n\r\nCBIOS v3.5.0 [WBW]\r\n\r\nConfiguring Drives...\r\n\r\n\tA:=MD0:0\r\n\tB:=MD1:0\r\n\r\n" +
			`CP/M-80 v2.2, ${tpaK.toFixed(1)}K TPA\r\n`,
	},
	scm: {
		banner: "\r\n\r\nSmall Computer Monitor - RC2014\r\n",
		prompt: "*",
		commands: { CPM: BOOT },
		unknown: "\r\nBad command\r\n",
		booting: () => "\r\nCP/M 2.2 Copyright 1979 (c) by Digital Research\r\n",
	},
};

/**
 * @param waits whether it asks, or goes on by itself.
 * @param tpaK memory below the BDOS, which RomWBW prints.
 */
export function* runLoader(bios: Bios, name: LoaderName, waits: boolean, tpaK: number): Native<void> {
	const loader = LOADERS[name];
	yield* print(bios, loader.banner);
	while (waits) {
		yield* print(bios, loader.prompt);
		const command = (yield* readLine(bios)).trim().toUpperCase();
		const answer = command === "" ? "\r\n" : (loader.commands[command] ?? loader.unknown);
		if (answer === BOOT) break;
		yield* print(bios, answer);
	}
	yield* print(bios, loader.booting(tpaK));
}

function* print(bios: Bios, text: string): Native<void> {
	for (let i = 0; i < text.length; i++) yield* bios.consoleOutput(text.charCodeAt(i));
}

/** Echoes what can be printed; the line end is left to the answer. */
function* readLine(bios: Bios): Native<string> {
	let line = "";
	for (;;) {
		const byte = (yield* bios.consoleInput()) & 0x7f;
		if (byte === CR) return line;
		if ((byte === BACKSPACE || byte === DEL) && line !== "") {
			line = line.slice(0, -1);
			yield* print(bios, "\b \b");
		} else if (byte >= SPACE && byte < DEL && line.length < LONGEST_LINE) {
			line += String.fromCharCode(byte);
			yield* bios.consoleOutput(byte);
		}
	}
}
