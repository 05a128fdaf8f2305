/**
 * Lays a network out in the program's memory: tables behind the code, work memory behind the tables. Names of constants
 * are those of the assembly sources, which say what each means.
 */
import { toMachineBytes } from "../model/charset.js";
import { placeColumnTables, reserveShares } from "./column-tables.js";
import type { ColumnCode } from "./columns.js";
import { MANY_ACTIVE } from "./common-sum.js";
import { MAX_WIDTH } from "./machine-layer.js";
import type { MachineNetwork } from "./machine-network.js";
import { MemoryMap } from "./memory-map.js";
import { placePackedTables, reservePackedWork } from "./packed-tables.js";
import { type Block, highBytes, lowBytes, Placer } from "./placer.js";
import { type Kernel, PROGRAM_ORIGIN } from "./program.js";
import type { TrieNode } from "./reply-trie.js";

const RECORD_BYTES = 128;
/** The image's last two bytes make its CRC come out (program.ts). */
const CRC_BYTES = 2;
/** Ours takes less than 40; the rest is for interrupt handlers and a BIOS without a stack of its own. */
const STACK_BYTES = 128;
/** CP/M's file control block for the names of the command line, which ends at the tail: a chat has no use for it. */
const DEFAULT_FCB = 0x5c;
/** CP/M's buffer for the command tail and for disk records, free for the lines of a chat. */
const COMMAND_TAIL = 0x80;
/** Longest line: the buffer less the end mark. */
const LINE_BYTES = 127;
/** Half a query: a look in the middle of the longest is enough. */
const MOST_AT_ONCE = 31;
/** What the sums of layer 1 hold besides v (query.asm). */
const V_BIAS = 64;
/**
 * Polls without a key after which the first character is worked out (below 255), some 300 T-states each with a real BDOS.
 * Networks of one hidden layer take 20,000 T-states: at 4 MHz and 2,400 baud, 16,000 a character, a pasted line must not
 * fall into that. Deeper ones take ten times as long: 1,200 baud.
 */
const SHORT_PAUSE = 128;
const LONG_PAUSE = 254;
/** Variables, with their lengths. */
const WORK_BYTES = {
	QUERY_TEXT: 2,
	QUERY_NEXT: 2,
	QUERY_PAIR: 2,
	QUERY_31: 2,
	QUERY_THREE: 2,
	QUERY_RUN: 1,
	QUERY_ROOM: 1,
	QUERY_WIDE: 1,
	LINE_END: 2,
	IDLE: 1,
	GUESS: 1,
	GUESSED: 1,
	GUESSING: 1,
	GUESS_SP: 2,
	KEY_AHEAD: 1,
	KEPT_PAIR: 2,
	KEPT_31: 2,
	KEPT_THREE: 2,
	CONTEXT: 8,
	SPACES: 1,
	EMITTED: 1,
	REPLY: 50,
	REPLY_END: 2,
	REPLY_LEFT: 1,
	NODE: 2,
	WIDE: 1,
	LAST_BASE: 1,
	VECTOR: 2,
	HIGH_PART: 1,
	TIMES_NEXT: 2,
	ACTIVE: 1,
	HIGHEST: 1,
	COMMON_LOW: 1,
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
	setGuessing(placer, network, choice.kernel);
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

function setSizes(placer: Placer, { features, charset, first, layers, mostActive }: MachineNetwork): void {
	placer.set("CLASSES", charset.length);
	placer.set("MOST_ACTIVE", mostActive);
	placer.set("MANY_ACTIVE", MANY_ACTIVE);
	placer.set("QUERY_BUCKETS", features.buckets);
	// Of twice a bucket's number: addresses of columns are words.
	placer.set("QUERY_MASK", (2 * features.buckets - 1) >> 8);
	placer.set("COUNTS_HOLD", countsHold(features.ngrams.length));
	placer.set("LINE_SIZE", LINE_BYTES);
	placer.set("WIDTH_1_ROUNDS", Math.ceil(first.width / 8));
	placer.set("WIDTH_1_SKIP", (8 - (first.width % 8)) % 8);
	placer.set("SUMS_1_LDI", ((first.width - 1) % 16) + 1);
	placer.set("CLEAR_ROUNDS", clearRounds(first.width));
	[first, ...layers].forEach(({ width }, i) => {
		const layer = i + 1;
		placer.set(`WIDTH_${layer}`, width);
		placer.set(`WIDTH_${layer}_LOOP`, width & 255);
	});
}

/** Characters after which sums in bytes are looked at, when each ends as many windows (query.asm). */
function countsHold(windows: number): number {
	// Windows of -2 that a byte of 0 takes without its bit 7 becoming clear again; one character is the space behind.
	return Math.min(MOST_AT_ONCE, Math.floor(64 / windows) - 1);
}

/** When a reply is worked out before Enter (guess.asm), in polls without a key. */
function setGuessing(placer: Placer, { first, layers }: MachineNetwork, kernel: Kernel): void {
	// A character of the widest networks takes the packed kernel so long that keys would be missed.
	placer.set("GUESSES", kernel === "packed" && first.width === MAX_WIDTH ? 0 : 1);
	placer.set("GUESS_PAUSE", layers.length === 1 ? SHORT_PAUSE : LONG_PAUSE);
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
	const start = first.start.map((v) => v + V_BIAS);
	const wide = start.some((sum) => sum < 0 || sum >= 2 * V_BIAS);
	placer.set("START_WIDE", wide ? 1 : 0);
	placer.put("sum_start_low", lowBytes(start));
	placer.put("sum_start_high", wide ? highBytes(start) : []);
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
	let free = DEFAULT_FCB;
	for (const [name, length] of Object.entries(WORK_BYTES)) {
		const fits = free + length <= COMMAND_TAIL;
		placer.set(name, fits ? free : work.bytes(length));
		if (fits) free += length;
	}
	const base = placer.constants.get("BASE") as number;
	placer.set("LAST_NEURON", first.width < MAX_WIDTH ? base * 256 + first.width : work.bytes(1));
}
