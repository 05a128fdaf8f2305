/** Packing as the commands `pack`, `deploy` and `bench` share it: a model becomes a program and its JSON. */
import { InvalidArgumentError } from "commander";
import type { Program } from "../cpm/program.js";
import { formatCount } from "../report/format.js";
import type { ProgramResult } from "../report/results.js";
import { stemOf } from "./locations.js";

/** Kernels the packer can be asked for. */
export const KERNELS = ["auto", "column"] as const;
export type KernelChoice = (typeof KERNELS)[number];

/** A CRC-16 as `/V` prints it. */
export function hex4(crc16: number): string {
	return crc16.toString(16).toUpperCase().padStart(4, "0");
}

export function programResult(path: string, program: Program): ProgramResult {
	const { length, kernel, nonzeroWeights, crc16, sha256, buildId } = program;
	return { path, bytes: length, kernel, nonzeroWeights, crc16: hex4(crc16), sha256, buildId };
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
