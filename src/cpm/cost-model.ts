/**
 * What the parts of the chat program cost, for predict.ts. Stretches of code between labels are counted from the machine
 * code (z80-times.ts); the table T holds the few without labels, counted by hand in the sources it names.
 */
import { contextHits } from "../model/features.js";
import { HIT, type Layer, type Network } from "../model/network.js";
import { ArgmaxCost } from "./argmax-cost.js";
import type { Accumulators } from "./column-walk.js";
import { PROGRAM_ORIGIN, type Program } from "./program.js";
import { CodeTimes } from "./z80-times.js";

/** How a kernel walks its columns, from the jump into one to the jump back from its end. */
export interface ColumnCosts {
	/** From DI to RET of enter_scatter (the packed kernel: to its jump). */
	readonly enterScatter: number;
	query(bucket: number): number;
	context(bucket: number): number;
	/** Takes out the windows of spaces that the character ends which leaves so many (uncount_spaces). */
	spaces(left: number): number;
	/** Adds x (1..255) times the column of an input to layer `layer` (2, 3, …). */
	scatter(layer: number, input: number, x: number, sums: Accumulators): number;
	/** Hands on the shared sums of a layer. */
	shares(layer: number): number;
}

/** A window of the context that reaches a character. */
export interface ContextHit {
	readonly start: number;
	readonly length: number;
	readonly bucket: number;
}

const T = {
	/** `jr` or `djnz` taken instead of not. */
	branch: 5,
	/** BDOS: the jump at 0005h and its return; the rest of it costs nothing. */
	bdos: 20,
	/** LDI, and its loop once in 16 (copy_round). */
	ldi: 16,
	copyRound: 10,
	ldir: 21,
	call: 17,
	return: 10,
	/** step: whether there is a node (context_step, scan_first_layer). */
	onTrie: 35,
	offTrie: 39,
	/** start_layer without its two copies. */
	startLayer: 84,
	/** clear_spilled when nothing was: operands, call, look at SPILLED. */
	clearSpilled: 62,
	/** scan_node: from LD A,(DE) to JP NC. */
	nodeNeuron: 24,
	/** between_layers where no guess is made; scan_hidden: around its neurons, a neuron at rest, a round of eight. */
	betweenLayers: 45,
	scanHidden: 124,
	neuron: 22,
	round: 13,
	/** scan_hidden, from a hit to enter_scatter: x up to 64, and up to 255. */
	small: 31 + 69,
	medium: 31 + 124,
	/** scan_hidden and first_large around wide_column. */
	large: 31 + 213,
	firstLarge: 31 + 16,
	/** scan_first_wide: a neuron at rest, and more for an active one. */
	wideNeuron: 271,
	wideActive: 44,
	/** said: to push_context with and without a trie to look at; a child of a node that is not the one, and one that is. */
	saidOffTrie: 42,
	child: 45,
	foundChild: 38,
	/** leave_trie: a character said again. */
	sayAgain: 85,
	/** fold_case of a small letter, the longest way for a capital. */
	fold: 47,
	/** count_character up to count_folded: a letter, a character below "A". */
	letter: 32,
	noLetter: 46,
	/** context.asm: a start's windows of 1, 2 and 3 bytes; a window that does not fit; the end of a start. */
	window: [73, 145, 125],
	noWindow: 23,
	windowEnd: 25,
	/** From BDOS 6 to line_done. Chat: the way from read_line to finish_query. */
	enter: 39,
	chatQuery: 90,
	/** add_counts, a neuron. */
	addCount: 104,
	/** look_at_counts and plain_base: a neuron, a round of eight. */
	look: 11,
	plain: 22,
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
/** Characters after which counts are looked at (query.asm). */
const COUNTS_HOLD = 31;

export class CostModel {
	readonly #times: CodeTimes;
	readonly #program: Program;
	readonly #columns: ColumnCosts;
	readonly #layers: readonly Layer[];
	readonly #argmax: ArgmaxCost;
	/** What 8 spaces add to each neuron of layer 1. */
	readonly #blanks: Int32Array;
	/** Address of the trie's node where the reply is; 0 off the trie. */
	#node = 0;
	#wide = false;

	constructor(program: Program, network: Network, columns: ColumnCosts) {
		this.#times = new CodeTimes(program.image, PROGRAM_ORIGIN, program.symbols);
		this.#program = program;
		this.#columns = columns;
		this.#layers = network.layers;
		this.#argmax = new ArgmaxCost(this.#times);
		this.#blanks = blankSums(network);
	}

	/**
	 * From Enter to the first reply: the line, and a query summed all at once.
	 * @param buckets of all its windows @param sums of the query, as the reference makes them
	 */
	queryT(words: Uint8Array, buckets: readonly number[], sums: Int32Array): number {
		const times = this.#times;
		const line = T.bdos + T.enter + times.block("line_done");
		const echo = 2 * this.#echoT() + times.block("echo_line_end") + T.chatQuery;
		const wide = this.#symbol("START_WIDE") === 1;
		const query = this.#finishQueryT(words, buckets, wide);
		if (wide || !this.#vs(sums).some(isOutside)) return line + echo + query;
		// Found to be outside at the first look, and summed anew.
		const copy = times.between("start_query", "copy_sums") + 2 * copyT(this.#width(1)) + this.#clearT();
		const before = Math.min(1, COUNTS_HOLD / words.length);
		return line + echo + (1 + before) * query + copy;
	}

	/** finish_query. @param wide whether counts go into 16-bit sums */
	#finishQueryT(words: Uint8Array, buckets: readonly number[], wide: boolean): number {
		const times = this.#times;
		const { length } = words;
		const looks = Math.floor((length - 1) / COUNTS_HOLD);
		const look = times.between("feed_look", "sum_wide") + (wide ? this.#width(1) * T.addCount : this.#lookT());
		const some = times.between("feed_some", "feed_look");
		const run = times.between("count_characters", "count_character") + times.block("count_end");
		let tStates = times.between("finish_query", "space_behind") + 2 * T.branch;
		tStates += times.between("query_left", "look_at_counts") + T.ldir * length;
		tStates += looks * look + (looks + 1) * (some + run) + run;
		// The first character has no window of three.
		tStates += times.block("count_first") - times.between("count_folded", "count_pair") - T.letter + T.fold - T.call;
		for (const byte of [...words, BLANK])
			tStates += (byte > Z ? T.letter : T.noLetter) + times.between("count_folded", "count_end");
		for (const bucket of buckets) tStates += this.#columns.query(bucket);
		return tStates;
	}

	/** A reply begins: T-states until its first step. @param sums of the query, as the reference makes them */
	startReplyT(sums: Int32Array): number {
		const times = this.#times;
		const width = this.#width(1);
		const vs = this.#vs(sums);
		let tStates = times.between("start_reply", "step") + times.block("start_trie") + this.#startContextT();
		tStates += times.between("prepare_first_layer", "prepare_sums") + times.between("prepared", "prepare_wide");
		this.#wide = vs.some(isTooWide);
		this.#node = this.#wide ? 0 : this.#symbol("TRIE");
		if (this.#symbol("START_WIDE") === 0) tStates += this.#lookT();
		if (this.#symbol("START_WIDE") === 1 || vs.some(isOutside)) {
			tStates += width * (T.addCount + T.prepareSum);
			for (const v of vs) tStates += isTooWide(v) ? T.tooWide : v < V_LOWEST ? T.lowest : 0;
		}
		if (this.#wide) tStates += width * T.prepareWide;
		else if (this.#node === 0) tStates += this.#plainT();
		return tStates;
	}

	/** v of each neuron of layer 1 when the reply begins: x = 8*v + offset, offset 1 to 8. */
	#vs(sums: Int32Array): number[] {
		return [...sums].map((sum, j) => Math.floor((((sum + (this.#blanks[j] as number)) >> 2) - 1) / 8));
	}

	#lookT(): number {
		const width = this.#width(1);
		return this.#times.between("look_at_counts", "look_1") + width * T.look + Math.ceil(width / 8) * T.round;
	}

	#plainT(): number {
		const width = this.#width(1);
		return this.#times.between("plain_base", "plain_1") + width * T.plain + Math.ceil(width / 8) * T.round;
	}

	#clearT(): number {
		return this.#width(1) * this.#times.between("clear_count", "copy_sums");
	}

	/** One forward pass, and the way of its character to BDOS. @param outputs of every layer */
	stepT(outputs: readonly Int16Array[], hits: readonly ContextHit[]): number {
		const times = this.#times;
		let tStates =
			times.between("reply_char", "start_reply") - T.return + T.branch + this.#echoT() + times.block("step");
		tStates += this.#node !== 0 ? T.onTrie : T.offTrie + this.#addContextT(hits);
		for (let layer = 2; layer <= this.#layers.length; layer++) {
			const sums = this.#start(layer);
			tStates += T.startLayer + 2 * copyT(this.#width(layer));
			const x = outputs[layer - 2] as Int16Array;
			tStates += layer === 2 ? this.#scanFirstT(x, sums) : this.#scanHiddenT(layer, x, sums);
			const shares = this.#columns.shares(layer);
			if (shares > 0) tStates += shares + T.clearSpilled;
		}
		return tStates + T.return + this.#argmax.of(outputs.at(-1) as Int16Array);
	}

	/** What follows a character of class k. @param said all characters so far */
	saidT(k: number, said: readonly number[]): number {
		if (this.#node === 0) return T.saidOffTrie + this.#pushContextT(said.length);
		const times = this.#times;
		let tStates = times.between("said", "follow_child");
		const children = this.#byte(this.#node + 2);
		for (let child = 0; child < children; child++) {
			const at = this.#node + 3 + 3 * child;
			if (this.#byte(at) === k) {
				this.#node = this.#byte(at + 1) | (this.#byte(at + 2) << 8);
				return tStates + T.foundChild + times.between("follow_found", "leave_trie");
			}
			tStates += T.child;
		}
		this.#node = 0;
		tStates += times.block("leave_trie") + this.#plainT() + this.#startContextT();
		for (let n = 1; n <= said.length; n++) tStates += T.sayAgain + this.#pushContextT(n);
		return tStates;
	}

	#echoT(): number {
		return this.#times.block("echo") + T.bdos;
	}

	#startContextT(): number {
		return this.#times.between("start_context", "push_context") + 6 * T.ldir;
	}

	/** @param n characters with this one */
	#pushContextT(n: number): number {
		const push = this.#times.between("push_context", "context_seeds") + 6 * T.ldir + T.fold;
		return n <= 8 ? push + this.#columns.spaces(8 - n) : push;
	}

	#addContextT(hits: readonly ContextHit[]): number {
		const times = this.#times;
		let tStates = times.between("add_context", "context_from") + copyT(this.#width(1));
		if (hits.length === 0) return tStates;
		tStates += times.between("context_from", "context_start") + T.return;
		const firstStart = Math.min(...hits.map(({ start }) => start));
		for (let start = firstStart; start < 8; start++) {
			for (const [n, windowT] of T.window.entries()) tStates += start + n < 8 ? windowT : T.noWindow;
			tStates += T.windowEnd;
		}
		for (const { bucket } of hits) tStates += times.block("context_hit") + this.#columns.context(bucket);
		return tStates;
	}

	#scanFirstT(x: Int16Array, sums: Accumulators): number {
		if (this.#node !== 0) return this.#scanNodeT(x, sums);
		const times = this.#times;
		let tStates = T.offTrie + times.between("scan_first", "first_1") + T.scanHidden / 2;
		if (this.#wide) {
			tStates += x.length * T.wideNeuron;
			x.forEach((value, i) => {
				if (value > 0) tStates += T.wideActive + times.block("first_wide") + this.#wideT(2, i, value, sums);
			});
			return tStates;
		}
		tStates += x.length * T.neuron + Math.ceil(x.length / 8) * T.round;
		x.forEach((value, i) => {
			if (value > 255) tStates += T.firstLarge + this.#firstLargeT("first_large", "first_x", i, value, sums);
			else if (value > 0)
				tStates += 31 + times.between("first_active", "first_large") + this.#columns.scatter(2, i, value, sums);
		});
		return tStates;
	}

	#scanNodeT(x: Int16Array, sums: Accumulators): number {
		const times = this.#times;
		const rest = times.between("node_next", "node_neuron") + T.nodeNeuron;
		const active = times.between("node_next", "node_256");
		let tStates = T.offTrie + times.between("scan_node", "node_next") + active + times.block("scan_end");
		x.forEach((value, i) => {
			if (value <= 0) tStates += rest;
			else if (value < 256) tStates += active + this.#columns.scatter(2, i, value, sums);
			else tStates += rest + 2 * T.round + this.#firstLargeT("node_large", "scan_end", i, value, sums);
		});
		return tStates;
	}

	#firstLargeT(from: string, to: string, input: number, x: number, sums: Accumulators): number {
		const times = this.#times;
		return (
			times.between(from, to) + times.block("first_x") + times.block("first_wide") + this.#wideT(2, input, x, sums)
		);
	}

	#scanHiddenT(layer: number, x: Int16Array, sums: Accumulators): number {
		let tStates = T.betweenLayers + T.scanHidden + x.length * T.neuron + Math.ceil(x.length / 8) * T.round;
		const { enterScatter } = this.#columns;
		x.forEach((value, i) => {
			if (value <= 0) return;
			if (value > 255) tStates += T.large + this.#wideT(layer, i, value, sums);
			else tStates += (value <= 64 ? T.small : T.medium) + enterScatter + this.#columns.scatter(layer, i, value, sums);
		});
		return tStates;
	}

	/** wide_column: a run of the low byte and one of the high byte. */
	#wideT(layer: number, input: number, x: number, sums: Accumulators): number {
		const times = this.#times;
		let tStates = times.between("wide_column", "wide_high_done") + times.block("wide_high_done");
		const run = times.block("wide_run") + T.branch;
		if ((x & 255) !== 0) tStates += run + this.#columns.scatter(layer, input, x & 255, sums);
		const high = { low: sums.high, high: new Uint8Array(256) };
		if (x > 255) tStates += run + this.#columns.scatter(layer, input, x >> 8, high);
		return tStates;
	}

	/** Accumulators of a layer as start_layer leaves them, shared sums at zero behind. */
	#start(layer: number): Accumulators {
		const width = this.#width(layer);
		const biases = this.#times.symbol(`biases_${layer}`);
		const sums = { low: new Uint8Array(256), high: new Uint8Array(256) };
		for (let j = 0; j < width; j++) {
			sums.low[j] = this.#byte(biases + j);
			sums.high[j] = this.#byte(biases + width + j);
		}
		return sums;
	}

	#byte(address: number): number {
		return this.#program.image[address - PROGRAM_ORIGIN] as number;
	}

	#symbol(name: string): number {
		return this.#times.symbol(name);
	}

	#width(layer: number): number {
		return (this.#layers[layer - 1] as Layer).outputs;
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

/** copy_end with its way in: n bytes. */
function copyT(n: number): number {
	return n * T.ldi + Math.ceil(n / 16) * T.copyRound + T.return;
}

function blankSums({ layers, features }: Network): Int32Array {
	const [first] = layers as [Layer];
	const sums = new Int32Array(first.outputs);
	for (const bucket of contextHits(new Uint8Array(0)))
		for (let j = 0; j < first.outputs; j++)
			sums[j] = (sums[j] as number) + HIT * (first.weights[j * first.inputs + features.buckets + bucket] as number);
	return sums;
}
