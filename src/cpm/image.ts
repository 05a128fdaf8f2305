/**
 * Lays a network's tables out behind the program's code: what the packer knows about memory. Names of constants are
 * those of the assembly sources, which say what each table means.
 */
import { toMachineBytes } from "../model/charset.js";
import { type ColumnCode, countStream, scanEndStream, scatterStream, shareStream } from "./columns.js";
import type { MachineLayer, MachineNetwork } from "./machine-network.js";
import { MemoryMap } from "./memory-map.js";
import { PROGRAM_ORIGIN } from "./program.js";
import type { TrieNode } from "./reply-trie.js";

const RECORD_BYTES = 128;
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
	IDLE: 1,
	CONTEXT: 8,
	SPACES: 1,
	EMITTED: 1,
	REPLY: 50,
	REPLY_END: 2,
	REPLY_LEFT: 1,
	NODE: 2,
	WIDE: 1,
	WIDE_PAGE: 1,
	WIDE_COLUMN: 2,
	SPILLED: 1,
	BREATHE_SP: 2,
	DOUBLE_LIST: 2,
	DOUBLE_NEXT: 2,
	DOUBLE_X: 1,
	DOUBLE_PAGE: 1,
} as const;

export interface Block {
	readonly address: number;
	readonly bytes: ArrayLike<number>;
}

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

/**
 * @param trie beginnings of known replies; undefined for none
 * @param codeLength bytes of code from 0100h on
 * @param code addresses within it
 */
export function layOut(
	network: MachineNetwork,
	trie: TrieNode | undefined,
	codeLength: number,
	code: ColumnCode,
): Layout {
	const builder = new LayoutBuilder(PROGRAM_ORIGIN + codeLength, code);
	builder.sizes(network);
	builder.tables(network, trie !== undefined);
	builder.trie(trie);
	return builder.finish(network);
}

class LayoutBuilder {
	readonly #constants = new Map<string, number>();
	readonly #blocks: Block[] = [];
	readonly #memory: MemoryMap;
	readonly #code: ColumnCode;
	/** Streams that are the same (empty columns above all) are stored once. */
	readonly #streams = new Map<string, number>();

	constructor(start: number, code: ColumnCode) {
		this.#memory = new MemoryMap(start);
		this.#code = code;
	}

	sizes({ features, charset, first, layers }: MachineNetwork): void {
		const mask = features.buckets - 1;
		this.#set("CLASSES", charset.length);
		this.#set("QUERY_MASK_LOW", mask & 255);
		this.#set("QUERY_MASK_HIGH", mask >> 8);
		this.#set("QUERY_BIGRAMS", features.ngrams.includes(2) ? 1 : 0);
		this.#set("QUERY_TRIGRAMS", features.ngrams.includes(3) ? 1 : 0);
		this.#set("LINE_SIZE", LINE_BYTES);
		this.#widths(1, first.width, first.width);
		layers.forEach(({ width, start }, i) => {
			this.#widths(i + 2, width, start.length);
		});
	}

	tables({ charset, first, layers }: MachineNetwork, withTrie: boolean): void {
		const contextPage = this.#page("CONTEXT_COLUMNS", 2 * first.context.length);
		this.#load(this.#page("OFFSETS", first.width), first.offsets);
		const columnPages = layers.map(({ columns }, i) => {
			const length = columns.length + (i === 0 && withTrie ? 1 : 0);
			return this.#page(`COLUMNS_${i + 1}`, length, length);
		});

		this.#put("sum_start_low", lowBytes(first.start));
		this.#put("sum_start_high", highBytes(first.start));
		this.#put(
			"charset",
			charset.slice(0, -1).flatMap((character) => [...toMachineBytes(character)]),
		);
		layers.forEach(({ start }, i) => {
			this.#put(`biases_${i + 2}`, [...lowBytes(start), ...highBytes(start)]);
		});
		const scatter = (column: Int8Array) => this.#stream(scatterStream(column, this.#code));
		const count = (amounts: ArrayLike<number>) => this.#stream(countStream(amounts, this.#code));
		this.#put("space_windows", words(first.spaces.map((amounts) => count(amounts.map((amount) => -amount)))));
		this.#load(contextPage, words(first.context.map(count)));
		layers.forEach(({ columns }, i) => {
			const addresses = columns.map(scatter);
			if (i === 0 && withTrie) addresses.push(this.#stream(scanEndStream(this.#code)));
			this.#load(columnPages[i] as number, lowBytes(addresses));
			this.#load((columnPages[i] as number) + 256, highBytes(addresses));
		});
		this.#put("query_columns", words(first.query.map(count)));
	}

	/** Nodes of the reply trie, as trie.asm walks them. */
	trie(root: TrieNode | undefined): void {
		this.#set("FLIP", root === undefined ? 0 : 0x80);
		const place = ({ vector, children }: TrieNode): number => {
			const bytes = [...vector.map((change) => change + 128), 0xff];
			const vectorAddress = this.#memory.bytesInPage(bytes.length);
			this.#load(vectorAddress, bytes);
			const links = [...children].flatMap(([k, child]) => [k, ...words([place(child)])]);
			const node = [...words([vectorAddress]), children.size, ...links];
			const address = this.#memory.bytes(node.length);
			this.#load(address, node);
			return address;
		};
		this.#set("TRIE", root === undefined ? 0 : place(root));
	}

	/** Places the work memory behind the image, and the streams that name pages of it. */
	finish({ first, layers }: MachineNetwork): Layout {
		const shareBlocks = layers.map(({ shares }, i) => {
			if (shares.length === 0) return undefined;
			const address = this.#memory.bytes(shareStream(shares, 0, this.#code).length);
			this.#set(`shares_${i + 2}`, address);
			return address;
		});
		const imageLength = Math.ceil((this.#memory.end + 2 - PROGRAM_ORIGIN) / RECORD_BYTES) * RECORD_BYTES;
		this.#set("IMAGE_LENGTH", imageLength);
		const work = new MemoryMap(PROGRAM_ORIGIN + imageLength);
		// On the trie, one more neuron ends the scan; a layer of 256 has no room for it and no trie.
		const base = work.pages(Math.min(256, first.width + 1));
		this.#set("BASE", base);
		const sums = work.pages(first.width, first.width);
		this.#set("SUM_LOW", sums);
		this.#set("SUM_HIGH", sums + 1);
		layers.forEach((layer, i) => {
			const page = this.#accumulators(work, layers, i);
			this.#set(`LOW_${i + 2}`, page);
			this.#set("LOGITS", page);
			const block = shareBlocks[i];
			if (block !== undefined) this.#load(block, shareStream(layer.shares, page, this.#code));
		});
		this.#set("SUMS", work.pages(first.width));
		this.#set("STACK", work.bytes(STACK_BYTES) + STACK_BYTES);
		this.#set("LINE_TEXT", COMMAND_TAIL);
		for (const [name, length] of Object.entries(WORK_BYTES)) this.#set(name, work.bytes(length));
		this.#set("LAST_NEURON", first.width < 256 ? base * 256 + first.width : work.bytes(1));
		this.#set("MEMORY_TOP", work.end);
		return { constants: this.#constants, blocks: this.#blocks, imageLength, memoryTop: work.end };
	}

	/**
	 * Pages of a layer's low and high bytes, in order of the layers: a carry out of a high page falls into the page behind
	 * it (wide_column in scatter.asm). That is the low page of the next layer, or one that nobody uses behind the last.
	 */
	#accumulators(work: MemoryMap, layers: readonly MachineLayer[], i: number): number {
		const { accumulators, shares } = layers[i] as MachineLayer;
		this.#set(`SHARED_${i + 2}`, shares.length);
		const low = Math.max(accumulators, layers[i - 1]?.accumulators ?? 0);
		const spill = i === layers.length - 1 ? [accumulators] : [];
		return work.pages(low, accumulators, ...spill);
	}

	#widths(layer: number, width: number, accumulators: number): void {
		this.#set(`WIDTH_${layer}`, width);
		this.#set(`WIDTH_${layer}_LOOP`, width & 255);
		this.#set(`WIDTH_${layer}_ROUNDS`, Math.ceil(width / 8));
		this.#set(`WIDTH_${layer}_SKIP`, (8 - (width % 8)) % 8);
		this.#set(`SUMS_${layer}`, accumulators);
		this.#set(`SUMS_${layer}_LDI`, ((accumulators - 1) % 16) + 1);
	}

	#set(name: string, value: number): void {
		this.#constants.set(name, value);
	}

	/** Pages reached by the high byte of their address; returns the address of the first. */
	#page(name: string, ...lengths: number[]): number {
		const page = this.#memory.pages(...lengths);
		this.#set(name, page);
		return page * 256;
	}

	#load(address: number, bytes: ArrayLike<number>): void {
		this.#blocks.push({ address, bytes });
	}

	#put(name: string, bytes: ArrayLike<number>): void {
		const address = this.#memory.bytes(bytes.length);
		this.#load(address, bytes);
		this.#set(name, address);
	}

	#stream(bytes: Uint8Array): number {
		const key = Buffer.from(bytes).toString("latin1");
		let address = this.#streams.get(key);
		if (address === undefined) {
			address = this.#memory.bytes(bytes.length);
			this.#load(address, bytes);
			this.#streams.set(key, address);
		}
		return address;
	}
}

function lowBytes(values: readonly number[]): number[] {
	return values.map((value) => value & 255);
}

function highBytes(values: readonly number[]): number[] {
	return values.map((value) => (value >> 8) & 255);
}

function words(values: readonly number[]): number[] {
	return values.flatMap((value) => [value & 255, value >> 8]);
}
