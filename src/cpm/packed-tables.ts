/**
 * Tables of the packed kernel: the lists of packed-lists.ts, column after column without a gap, so that the addresses of
 * columns need not be loaded: the program works them out at start (packed-start.asm).
 */
import { CONTEXT_BUCKETS } from "../model/network.js";
import { MAX_WIDTH, type MachineLayer } from "./machine-layer.js";
import type { MachineNetwork } from "./machine-network.js";
import type { MemoryMap } from "./memory-map.js";
import { packColumn } from "./packed-lists.js";
import { highBytes, lowBytes, type Placer, wordPages, words } from "./placer.js";

/** Places what is loaded: the weights, and which columns hold windows of spaces. */
export function placePackedTables(placer: Placer, { first, layers }: MachineNetwork): void {
	placer.set("TRIE", 0);
	placer.set("SCAN_END", 0);
	placer.put("packed_query", first.query.flatMap(packColumn));
	const columns = first.context.map(packColumn);
	const context = placer.place(columns.flat());
	placer.set("packed_context", context);
	const address = (bucket: number) => context + columns.slice(0, bucket).flat().length;
	const windows = first.spaceBuckets.flatMap((buckets) =>
		[0, 1, 2].map((n) => (buckets[n] === undefined ? 0 : address(buckets[n] as number))),
	);
	placer.put("space_windows", words(windows));
	layers.forEach(({ columns, start }, i) => {
		const packed = columns.map(packColumn);
		const weights = placer.place(packed.flat());
		placer.set(`packed_${i + 2}`, weights);
		if (i === 0) placer.set("LAST_COLUMN", weights + packed.slice(0, -1).flat().length);
		placer.put(`starts_${i + 2}`, [...lowBytes(start), ...highBytes(start)]);
		placer.set(`STARTS_${i + 2}`, start.length);
		placer.set(`STARTS_${i + 2}_LDI`, ((start.length - 1) % 16) + 1);
	});
}

/** Reserves work memory for the addresses of columns and the table that splits a byte. */
export function reservePackedWork(placer: Placer, work: MemoryMap, { first, layers }: MachineNetwork): void {
	placer.set("GAPS", work.pages(256));
	placer.set("CONTEXT_COLUMNS", work.pages(2 * CONTEXT_BUCKETS));
	layers.forEach(({ columns }, i) => {
		const length = Math.min(MAX_WIDTH, columns.length + 1);
		placer.set(`COLUMNS_${i + 1}`, work.pages(length, length));
	});
	placer.set("QUERY_COLUMNS", work.pages(...wordPages(first.query.length)));
}

/** The part of `network.asm` that works out the addresses of columns. */
export function packedStartSource(layers: readonly MachineLayer[]): string[] {
	const lines = [
		"\tcall start_gaps",
		"\tld hl,packed_query",
		"\tld bc,QUERY_BUCKETS",
		"\tld ix,QUERY_COLUMNS*256",
		"\tcall word_addresses",
		"\tld hl,packed_context",
		`\tld bc,${CONTEXT_BUCKETS}`,
		"\tld ix,CONTEXT_COLUMNS*256",
		"\tcall word_addresses",
	];
	layers.forEach(({ columns }, i) => {
		const page = `COLUMNS_${i + 1}`;
		lines.push(`\tld hl,packed_${i + 2}`, `\tld bc,WIDTH_${i + 1}_LOOP*256+${page}`, "\tcall split_addresses");
		// A column at 0 ends the scan (packed-entry.asm): a high byte of 0.
		if (columns.length < MAX_WIDTH) lines.push("\txor a", `\tld (${page}*256+256+WIDTH_${i + 1}),a`);
	});
	return [...lines, "\tret"];
}

/** The code of `network.asm` that starts the accumulators of a layer. */
export function packedLayerStart(layer: number): string[] {
	return [`\tstart_layer LOW_${layer},STARTS_${layer},STARTS_${layer}_LDI,starts_${layer}`];
}
