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
import { type Dialogue, generatedSources } from "./network-code.js";
import { orderNeurons } from "./neuron-order.js";
import { type Kernel, kernelLetter, PROGRAM_ORIGIN, type Program, readProgram, sealImage } from "./program.js";
import { countBeginnings, replyTrie, type TrieNode, usualReplies } from "./reply-trie.js";
import { shippedSources } from "./sources.js";

export interface PackOptions {
	/** Shown by `/V`: up to eight letters and digits. */
	readonly name?: string;
	/** First address the program must leave alone (the word at 0006h on the target). */
	readonly memoryTop?: number;
	readonly kernel?: Kernel | "auto";
	/** Replies to expect, most used first; what the model itself says of them, or says to everybody, where not given. */
	readonly replies?: readonly string[];
	/** What the program talks over; "aux" is for machines whose console is not on the line. */
	readonly dialogue?: Dialogue;
}

/** BDOS of a stock RC2014 with CP/M 2.2 (Grant Searle's build of it starts the BDOS here). */
export const STOCK_MEMORY_TOP = 0xd806;
/** Fastest first. */
const KERNELS: readonly Kernel[] = ["column", "packed"];
const REASONS: Readonly<Record<Kernel, string>> = {
	column: "the fastest there is",
	packed: "asked for",
};
const DRAFT_CODE_LENGTH = 0x1000;
/** From the first byte of the CCP to the BDOS entry in CP/M 2.2. */
const CCP_BYTES = 0x806;

/**
 * @throws ZulmError `model-unsupported` for shapes the program cannot hold, `program-too-large` when it does not fit
 * below `memoryTop`, `name-invalid`.
 */
export function packModel(model: Model, options: PackOptions = {}): Program {
	const request: Request = {
		limit: options.memoryTop ?? STOCK_MEMORY_TOP,
		name: programName(options.name ?? "CHAT"),
		replies: options.replies ?? model.metadata.replies ?? usualReplies(model.network),
		dialogue: options.dialogue ?? "console",
	};
	const wanted: readonly Kernel[] =
		options.kernel === undefined || options.kernel === "auto" ? KERNELS : [options.kernel];
	let failure: ZulmError | undefined;
	for (const kernel of wanted) {
		try {
			const reason = failure === undefined ? REASONS[kernel] : `the faster one does not fit: ${failure.message}`;
			return packWith(model, kernel, request, reason);
		} catch (error) {
			if (!(error instanceof ZulmError) || error.code !== "program-too-large") throw error;
			failure = error;
		}
	}
	throw failure;
}

/** What is asked of a program besides its kernel. */
interface Request {
	readonly limit: number;
	readonly name: string;
	readonly replies: readonly string[];
	readonly dialogue: Dialogue;
}

function packWith(model: Model, kernel: Kernel, { limit, name, replies, dialogue }: Request, reason: string): Program {
	const network = machineNetwork(orderNeurons(model.network, kernel), kernel);
	const draftLayout = layOut(network, { kernel }, DRAFT_CODE_LENGTH, new ColumnCode(new Map()));
	// Sizes far beyond the machine's memory do not even assemble, nor do addresses that need more than 16 bits.
	if (draftLayout.memoryTop > Math.min(limit + DRAFT_CODE_LENGTH, 0xffff)) throw tooLarge(draftLayout, limit);
	const draft = assembleChat(network, kernel, dialogue, draftLayout);
	const layOutWith = (trie: TrieNode | undefined) =>
		layOut(network, { kernel, trie }, draft.bytes.length, new ColumnCode(draft.symbols));
	const { layout, nodes } = largestTrieThatFits(network, kernel === "column" ? replies : [], limit, layOutWith);
	if (!fits(layout, limit)) throw tooLarge(layout, limit);
	const code = assembleChat(network, kernel, dialogue, layout);
	const image = new Uint8Array(layout.imageLength);
	image.set(code.bytes);
	for (const { address, bytes } of layout.blocks) image.set(bytes, address - code.origin);
	sealImage(image, name);
	const info = readProgram(image);
	if (info === undefined) throw new Error("the packed image has no header");
	return {
		...info,
		image,
		sha256: createHash("sha256").update(image).digest("hex"),
		nonzeroWeights: nonzeroWeights(model.network),
		memoryTop: layout.memoryTop,
		reason,
		trieNodes: nodes,
		network,
		symbols: code.symbols,
	};
}

function tooLarge({ imageLength, memoryTop }: Layout, limit: number): ZulmError {
	return new ZulmError(
		"program-too-large",
		`The program has ${imageLength} bytes and needs memory up to ${hex(memoryTop)}, and the machine's ends at ${hex(limit)}.`,
		{ hint: "Train a smaller or sparser model (zulm train --hidden 64), or use a machine with more memory." },
	);
}

/** Whether it runs below `limit`, and can be loaded there: the CCP loads programs up to its own first byte. */
function fits(layout: Layout, limit: number): boolean {
	return layout.memoryTop <= limit && PROGRAM_ORIGIN + layout.imageLength <= limit - CCP_BYTES;
}

/** The layout with as many beginnings of replies as memory has room for. */
function largestTrieThatFits(
	network: MachineNetwork,
	replies: readonly string[],
	limit: number,
	layOutWith: (trie: TrieNode | undefined) => Layout,
): { layout: Layout; nodes: number } {
	let best = { layout: layOutWith(undefined), nodes: 0 };
	if (replies.length === 0) return best;
	// Bisection between "no nodes" and "all nodes and one more", beginning with all, which nearly always fits.
	let tooMany = countBeginnings(replies) + 1;
	for (let nodes = tooMany - 1; nodes > best.nodes; nodes = (best.nodes + tooMany) >> 1) {
		const layout = layOutWith(replyTrie(network, replies, nodes));
		if (fits(layout, limit)) best = { layout, nodes };
		else tooMany = nodes;
	}
	return best;
}

function programName(name: string): string {
	const upper = name.toUpperCase();
	if (!/^[A-Z0-9-]{1,8}$/.test(upper))
		throw new ZulmError("name-invalid", `${name} is not a program name.`, { hint: "Use up to 8 letters and digits." });
	return upper;
}

function assembleChat(network: MachineNetwork, kernel: Kernel, dialogue: Dialogue, layout: Layout): Assembled {
	const constants = new Map([...layout.constants, ["KERNEL", kernelLetter(kernel).charCodeAt(0)]]);
	return assemble(
		"chat.asm",
		shippedSources({
			"layout.asm": [...constants].map(([name, value]) => `${name} equ ${value}`).join("\n"),
			...generatedSources(network, kernel, dialogue),
		}),
	);
}

function hex(address: number): string {
	return `${address.toString(16).toUpperCase().padStart(4, "0")}h`;
}
