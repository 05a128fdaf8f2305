/**
 * The network to keep, whatever comes after it: within the weight budget before beyond it, then the last of those that
 * are within one standard error of the best, measured by the mean of macro and overall accuracy of whole replies.
 *
 * The last, because training settles towards its end, and the best of twenty measurements on a few hundred queries is
 * mostly luck. Macro alone hangs on the few held-out queries of the rarest reply: on the public guess corpus 23 of 2,579
 * queries are a quarter of it, and choosing by it cost 0.8 points overall.
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
	/** The highest of those that fit as the one kept does. */
	#highest = 0;
	readonly #pairs: number;

	/**
	 * @param quantised the network as it changes @param budget non-zero weights it should have at most
	 * @param pairs how many it is measured on
	 */
	constructor(quantised: Int16Array, budget: number, pairs: number) {
		this.#quantised = quantised;
		this.#budget = budget;
		this.#pairs = pairs;
	}

	/** Whether the network as it is, of this accuracy, is now the one to keep. */
	offer(accuracy: ReplyAccuracy, nonzeroWeights: number): boolean {
		const fits = nonzeroWeights <= this.#budget;
		const value = (accuracy.macro + accuracy.overall) / 2;
		const tolerance = Math.sqrt((this.#highest * (1 - this.#highest)) / this.#pairs);
		if (this.#kept !== undefined && (fits === this.#fits ? value < this.#highest - tolerance : !fits)) {
			this.worseInARow++;
			return false;
		}
		this.#highest = fits === this.#fits ? Math.max(value, this.#highest) : value;
		this.worseInARow = 0;
		this.accuracy = accuracy;
		this.#fits = fits;
		this.#kept = this.#quantised.slice();
		return true;
	}

	/** Puts the best back in place of the network as it is. */
	restore(): void {
		if (this.#kept !== undefined) this.#quantised.set(this.#kept);
	}
}
