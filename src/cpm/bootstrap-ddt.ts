/**
 * A program onto a machine through its debugger, where there is no PIP, or no LOAD.
 *
 *   DDT           S0100 ► "0100 01 "  3E ► "0101 C9 " … .      D0100,04FF ► compared, byte for byte
 *   DDT STEM.HEX  ► "NEXT  PC" "0500 0000"
 *   G0 ► A>       SAVE 4 STEM.COM      (256-byte pages; memory outlives the warm boot)
 *
 * For CP/M 2.2: in CP/M 3 the debugger is SID and SAVE is another program.
 */
import { ZulmError } from "../base/errors.js";
import { printable } from "../transport/printable.js";
import type { Ccp, CcpOptions } from "./ccp.js";
import { isUnknownCommand } from "./messages.js";
import type { Shelf } from "./shelf.js";

const TPA = 0x0100;
const PAGE_BYTES = 256;
const DUMP_BYTES = 256;
const CR = "\r";
/** DDT loads from floppy. */
const START_S = 20;
const ANSWER_S = 10;
const READY = /(?:^|[\r\n])-$/;
const EVERY = 16;

/**
 * Types `bytes` in with S, compares them as D shows them, and saves them as STEM.COM.
 * @returns "missing" when there is no DDT
 * @throws ZulmError `line-failed` (what D shows is not what was typed), `machine-refused`, `disk-full`, …
 */
export async function typeIntoDdt(
	ccp: Ccp,
	shelf: Shelf,
	stem: string,
	bytes: Uint8Array,
	{ onEvent }: CcpOptions = {},
): Promise<"done" | "missing"> {
	const started = await startDdt(ccp, shelf, "");
	if (started === undefined) return "missing";
	await answer(ccp, `S${hex(TPA, 4)}${CR}`, entryAt(TPA));
	for (const [index, byte] of bytes.entries()) {
		await answer(ccp, `${hex(byte, 2)}${CR}`, entryAt(TPA + index + 1));
		if (index % EVERY === 0) onEvent?.({ type: "typing", characters: index + 1, of: bytes.length, again: 0 });
	}
	await answer(ccp, `.${CR}`, READY);
	const inMemory = await dump(ccp, bytes.length);
	if (!bytes.every((byte, index) => byte === inMemory.get(TPA + index))) {
		await leave(ccp);
		throw new ZulmError("line-failed", "The bytes typed into DDT are not the bytes that it shows.", {
			hint: "Lower the line's speed with --baud and try again.",
		});
	}
	await save(ccp, stem, bytes.length);
	return "done";
}

/** Has DDT read STEM.HEX and saves it as STEM.COM. @returns "damaged" when DDT did not read all of it */
export async function saveFromDdt(
	ccp: Ccp,
	shelf: Shelf,
	stem: string,
	bytes: Uint8Array,
): Promise<"done" | "damaged" | "missing"> {
	const started = await startDdt(ccp, shelf, ` ${stem}.HEX`);
	if (started === undefined) return "missing";
	const next = /NEXT +PC\s+([0-9A-F]{4})/i.exec(started)?.[1];
	if (next === undefined || Number.parseInt(next, 16) !== TPA + bytes.length) {
		await leave(ccp);
		return "damaged";
	}
	await save(ccp, stem, bytes.length);
	return "done";
}

/** @returns what it printed, or undefined when it is nowhere */
async function startDdt(ccp: Ccp, shelf: Shelf, tail: string): Promise<string | undefined> {
	for await (const place of shelf.places()) {
		if (!place.holds("DDT")) continue;
		const command = `${place.prefix}DDT${tail}`;
		await ccp.enter(command);
		const heard = await ccp.untilWaitingOr(READY, START_S);
		if (READY.test(heard)) return heard;
		if (!isUnknownCommand(heard, command)) throw unexpected(command, heard);
	}
	return undefined;
}

async function dump(ccp: Ccp, length: number): Promise<Map<number, number>> {
	const memory = new Map<number, number>();
	for (let offset = 0; offset < length; offset += DUMP_BYTES) {
		const last = Math.min(offset + DUMP_BYTES, length) - 1;
		const text = await answer(ccp, `D${hex(TPA + offset, 4)},${hex(TPA + last, 4)}${CR}`, READY);
		for (const line of text.split(/[\r\n]+/)) {
			const match = /^([0-9A-F]{4})((?: [0-9A-F]{2}){1,16})/i.exec(line);
			const values = (match?.[2] ?? "").trim().split(" ");
			const address = Number.parseInt(match?.[1] ?? "", 16);
			if (match) for (const [i, value] of values.entries()) memory.set(address + i, Number.parseInt(value, 16));
		}
	}
	return memory;
}

async function save(ccp: Ccp, stem: string, length: number): Promise<void> {
	await leave(ccp);
	const { output, fault, unknown } = await ccp.run(`SAVE ${Math.ceil(length / PAGE_BYTES)} ${stem}.COM`);
	if (fault) throw fault;
	if (unknown || /no space|error/i.test(output)) throw unexpected("SAVE", output);
}

async function leave(ccp: Ccp): Promise<void> {
	await ccp.console.type(`G0${CR}`);
	await ccp.untilPrompt();
}

async function answer(ccp: Ccp, keys: string, wanted: RegExp): Promise<string> {
	await ccp.console.type(keys);
	const heard = await ccp.console.untilMatch(wanted, ANSWER_S);
	if (wanted.test(heard)) return heard;
	throw unexpected(keys.trim(), heard);
}

function entryAt(address: number): RegExp {
	return new RegExp(`${hex(address, 4)} [0-9A-F]{2} $`, "i");
}

function hex(value: number, digits: number): string {
	return value.toString(16).toUpperCase().padStart(digits, "0");
}

function unexpected(keys: string, heard: string): ZulmError {
	return new ZulmError(
		"machine-refused",
		`DDT did not answer "${keys}" as it does: "${printable(heard.slice(-60))}".`,
		{
			hint: "Try DDT at the machine's own prompt.",
		},
	);
}
