/** Packing as the commands `pack`, `deploy` and `bench` share it: a model becomes a program and its JSON. */
import { createHash } from "node:crypto";
import { InvalidArgumentError } from "commander";
import { ZulmError } from "../base/errors.js";
import type { Dialogue } from "../cpm/network-code.js";
import { packModel } from "../cpm/pack.js";
import { type Program, readProgram } from "../cpm/program.js";
import { hexWord } from "../cpm/verify.js";
import type { Model } from "../model/network.js";
import { formatCount } from "../report/format.js";
import type { ProgramResult } from "../report/results.js";
import type { Profile } from "../transport/profile.js";
import { stemOf } from "./locations.js";

/** Kernels the packer can be asked for. */
export const KERNELS = ["auto", "column", "packed"] as const;
export type KernelChoice = (typeof KERNELS)[number];

export function programResult(path: string, program: Program): ProgramResult {
	const { length, kernel, nonzeroWeights, crc16, sha256, buildId } = program;
	return { path, bytes: length, kernel, nonzeroWeights, crc16: hexWord(crc16), sha256, buildId };
}

/** What a file says about the program in it. @throws ZulmError `program-malformed` when it is not one of ours */
export function programFileResult(path: string, com: Uint8Array): ProgramResult {
	const info = readProgram(com);
	if (info === undefined)
		throw new ZulmError("program-malformed", `${path} is not a program packed by zulm.`, {
			hint: "Give a .COM file made by zulm pack.",
		});
	const { length, kernel, crc16, buildId } = info;
	const sha256 = createHash("sha256").update(com.subarray(0, length)).digest("hex");
	return { path, bytes: length, kernel, nonzeroWeights: null, crc16: hexWord(crc16), sha256, buildId };
}

/** A program for the machine of a profile: what its memory holds, over the device that its line reaches. */
export function packForProfile(model: Model, name: string, profile: Profile): Program {
	return packModel(model, { name, memoryTop: profile.tpaTop, dialogue: dialogueOf(profile) });
}

/** What a program on such a machine must talk over for the line to hear it. */
export function dialogueOf(profile: Profile): Dialogue {
	return profile.consoleOnLine ? "console" : "aux";
}

/** "34,944 bytes, column kernel, build 1A2B3C4D, CRC 5E6F" */
export function describeProgram({ bytes, kernel, buildId, crc16 }: ProgramResult): string {
	return `${formatCount(bytes)} bytes, ${kernel} kernel, build ${buildId}, CRC ${crc16}`;
}

/** Parses the name that `/V` reports: what fits the program's header. */
export function labelName(text: string): string {
	if (/^[A-Za-z0-9]{1,8}$/.test(text)) return text.toUpperCase();
	throw new InvalidArgumentError("It must be one to eight letters and digits.");
}

/** The header name of a program made from a file: "small-talk.npz" → "SMALLTAL". */
export function headerName(path: string): string {
	const name = stemOf(path)
		.toUpperCase()
		.replace(/[^A-Z0-9]/g, "")
		.slice(0, 8);
	return name === "" ? "CHAT" : name;
}
