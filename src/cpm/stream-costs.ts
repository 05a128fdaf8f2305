/** Costs of the column kernel's columns: streams in the packed image (column-walk.ts). */
import { type Accumulators, ColumnWalk } from "./column-walk.js";
import type { ColumnCosts } from "./cost-model.js";
import type { Program } from "./program.js";

/** LD HL,shares and CALL share_sums. */
const CALL_SHARES_T = 27;
const SHARE_BYTES = 6;
/** DI to RET of enter_scatter (column-entry.asm). */
const ENTER_SCATTER_T = 43;

export class StreamCosts implements ColumnCosts {
	readonly enterScatter = ENTER_SCATTER_T;
	readonly #walk: ColumnWalk;
	readonly #symbols: ReadonlyMap<string, number>;

	constructor(program: Program) {
		this.#walk = new ColumnWalk(program);
		this.#symbols = program.symbols;
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
		const parts = new Map(["share_same", "share_opposite", "breathe"].map((label) => [this.#symbol(label), label]));
		let tStates = CALL_SHARES_T + times.block("share_sums") + times.block("column_done") + times.block("shared");
		for (let at = stream; ; ) {
			const label = parts.get(this.#walk.word(at));
			if (label === undefined) return tStates;
			tStates += times.block(label);
			at += label === "breathe" ? 2 : SHARE_BYTES;
		}
	}

	#symbol(label: string): number {
		return this.#walk.times.symbol(label);
	}
}
