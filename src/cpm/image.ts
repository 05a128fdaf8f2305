/**
 * Lays a network out in the program's memory: tables behind the code, work memory behind the tables. Names of constants
 * are those of the assembly sources, which say what each means.
 */
import { toMachineBytes } from "../model/charset.js";
import { placeColumnTables, reserveShares } from "./column-tables.js";
import type { ColumnCode } from "./columns.js";
import { MAX_WIDTH, type MachineNetwork } from "./machine-network.js";
import { MemoryMap } from "./memory-map.js";
import { columnBytes, placePackedTables, reservePackedWork } from "./packed-tables.js";
import { type Block, highBytes, lowBytes, Placer } from "./placer.js";
import { type Kernel, PROGRAM_ORIGIN } from "./program.js";
import type { TrieNode } from "./reply-trie.js";

const RECORD_BYTES = 128;
/** The image's last two bytes make its CRC come out (program.ts). */
const CRC_BYTES = 2;
/** Ours takes less than 40; the rest is for interrupt handlers and a BIOS without a stack of its own. */
const STACK_BYTES = 128;
/** CP/M's buffer for the command tail and for disk records, free for the lines of a chat. */
const COMMAND_TAIL = 0x80;
/** Longest line: the buffer less the end mark. */
const LINE_BYTES = 127;
/** Variables, with their lengths. */
const WORK_BYTES = {
	QUERY_TEXT: 2,
	QUERY_PAIR: 2,
	QUERY_LAST: 1,
	QUERY_FED: 1,
	QUERY_LENGTH: 1,
	GUESS: 1,
	GUESSED: 1,
	KEPT_PAIR: 2,
	KEPT_LAST: 1,
	IDLE: 1,
	CONTEXT: 8,
	SPACES: 1,
	EMITTED: 1,
	REPLY: 50,
	REPLY_END: 2,
	REPLY_LEFT: 1,
	NODE: 2,
	WIDE: 1,
	VECTOR: 2,
	HIGH_PART: 1,
	TIMES_NEXT: 2,
	BREATHE_SP: 2,
	DOUBLE_LIST: 2,
	DOUBLE_NEXT: 2,
	DOUBLE_X: 1,
	DOUBLE_PAGE: 1,
} as const;

export interface Layout {
	/** Constants for layout.asm. */
	readonly constants: ReadonlyMap<string, number>;
	/** What is loaded besides the code. */
	readonly blocks: readonly Block[];
	/** Bytes of the .COM: whole records, the last two bytes free for the CRC. */
	readonly imageLength: number;
	/** First address that the program leaves alone. */
	readonly memoryTop: number;
}

export interface LayoutChoice {
	readonly kernel: Kernel;
	/** Beginnings of known replies, for the column kernel; undefined for none. */
	readonly trie?: TrieNode | undefined;
}

/**
 * @param codeLength bytes of code from 0100h on
 * @param code addresses within it
 */
export function layOut(network: MachineNetwork, choice: LayoutChoice, codeLength: number, code: ColumnCode): Layout {
	const placer = new Placer(PROGRAM_ORIGIN + codeLength);
	setSizes(placer, network);
	placeCommonTables(placer, network);
	const column = choice.kernel === "column";
	if (column) placeColumnTables(placer, network, choice.trie, code);
	else placePackedTables(placer, network);
	const loadShares = reserveShares(placer, network, code);

	const imageLength = Math.ceil((placer.memory.end + CRC_BYTES - PROGRAM_ORIGIN) / RECORD_BYTES) * RECORD_BYTES;
	placer.set("IMAGE_LENGTH", imageLength);
	const work = new MemoryMap(PROGRAM_ORIGIN + imageLength);
	loadShares(reserveAccumulators(placer, work, network));
	if (!column) reservePackedWork(placer, work, network);
	reserveVariables(placer, work, network);
	placer.set("MEMORY_TOP", work.end);
	return { constants: placer.constants, blocks: placer.blocks, imageLength, memoryTop: work.end };
}

function setSizes(placer: Placer, { features, charset, first, layers }: MachineNetwork): void {
	const mask = features.buckets - 1;
	placer.set("CLASSES", charset.length);
	placer.set("QUERY_BUCKETS", features.buckets);
	placer.set("QUERY_MASK_LOW", mask & 255);
	placer.set("QUERY_MASK_HIGH", mask >> 8);
	placer.set("QUERY_BIGRAMS", features.ngrams.includes(2) ? 1 : 0);
	placer.set("QUERY_TRIGRAMS", features.ngrams.includes(3) ? 1 : 0);
	placer.set("LINE_SIZE", LINE_BYTES);
	placer.set("SUMS_1_LDI", ((first.width - 1) % 16) + 1);
	placer.set("CLEAR_ROUNDS", clearRounds(first.width));
	[first, ...layers].forEach(({ width }, i) => {
		const layer = i + 1;
		placer.set(`WIDTH_${layer}`, width);
		placer.set(`WIDTH_${layer}_LOOP`, width & 255);
		placer.set(`BYTES_${layer}`, columnBytes(width));
	});
}

/** Rounds of 16 bytes in which the context's sums are cleared: a byte a neuron and one that ends the scan. */
function clearRounds(width: number): number {
	return Math.ceil(scanned(width) / 16);
}

/** Bytes of a page that the scan of a layer looks at. */
function scanned(width: number): number {
	return Math.min(MAX_WIDTH, width + 1);
}

function placeCommonTables(placer: Placer, { charset, first }: MachineNetwork): void {
	placer.load(placer.page("OFFSETS", first.width), first.offsets);
	placer.put("sum_start_low", lowBytes(first.start));
	placer.put("sum_start_high", highBytes(first.start));
	placer.put(
		"charset",
		charset.slice(0, -1).flatMap((character) => [...toMachineBytes(character)]),
	);
}

/** Sums of layer 1 and accumulators of the others. Returns the page of low bytes of each layer behind the first. */
function reserveAccumulators(placer: Placer, work: MemoryMap, { first, layers }: MachineNetwork): number[] {
	const base = work.pages(scanned(first.width));
	placer.set("BASE", base);
	const sums = work.pages(first.width, first.width);
	placer.set("SUM_LOW", sums);
	placer.set("SUM_HIGH", sums + 1);
	// Starts are pushed by twos (start-code.ts). In order of the layers: a carry out of a page of high bytes falls into the
	// page behind it (layers.asm). That is the low page of the next layer, which starts anew before it is used, or SUMS
	// behind the last, which does so too. Only a single hidden layer still reads SUMS then, and has a page more.
	const lengths = layers.map(({ start }) => 2 * Math.ceil(start.length / 2));
	const pages = lengths.map((length, i) =>
		work.pages(Math.max(length, lengths[i - 1] ?? 0), length, ...(layers.length === 1 ? [length] : [])),
	);
	pages.forEach((page, i) => {
		placer.set(`LOW_${i + 2}`, page);
	});
	placer.set("LOGITS", pages.at(-1) as number);
	placer.set("SUMS", work.pages(Math.max(16 * clearRounds(first.width), lengths.at(-1) as number)));
	if (layers.length > 1) placer.set("QUARTERS", work.pages(256));
	return pages;
}

function reserveVariables(placer: Placer, work: MemoryMap, { first }: MachineNetwork): void {
	placer.set("STACK", work.bytes(STACK_BYTES) + STACK_BYTES);
	placer.set("LINE_TEXT", COMMAND_TAIL);
	for (const [name, length] of Object.entries(WORK_BYTES)) placer.set(name, work.bytes(length));
	// A guess keeps the counts of the query. The widest networks are those that are short of memory.
	const guesses = first.width < MAX_WIDTH;
	placer.set("GUESSES", guesses ? 1 : 0);
	placer.set("KEPT_COUNTS", guesses ? work.bytes(first.width) : 0);
	const base = placer.constants.get("BASE") as number;
	placer.set("LAST_NEURON", first.width < MAX_WIDTH ? base * 256 + first.width : work.bytes(1));
}
