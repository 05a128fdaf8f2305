/**
 * Tables of the packed kernel (packed.asm): 2 bits a weight, column after column at a fixed stride, so that the addresses
 * of columns need not be loaded: the program works them out at start.
 */
import { CONTEXT_BUCKETS } from "../model/network.js";
import type { MachineLayer, MachineNetwork } from "./machine-network.js";
import type { MemoryMap } from "./memory-map.js";
import { type Placer, wordPages, words } from "./placer.js";

const CODES: Readonly<Record<number, number>> = { 0: 0b00, 1: 0b01, [-1]: 0b10, [-2]: 0b11 };

/** Places what is loaded: the weights, and which columns hold windows of spaces. */
export function placePackedTables(placer: Placer, { first, layers }: MachineNetwork): void {
	placer.set("TRIE", 0);
	placer.put("packed_query", first.query.flatMap(packColumn));
	const context = placer.place(first.context.flatMap(packColumn));
	placer.set("packed_context", context);
	const bytes = columnBytes(first.width);
	const addresses = first.spaceBuckets.flatMap((buckets) =>
		[0, 1, 2].map((n) => (buckets[n] === undefined ? 0 : context + bytes * (buckets[n] as number))),
	);
	placer.put("space_windows", words(addresses));
	layers.forEach(({ columns }, i) => {
		placer.put(`packed_${i + 2}`, columns.flatMap(packColumn));
	});
}

/** Reserves work memory for the addresses of columns. */
export function reservePackedWork(placer: Placer, work: MemoryMap, { first, layers }: MachineNetwork): void {
	placer.set("CONTEXT_COLUMNS", work.pages(2 * CONTEXT_BUCKETS));
	layers.forEach(({ columns }, i) => {
		placer.set(`COLUMNS_${i + 1}`, work.pages(columns.length, columns.length));
	});
	placer.set("QUERY_COLUMNS", work.pages(...wordPages(first.query.length)));
	placer.set("WIDE_BYTES", work.bytes(1));
	placer.set("WIDE_X", work.bytes(2));
}

/** Bytes of a packed column to this many neurons. */
export function columnBytes(width: number): number {
	return Math.ceil(width / 4);
}

/** The part of `network.asm` that works out the addresses of columns. */
export function packedStartSource(layers: readonly MachineLayer[]): string {
	const lines = [
		"; Generated: addresses of this network's columns.",
		"start_kernel:",
		"\tld hl,packed_query",
		"\tld de,BYTES_1",
		"\tld bc,QUERY_BUCKETS",
		"\tld ix,QUERY_COLUMNS*256",
		"\tcall word_addresses",
		"\tld hl,packed_context",
		`\tld bc,${CONTEXT_BUCKETS}`,
		"\tld ix,CONTEXT_COLUMNS*256",
		"\tcall word_addresses",
	];
	layers.forEach((_, i) => {
		const from = i + 1;
		const to = i + 2;
		lines.push(
			`\tld hl,packed_${to}`,
			`\tld de,BYTES_${to}`,
			`\tld bc,WIDTH_${from}_LOOP*256+COLUMNS_${from}`,
			"\tcall split_addresses",
		);
	});
	return [...lines, "\tret", ""].join("\n");
}

function packColumn(weights: ArrayLike<number>): number[] {
	const bytes = new Array<number>(columnBytes(weights.length)).fill(0);
	for (let neuron = 0; neuron < weights.length; neuron++) {
		const code = CODES[weights[neuron] as number] as number;
		bytes[neuron >> 2] = (bytes[neuron >> 2] as number) | (code << (6 - 2 * (neuron & 3)));
	}
	return bytes;
}
