/**
 * What the parts of the chat program cost, for predict.ts. Stretches of code between labels are counted from the machine
 * code (z80-times.ts); the table T holds the few without labels, counted by hand in the sources it names.
 */
import type { Layer, Network } from "../model/network.js";
import { type ArgmaxCost, argmaxCost } from "./argmax-cost.js";
import type { ColumnCosts } from "./column-costs.js";
import type { Accumulators } from "./column-walk.js";
import type { MachineLayer } from "./machine-layer.js";
import { PROGRAM_ORIGIN, type Program } from "./program.js";
import { QueryCost } from "./query-cost.js";
import { ScanCost } from "./scan-cost.js";
import { CodeTimes } from "./z80-times.js";

/** A window of the context that reaches a character. */
export interface ContextHit {
	readonly start: number;
	readonly length: number;
	readonly bucket: number;
}

const T = {
	/** `jr` taken instead of not. */
	branch: 5,
	/** BDOS: the jump at 0005h and its return; the rest of it costs nothing. */
	bdos: 20,
	ldir: 21,
	return: 10,
	/** said: to push_context with and without a trie to look at; a child of a node that is not the one, and one that is. */
	saidOffTrie: 42,
	child: 45,
	foundChild: 38,
	/** leave_trie: a character said again. */
	sayAgain: 85,
	/** fold_case of a small letter, the longest way for a capital. */
	fold: 47,
	/** context.asm: a start's windows of 1, 2 and 3 bytes; a window that does not fit; the end of a start. */
	window: [73, 145, 125],
	noWindow: 23,
	windowEnd: 25,
	/** context_step with a node, from there on. */
	node: 30,
} as const;

export class CostModel {
	readonly #times: CodeTimes;
	readonly #program: Program;
	readonly #columns: ColumnCosts;
	readonly #layers: readonly Layer[];
	readonly #query: QueryCost;
	readonly #scan: ScanCost;
	readonly #argmax: ArgmaxCost;
	/** Address of the trie's node where the reply is; 0 off the trie. */
	#node = 0;
	#wide = false;

	constructor(program: Program, network: Network, columns: ColumnCosts) {
		this.#times = new CodeTimes(program.image, PROGRAM_ORIGIN, program.symbols);
		this.#program = program;
		this.#columns = columns;
		this.#layers = network.layers;
		this.#query = new QueryCost(this.#times, network, columns);
		this.#scan = new ScanCost(this.#times, columns);
		this.#argmax = argmaxCost(this.#times, program.network);
	}

	/**
	 * From Enter to the first reply: the line, and a query summed all at once.
	 * @param buckets of all its windows @param sums of the query, as the reference makes them
	 */
	queryT(words: Uint8Array, buckets: readonly number[], sums: Int32Array): number {
		return T.bdos + 2 * this.#echoT() + this.#query.lineT(words, buckets, sums);
	}

	/** A reply begins: T-states until its first step. @param sums of the query, as the reference makes them */
	startReplyT(sums: Int32Array): number {
		const times = this.#times;
		this.#wide = this.#query.isWide(sums);
		this.#node = this.#wide ? 0 : times.symbol("TRIE");
		const start = times.between("start_reply", "step") + times.block("start_trie") + this.#startContextT();
		return start + this.#query.prepareT(sums);
	}

	/** One forward pass, and the way of its character to BDOS. @param outputs of every layer */
	stepT(outputs: readonly Int16Array[], hits: readonly ContextHit[]): number {
		const times = this.#times;
		let tStates =
			times.between("reply_char", "start_reply") - T.return + T.branch + this.#echoT() + times.block("step");
		tStates += times.block("run_layers") + this.#columns.findNode;
		tStates += this.#node !== 0 ? T.node : this.#addContextT(hits);
		for (let layer = 2; layer <= this.#layers.length; layer++) {
			const sums = this.#start(layer);
			const x = this.#asScanned(layer - 1, outputs);
			tStates += this.#columns.start(layer) + this.#columns.shares(layer);
			tStates += layer === 2 ? this.#scan.first(x, sums, this.#wide) : this.#scan.hidden(layer, x, sums);
		}
		const active = (outputs.at(-2) as Int16Array).reduce((count, y) => (y > 0 ? count + 1 : count), 0);
		return tStates + this.#argmax(outputs.at(-1) as Int16Array, active);
	}

	/** Outputs of a layer in the order in which the program looks at its neurons. */
	#asScanned(layer: number, outputs: readonly Int16Array[]): Int16Array {
		const y = outputs[layer - 1] as Int16Array;
		const neurons = this.#program.network.layers[layer - 2]?.neurons;
		return neurons === undefined ? y : Int16Array.from(neurons, (neuron) => y[neuron] as number);
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
		tStates += times.block("leave_trie") + this.#query.plainT() + this.#startContextT();
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
		let tStates = times.between("add_context", "context_from") + times.block("context_counted");
		tStates += this.#columns.clearContext;
		if (hits.length === 0) return tStates;
		tStates += times.between("context_from", "context_start");
		const firstStart = Math.min(...hits.map(({ start }) => start));
		for (let start = firstStart; start < 8; start++) {
			for (const [n, windowT] of T.window.entries()) tStates += start + n < 8 ? windowT : T.noWindow;
			tStates += T.windowEnd;
		}
		for (const { bucket } of hits) tStates += times.block("context_hit") + this.#columns.context(bucket);
		return tStates;
	}

	/** Accumulators of a layer as they start. */
	#start(layer: number): Accumulators {
		const { start } = this.#program.network.layers[layer - 2] as MachineLayer;
		const sums = { low: new Uint8Array(256), high: new Uint8Array(256) };
		start.forEach((sum, k) => {
			sums.low[k] = sum;
			sums.high[k] = sum >> 8;
		});
		return sums;
	}

	#byte(address: number): number {
		return this.#program.image[address - PROGRAM_ORIGIN] as number;
	}
}
