/** What the two kernels have to say about their costs: stream-costs.ts and packed-costs.ts. */
import type { Accumulators } from "./column-walk.js";

/** How a kernel walks its columns, from the jump into one to the jump back from its end. */
export interface ColumnCosts {
	/** From DI to RET of enter_scatter (the packed kernel: to its jump). */
	readonly enterScatter: number;
	/** What the neuron that ends a scan costs more than the way into a column. */
	readonly endOfScan: number;
	/** Whether the reply is on the trie or not, before anything is done about it. */
	readonly findNode: number;
	/** The accumulators of a layer as they start. */
	start(layer: number): number;
	/** SUMS as it is before the context's windows are counted. */
	readonly clearContext: number;
	query(bucket: number): number;
	context(bucket: number): number;
	/** Takes out the windows of spaces that the character ends which leaves so many (uncount_spaces). */
	spaces(left: number): number;
	/** Adds x (1..255) times the column of an input to layer `layer` (2, 3, …). */
	scatter(layer: number, input: number, x: number, sums: Accumulators): number;
	/** Hands on the shared sums of a layer. */
	shares(layer: number): number;
}
