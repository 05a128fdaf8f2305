/**
 * A program onto a machine that has nothing but CP/M's own tools: typed in as Intel HEX.
 *
 *   PIP STEM.HEX=CON:  ◄ records, each confirmed by its echo ► ^Z     LOAD STEM (CP/M 3: HEXCOM)  ► FIRST ADDRESS 0100 …
 *
 * The echo proves every character, so PIP's own check ([H]) is not asked for: it answers an error with a dialogue for
 * paper tape. LOAD makes a .COM even after a checksum error, so its figures decide (seen on CP/M 2.2). Without LOAD and
 * HEXCOM, DDT reads the HEX file: see bootstrap-ddt.ts.
 */
import { ZulmError } from "../base/errors.js";
import { printable } from "../transport/printable.js";
import { saveFromDdt } from "./bootstrap-ddt.js";
import type { Ccp, CcpOptions } from "./ccp.js";
import { toIntelHex } from "./hex.js";
import { faultIn, isUnknownCommand } from "./messages.js";
import type { Shelf } from "./shelf.js";
import { EchoError, typeConfirmed } from "./typist.js";

const TPA = 0x0100;
const RECORD_BYTES = 128;
const END_OF_TEXT = "\x1a";
/** PIP says nothing when it is ready; "PIP?" comes sooner, unless the disk is slow. */
const START_S = 1.5;
/** Writing what PIP holds, and the directory, to a floppy. */
const WRITE_S = 60;
/** A line with its end, so that a window of this size is "line by line". */
const WHOLE_LINE = 64;
/** Begun anew with a smaller window each time: a machine that missed one may be slow only while its disk works. */
const WINDOWS = [WHOLE_LINE, 1, 1];

export interface HexOptions extends CcpOptions {
	/** The line holds nothing back and the machine may not be listening: wait for each character from the start. */
	readonly careful?: boolean;
}

/**
 * Types `bytes` in as STEM.HEX and makes STEM.COM of it; no file of either name may exist. STEM.HEX is erased.
 * @returns "missing" when the machine has no PIP
 * @throws ZulmError `disk-full`, `disk-read-only`, `line-failed`, `machine-refused`, `no-receiver` (nothing turns HEX
 * into a program), `line-lost`, `interrupted`
 */
export async function typeAsHex(
	ccp: Ccp,
	shelf: Shelf,
	stem: string,
	bytes: Uint8Array,
	options: HexOptions = {},
): Promise<"done" | "missing"> {
	const windows = options.careful === true ? WINDOWS.slice(1) : WINDOWS;
	for (const [again, window] of windows.entries()) {
		const outcome = await copyThroughPip(ccp, shelf, `${stem}.HEX`, toIntelHex(bytes), window, again, options);
		if (outcome === "missing") return "missing";
		if (outcome === "done" && (await load(ccp, shelf, stem, bytes))) {
			await ccp.erase(`${stem}.HEX`);
			return "done";
		}
		await ccp.erase(`${stem}.HEX`);
		await ccp.erase(`${stem}.COM`);
	}
	throw new ZulmError("line-failed", "The machine's console loses characters: the program did not arrive whole.", {
		hint: "Lower the line's speed with --baud, or set line.characterDelayS in a profile of your own.",
	});
}

/** @returns "damaged" when the echo was not as typed; the machine is at its prompt */
async function copyThroughPip(
	ccp: Ccp,
	shelf: Shelf,
	file: string,
	text: string,
	window: number,
	again: number,
	{ onEvent }: HexOptions,
): Promise<"done" | "damaged" | "missing"> {
	for await (const place of shelf.places()) {
		if (!place.holds("PIP")) continue;
		const command = `${place.prefix}PIP ${file}=CON:`;
		await ccp.enter(command);
		const started = await ccp.untilAnyWaiting(START_S);
		let heard = started.text;
		if (started.waiting === undefined) {
			try {
				const onLine = (characters: number) => onEvent?.({ type: "typing", characters, of: text.length, again });
				await typeConfirmed(ccp.console, text, { window, onLine });
				await ccp.console.type(END_OF_TEXT);
				throwIfFault(await ccp.untilPrompt(WRITE_S));
				return "done";
			} catch (error) {
				if (!(error instanceof EchoError)) throw error;
				heard = await ccp.backToPrompt(heard + error.heard, END_OF_TEXT, WRITE_S);
			}
		}
		if (isUnknownCommand(heard, command)) continue;
		throwIfFault(heard);
		if (started.waiting === undefined) return "damaged";
		throw new ZulmError(
			"machine-refused",
			`"${command}" did not start: the machine said "${printable(heard.trim())}".`,
			{
				hint: "Try the command at the machine's own prompt.",
			},
		);
	}
	return "missing";
}

/** STEM.COM from STEM.HEX. @returns whether the figures are right */
async function load(ccp: Ccp, shelf: Shelf, stem: string, bytes: Uint8Array): Promise<boolean> {
	for (const verb of ["LOAD", "HEXCOM"]) {
		const result = await shelf.run(verb, stem);
		if (result === undefined) continue;
		if (result.fault) throw result.fault;
		return figuresAreRight(result.output, bytes.length);
	}
	const saved = await saveFromDdt(ccp, shelf, stem, bytes);
	if (saved !== "missing") return saved === "done";
	throw new ZulmError(
		"no-receiver",
		"The machine has PIP but neither LOAD nor HEXCOM nor DDT to make a program of HEX.",
		{
			hint: "Change to the drive or user area that holds them.",
		},
	);
}

/** What LOAD and HEXCOM print, in hexadecimal: first and last address, bytes read, records written. */
export function figuresAreRight(output: string, length: number): boolean {
	const figure = (name: string) => Number.parseInt(new RegExp(`${name} +([0-9A-F]+)`, "i").exec(output)?.[1] ?? "", 16);
	return (
		!/error/i.test(output) &&
		figure("FIRST +ADDRESS") === TPA &&
		figure("LAST +ADDRESS") === TPA + length - 1 &&
		figure("BYTES +READ") === length &&
		figure("RECORDS +WRITTEN") === Math.ceil(length / RECORD_BYTES)
	);
}

function throwIfFault(output: string): void {
	const fault = faultIn(output);
	if (fault) throw fault;
}
