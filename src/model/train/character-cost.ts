/**
 * What a character costs the Z80 by this network, in T-states, and how training is made to feel it.
 *
 *   cost ≈ fixed + Σ_j activity_j · ( NEURON + STEP · steps of the weights that leave j )      j: hidden neurons
 *
 * activity_j is the share of examples in which j is above zero, each counted by its toll (sampler.ts). A neuron's penalty
 * is in proportion to the bracket, and a weight's shrinking to activity_j: both are slopes of that sum. The query half of
 * layer 1 is not paid for at every character, and its context half only off the beaten track (the program keeps the sums
 * of the usual replies).
 *
 * A weight of zero takes no step. To the logits it may be any weight that takes none: the program adds what most of them
 * get from a neuron to a sum that they have in common (common-sum.ts), where that pays. Then weights shrink towards that.
 * The constants are a regression on the packer's predictions for 1,585 characters of three programs.
 */
import type { LayerPlace } from "./parameters.js";
import type { Workspace } from "./workspace.js";

/** T-states per active neuron, and for each step of its column. */
const NEURON = 164;
const STEP = 42;
/**
 * T-states more to find the highest logit when they have a common sum: for each of them, each active neuron, and once; the
 * former for networks of one hidden layer (argmax-few.asm), the latter for others (argmax-common.asm).
 */
const COMMON_SHALLOW = { perLogit: -11, perActive: 21, once: 200 } as const;
const COMMON_DEEP = { perLogit: 4, perActive: 0, once: 350 } as const;
/** Weights, and the steps that one takes by how far it is from the one left to the common sum: for 3, x and x doubled. */
const WEIGHTS = [-2, -1, 0, 1] as const;
const STEPS_BY_DISTANCE = [0, 1, 1, 2] as const;
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

	/** Sets penalties of neurons (loss per 1,000 T-states), shrinking of the weights that leave them, and its centres. */
	impose(penalty: number, sparsity: number): void {
		const { penalties, shrinkage, centres } = this.#space;
		for (const [l, activity] of this.#activity.entries()) {
			for (const [i, { weight, steps }] of this.#columns(l).entries()) {
				(penalties[l] as Float32Array)[i] = (penalty * (NEURON + STEP * steps)) / 1000;
				(shrinkage[l] as Float32Array)[i] = sparsity * (activity[i] as number);
				(centres[l] as Float32Array)[i] = weight;
			}
		}
	}

	/** For each neuron of a hidden layer: which weight takes no step, and how many steps the others take. */
	#columns(l: number): Column[] {
		const { layers } = this.#space.layout;
		const counts = this.#countWeights(layers[l + 1] as LayerPlace);
		const alone = counts.map((each) => columnAround(0, each));
		if (l + 1 < layers.length - 1) return alone;
		const shared = counts.map((each, i) =>
			WEIGHTS.map((weight) => columnAround(weight, each)).reduce(
				(best, column) => (column.steps < best.steps ? column : best),
				alone[i] as Column,
			),
		);
		const activity = this.#activity[l] as Float64Array;
		const stepsOf = (columns: readonly Column[]) =>
			columns.reduce((sum, { steps }, i) => sum + steps * (activity[i] as number), 0);
		const { perLogit, perActive, once } = layers.length === 2 ? COMMON_SHALLOW : COMMON_DEEP;
		const active = activity.reduce((sum, share) => sum + share, 0);
		const price = perLogit * (layers[l + 1] as LayerPlace).outputs + perActive * active + once;
		return STEP * (stepsOf(alone) - stepsOf(shared)) > price ? shared : alone;
	}

	/** For each input of a layer: how many of its weights are -2, -1, 0 and 1. */
	#countWeights({ inputs, outputs, stride, weights }: LayerPlace): number[][] {
		const { quantised } = this.#space;
		return Array.from({ length: inputs }, (_, i) => {
			const counts = [0, 0, 0, 0];
			for (let k = 0; k < outputs; k++) {
				const at = (quantised[weights + i * stride + k] as number) - WEIGHTS[0];
				counts[at] = (counts[at] as number) + 1;
			}
			return counts;
		});
	}
}

interface Column {
	/** The weight that takes no step: zero, or what is left to the common sum. */
	readonly weight: number;
	readonly steps: number;
}

/** @param counts of weights of -2, -1, 0 and 1 */
function columnAround(weight: number, counts: readonly number[]): Column {
	const own = STEPS_BY_DISTANCE[Math.abs(weight)] as number;
	const steps = WEIGHTS.reduce<number>(
		(sum, other, at) => sum + (counts[at] as number) * (STEPS_BY_DISTANCE[Math.abs(other - weight)] as number),
		own,
	);
	return { weight, steps };
}
