/**
 * The best network measured so far, kept whatever comes after it: within the weight budget before beyond it, then by the
 * mean of macro and overall accuracy of whole replies, then the later one. (Macro alone hangs on the few held-out queries
 * of the rarest reply: on the public guess corpus 23 of 2,579 queries are a quarter of it, and choosing by it cost 0.8
 * points overall.)
 */
import type { ReplyAccuracy } from "../evaluate.js";

export class BestSoFar {
	accuracy: ReplyAccuracy | undefined;
	/** Measurements in a row that were worse than the best. */
	worseInARow = 0;
	readonly #quantised: Int16Array;
	readonly #budget: number;
	#kept: Int16Array | undefined;
	#fits = false;

	/** @param quantised the network as it changes @param budget non-zero weights it should have at most */
	constructor(quantised: Int16Array, budget: number) {
		this.#quantised = quantised;
		this.#budget = budget;
	}

	offer(accuracy: ReplyAccuracy, nonzeroWeights: number): void {
		const fits = nonzeroWeights <= this.#budget;
		const gain = this.accuracy === undefined ? 0 : compare(accuracy, this.accuracy);
		if (this.#kept !== undefined && (fits === this.#fits ? gain < 0 : !fits)) {
			this.worseInARow++;
			return;
		}
		this.worseInARow = 0;
		this.accuracy = accuracy;
		this.#fits = fits;
		this.#kept = this.#quantised.slice();
	}

	/** Puts the best back in place of the network as it is. */
	restore(): void {
		if (this.#kept !== undefined) this.#quantised.set(this.#kept);
	}
}

function compare(a: ReplyAccuracy, b: ReplyAccuracy): number {
	return a.macro + a.overall - b.macro - b.overall;
}
