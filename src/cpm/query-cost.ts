/** What a query costs: the line, its windows, and layer 1 made ready for the reply (line.asm, query.asm, first-layer.asm). */
import { contextHits, windowHits } from "../model/features.js";
import { HIT, type Layer, type Network } from "../model/network.js";
import type { ColumnCosts } from "./column-costs.js";
import { copyT } from "./copy-cost.js";
import type { CodeTimes } from "./z80-times.js";

const T = {
	/** `jr` or `djnz` taken instead of not. */
	branch: 5,
	call: 17,
	/** CPIR, a character. */
	search: 21,
	/** fold_case of a small letter, the longest way for a capital. */
	fold: 47,
	/** count_letter up to count_folded: a letter, a character below "A". */
	letter: 32,
	noLetter: 46,
	/** From BDOS 6 to line_done. Chat: the way from read_line to finish_query. */
	enter: 39,
	chatQuery: 90,
	/** add_counts, a neuron. */
	addCount: 104,
	/** look_at_counts and plain_base: a neuron, a round of eight; the end of the latter. */
	look: 11,
	plain: 22,
	eight: 13,
	plainEnd: 30,
	/** prepare_sums: a neuron, more where v is below the least, and where it takes the wide path; all on that path. */
	prepareSum: 87,
	lowest: 18,
	tooWide: 43,
	prepareWide: 85,
} as const;

const V_LOWEST = -64;
const V_HIGHEST = 63;
const V_NO_WRAP = -960;
const BLANK = 0x20;
const Z = 0x5a;

export class QueryCost {
	readonly #times: CodeTimes;
	readonly #columns: ColumnCosts;
	readonly #width: number;
	readonly #network: Network;
	/** What 8 spaces add to each neuron of layer 1. */
	readonly #blanks: Int32Array;

	constructor(times: CodeTimes, network: Network, columns: ColumnCosts) {
		this.#times = times;
		this.#columns = columns;
		this.#network = network;
		this.#width = (network.layers[0] as Layer).outputs;
		this.#blanks = blankSums(network);
	}

	/**
	 * From Enter to the first reply: the line, and a query summed all at once. Without BDOS.
	 * @param buckets of all its windows @param sums of the query, as the reference makes them
	 */
	lineT(words: Uint8Array, buckets: readonly number[], sums: Int32Array): number {
		const times = this.#times;
		const line = T.enter + times.block("line_done") + times.block("echo_line_end") + T.chatQuery;
		const wide = this.#startsWide;
		const query = this.#finishQueryT(words, buckets, wide);
		if (wide || !this.#vs(sums).some(isOutside)) return line + query;
		// Found to be outside at some look, and summed anew.
		const copy = times.between("start_query", "copy_sums") + 2 * copyT(this.#width) + this.#clearT();
		const before = this.#charactersInside(words) / words.length;
		return line + before * query + copy + this.#finishQueryT(words, buckets, true);
	}

	/** Characters that are summed until a look finds some v outside: all, if only the look at the end does. */
	#charactersInside(words: Uint8Array): number {
		const { features, layers } = this.#network;
		const [first] = layers as [Layer];
		const hold = this.#times.symbol("COUNTS_HOLD");
		const text = Uint8Array.of(BLANK, ...words);
		for (let summed = hold; summed < words.length; summed += hold) {
			const hits = hitSums(first, windowHits(text.subarray(0, 1 + summed), features));
			const sums = hits.map((sum, j) => sum + (first.biases[j] as number));
			if (this.#vs(sums).some(isOutside)) return summed;
		}
		return words.length;
	}

	/** finish_query. @param wide whether counts go into 16-bit sums */
	#finishQueryT(words: Uint8Array, buckets: readonly number[], wide: boolean): number {
		const times = this.#times;
		const { length } = words;
		const looks = Math.floor((length - 1) / times.symbol("COUNTS_HOLD"));
		const look = times.between("feed_look", "sum_wide") + (wide ? this.#width * T.addCount : this.#lookT());
		const some = times.between("feed_some", "feed_look");
		const run = times.between("count_characters", "count_character") + times.block("count_end");
		let tStates = times.between("finish_query", "space_behind") + 2 * T.branch;
		tStates += times.between("query_left", "look_at_counts") + T.search * length;
		tStates += looks * look + (looks + 1) * (some + run) + run;
		const hash = times.between("count_character", "count_letter");
		for (const byte of [...words, BLANK])
			tStates += hash + (byte > Z ? T.letter : T.noLetter) + times.between("count_folded", "count_end");
		// The first character has no window of three.
		tStates +=
			times.block("count_first") + T.fold - T.call - hash - T.letter - times.between("count_folded", "count_pair");
		// The second has none of four.
		if (this.#network.features.ngrams.includes(4)) tStates += T.branch - times.between("four", "three_counted");
		for (const bucket of buckets) tStates += this.#columns.query(bucket);
		return tStates;
	}

	/** prepare_first_layer. @param sums of the query, as the reference makes them */
	prepareT(sums: Int32Array): number {
		const times = this.#times;
		const vs = this.#vs(sums);
		let tStates = times.between("prepare_first_layer", "prepare_sums") + times.between("prepared", "prepare_wide");
		if (!this.#startsWide) tStates += this.#lookT();
		if (this.#startsWide || vs.some(isOutside)) {
			tStates += this.#width * (T.addCount + T.prepareSum);
			for (const v of vs) tStates += isTooWide(v) ? T.tooWide : v < V_LOWEST ? T.lowest : 0;
		}
		if (vs.some(isTooWide)) tStates += this.#width * T.prepareWide;
		else if (times.symbol("TRIE") === 0) tStates += this.plainT();
		return tStates;
	}

	/** Whether layer 1 takes the wide path. @param sums of the query */
	isWide(sums: Int32Array): boolean {
		return this.#vs(sums).some(isTooWide);
	}

	/** plain_base. */
	plainT(): number {
		const width = this.#width;
		return this.#times.between("plain_base", "plain_1") + width * T.plain + Math.ceil(width / 8) * T.eight + T.plainEnd;
	}

	/** Whether some v is outside of a byte before anything is counted. */
	get #startsWide(): boolean {
		return this.#times.symbol("START_WIDE") === 1;
	}

	/** v of each neuron of layer 1 when the reply begins: x = 8*v + offset, offset 1 to 8. */
	#vs(sums: Int32Array): number[] {
		return [...sums].map((sum, j) => Math.floor((((sum + (this.#blanks[j] as number)) >> 2) - 1) / 8));
	}

	#lookT(): number {
		const width = this.#width;
		return this.#times.between("look_at_counts", "look_1") + width * T.look + Math.ceil(width / 8) * T.eight;
	}

	#clearT(): number {
		return this.#width * this.#times.between("clear_count", "copy_sums");
	}
}

/** Whether v does not fit the bytes of query.asm. */
function isOutside(v: number): boolean {
	return v < V_LOWEST || v > V_HIGHEST;
}

/** Whether v forces a query to the wide path of first-layer.asm. */
function isTooWide(v: number): boolean {
	return v > V_HIGHEST || v < V_NO_WRAP;
}

function blankSums({ layers, features }: Network): Int32Array {
	const blanks = contextHits(new Uint8Array(0)).map((bucket) => features.buckets + bucket);
	return hitSums(layers[0] as Layer, blanks);
}

/** What hits of these inputs add to each neuron. */
function hitSums({ inputs, outputs, weights }: Layer, hits: readonly number[]): Int32Array {
	const weightOf = (j: number) => hits.reduce((sum, input) => sum + (weights[j * inputs + input] as number), 0);
	return Int32Array.from({ length: outputs }, (_, j) => HIT * weightOf(j));
}
