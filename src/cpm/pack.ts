/**
 * Packs a model into a .COM: assembles the chat program, lays its tables out in memory and writes the weights as column
 * streams.
 *
 * The code is assembled twice: once with tables anywhere, to learn its length and labels (neither depends on where the
 * tables are), and once with the addresses of the tables that follow it.
 */
import { createHash } from "node:crypto";
import { ZulmError } from "../base/errors.js";
import { type Model, nonzeroWeights } from "../model/network.js";
import { type Assembled, assemble } from "./assembler.js";
import { ColumnCode } from "./columns.js";
import { type Layout, layOut } from "./image.js";
import { type MachineNetwork, machineNetwork } from "./machine-network.js";
import { networkSource } from "./network-code.js";
import { type Kernel, kernelLetter, type Program, readProgram, sealImage } from "./program.js";
import { shippedSources } from "./sources.js";

export interface PackOptions {
	/** Shown by `/V`: up to eight letters and digits. */
	readonly name?: string;
	/** First address the program must leave alone (the word at 0006h on the target). */
	readonly memoryTop?: number;
	readonly kernel?: Kernel | "auto";
}

/** BDOS of a stock RC2014 with CP/M 2.2 (Grant Searle's build of it starts the BDOS here). */
export const STOCK_MEMORY_TOP = 0xd806;
const DRAFT_CODE_LENGTH = 0x1000;

/**
 * @throws ZulmError `model-unsupported` for shapes the program cannot hold, `program-too-large` when it does not fit
 * below `memoryTop`, `name-invalid`.
 */
export function packModel(model: Model, options: PackOptions = {}): Program {
	const network = machineNetwork(model.network);
	const draft = assembleChat(network, layOut(network, DRAFT_CODE_LENGTH, new ColumnCode(new Map())));
	const layout = layOut(network, draft.bytes.length, new ColumnCode(draft.symbols));
	const limit = options.memoryTop ?? STOCK_MEMORY_TOP;
	if (layout.memoryTop > limit)
		throw new ZulmError(
			"program-too-large",
			`The program needs memory up to ${hex(layout.memoryTop)}, and the machine's ends at ${hex(limit)}.`,
			{ hint: "Train a smaller or sparser model (zulm train --hidden 64), or use a machine with more memory." },
		);
	const code = assembleChat(network, layout);
	const image = new Uint8Array(layout.imageLength);
	image.set(code.bytes);
	for (const { address, bytes } of layout.blocks) image.set(bytes, address - code.origin);
	sealImage(image, programName(options.name ?? "CHAT"));
	const info = readProgram(image);
	if (info === undefined) throw new Error("the packed image has no header");
	return {
		...info,
		image,
		sha256: createHash("sha256").update(image).digest("hex"),
		nonzeroWeights: nonzeroWeights(model.network),
		memoryTop: layout.memoryTop,
		symbols: code.symbols,
	};
}

function programName(name: string): string {
	const upper = name.toUpperCase();
	if (!/^[A-Z0-9-]{1,8}$/.test(upper))
		throw new ZulmError("name-invalid", `${name} is not a program name.`, { hint: "Use up to 8 letters and digits." });
	return upper;
}

function assembleChat(network: MachineNetwork, layout: Layout): Assembled {
	const constants = new Map([...layout.constants, ["KERNEL", kernelLetter("column").charCodeAt(0)]]);
	const shares = [false, ...network.layers.map((layer) => layer.shares.length > 0)];
	return assemble(
		"chat.asm",
		shippedSources({
			"layout.asm": [...constants].map(([name, value]) => `${name} equ ${value}`).join("\n"),
			"network.asm": networkSource(shares),
		}),
	);
}

function hex(address: number): string {
	return `${address.toString(16).toUpperCase().padStart(4, "0")}h`;
}
