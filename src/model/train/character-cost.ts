/**
 * What a character costs the Z80 by this network, in T-states, and how training is made to feel it.
 *
 *   cost ≈ fixed + Σ_j activity_j · ( NEURON + WEIGHT · weights that leave j )      j: hidden neurons
 *
 * activity_j is the share of examples in which j is above zero, each counted by its toll (sampler.ts). A neuron's penalty
 * is in proportion to the bracket, and a weight's shrinking to activity_j: both are slopes of that sum. The query half of
 * layer 1 is not paid for at every character, and its context half only off the beaten track (the program keeps the sums
 * of the usual replies).
 * The constants are a regression on the packer's predictions for 1,585 characters of three programs.
 */
import type { LayerPlace } from "./parameters.js";
import type { Workspace } from "./workspace.js";

/** T-states per active neuron, and for each weight that leaves it. */
const NEURON = 164;
const WEIGHT = 42;
/** Share of the old in the running mean of activity. */
const MEMORY = 0.8;

export class CharacterCost {
	readonly #space: Workspace;
	/** Per hidden layer [stride]: running mean. */
	readonly #activity: readonly Float64Array[];

	constructor(space: Workspace) {
		this.#space = space;
		this.#activity = space.penalties.map((penalties) => new Float64Array(penalties.length).fill(0.5));
	}

	/** Activity in the mini-batch just done. */
	observe(): void {
		const { plan, layout, outputs } = this.#space;
		const examples = plan.used[1] as number;
		let tolls = 0;
		for (let e = 0; e < examples; e++) tolls += plan.toll[e] as number;
		if (tolls === 0) return;
		for (const [l, activity] of this.#activity.entries()) {
			const { stride } = layout.layers[l] as LayerPlace;
			const y = outputs[l] as Int16Array;
			const active = new Float64Array(stride);
			for (let e = 0; e < examples; e++) {
				const toll = plan.toll[e] as number;
				for (let j = 0; j < stride; j++) if (y[e * stride + j] !== 0) active[j] = (active[j] as number) + toll;
			}
			for (let j = 0; j < stride; j++)
				activity[j] = MEMORY * (activity[j] as number) + ((1 - MEMORY) * (active[j] as number)) / tolls;
		}
	}

	/** Sets penalties of neurons (loss per 1,000 T-states) and shrinking of the weights that leave them. */
	impose(penalty: number, sparsity: number): void {
		const { layout, quantised, penalties, shrinkage } = this.#space;
		for (const [l, activity] of this.#activity.entries()) {
			const { inputs, outputs, stride, weights } = layout.layers[l + 1] as LayerPlace;
			for (let i = 0; i < inputs; i++) {
				let leaving = 0;
				for (let k = 0; k < outputs; k++) if (quantised[weights + i * stride + k] !== 0) leaving++;
				(penalties[l] as Float32Array)[i] = (penalty * (NEURON + WEIGHT * leaving)) / 1000;
				(shrinkage[l] as Float32Array)[i] = sparsity * (activity[i] as number);
			}
		}
	}
}
