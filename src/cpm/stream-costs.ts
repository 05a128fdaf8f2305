/** Costs of the column kernel's columns: streams in the packed image (column-walk.ts). */

import type { ColumnCosts } from "./column-costs.js";
import { type Accumulators, ColumnWalk } from "./column-walk.js";
import type { Program } from "./program.js";

/** Bytes of a share in its stream. */
const SHARE_BYTES = 4;
/** DI to RET of enter_scatter (column-entry.asm). */
const ENTER_SCATTER_T = 35;
/** context_step, as far as JP Z. */
const FIND_NODE_T = 34;

const SHARE_ENTRY = /^(?:share_(?:same|opposite)_\d|breathe)$/;

export class StreamCosts implements ColumnCosts {
	readonly enterScatter = ENTER_SCATTER_T;
	readonly endOfScan: number;
	readonly findNode = FIND_NODE_T;
	readonly clearContext: number;
	readonly #walk: ColumnWalk;
	readonly #symbols: ReadonlyMap<string, number>;

	constructor(program: Program) {
		this.#walk = new ColumnWalk(program);
		this.#symbols = program.symbols;
		const { times } = this.#walk;
		this.endOfScan = times.block("scan_end");
		this.clearContext = times.blockWithLoops("clear_context") + times.block("let_interrupts");
	}

	start(layer: number): number {
		const { times } = this.#walk;
		return times.blockWithLoops(`start_${layer}`) + 2 * times.block("let_interrupts");
	}

	query(bucket: number): number {
		return this.#walk.countT(this.#walk.word(this.#symbol("QUERY_COLUMNS") * 256 + 2 * bucket));
	}

	context(bucket: number): number {
		return this.#walk.countT(this.#walk.word(this.#symbol("CONTEXT_COLUMNS") * 256 + 2 * bucket));
	}

	spaces(left: number): number {
		const { times } = this.#walk;
		const column = this.#walk.word(this.#symbol("space_windows") + 2 * left);
		return times.block("uncount_spaces") + this.#walk.countT(column) + times.block("spaces_done");
	}

	scatter(layer: number, input: number, x: number, sums: Accumulators): number {
		const low = this.#symbol(`COLUMNS_${layer - 1}`) * 256 + input;
		return this.#walk.scatter(this.#walk.byte(low) | (this.#walk.byte(low + 256) << 8), x, sums);
	}

	shares(layer: number): number {
		const stream = this.#symbols.get(`shares_${layer}`);
		if (stream === undefined) return 0;
		const { times } = this.#walk;
		const parts = new Map(
			[...this.#symbols].filter(([label]) => SHARE_ENTRY.test(label)).map(([label, at]) => [at, label]),
		);
		let tStates = times.block("share_sums") + times.block("column_done") + times.block("shared");
		for (let at = stream; ; ) {
			const label = parts.get(this.#walk.word(at));
			if (label === undefined) return tStates;
			tStates += times.block(label);
			at += 2 + SHARE_BYTES * Number(/\d*$/.exec(label)?.[0] ?? 0);
		}
	}

	#symbol(label: string): number {
		return this.#walk.times.symbol(label);
	}
}
