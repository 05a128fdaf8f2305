/**
 * What changes from step to step: learning rate (warm-up, then half a cosine to zero), strength of sparsity (a controller
 * towards the weight budget), robustness, and the softmax scale, the one parameter that the main thread learns itself.
 */
import { CharacterCost } from "./character-cost.js";
import { EPSILON, FIRST_DECAY, SECOND_DECAY } from "./kernels-adam.js";
import { countNonzeroWeights } from "./parameters.js";
import type { Recipe } from "./recipe.js";
import { CONTROL, type Workspace } from "./workspace.js";

const WARM_UP = 0.03;
/** Shares of training at which robustness begins and is all there: nothing is hopeless before it was tried. */
const ROBUST_FROM = 0.1;
const ROBUST_AT = 0.5;
/**
 * In the last part nothing shrinks: what survived settles where it fits best, and weights grow by a few per cent, more
 * in a longer training. Beyond LATE_GROWTH times the weight budget they shrink again, because a network that breaks the
 * budget is not kept, and one from before this part is far less accurate.
 */
const SPARSITY_ENDS = 0.85;
export const LATE_GROWTH = 1.04;
/** Logits start out in the hundreds. */
export const INITIAL_SCALE = 1 / 64;
/** Steps between looks at the number of non-zero weights, and how hard the controller then pulls. */
const CONTROL_INTERVAL = 25;
const CONTROL_GAIN = 0.5;
const MAX_BOOST = 30;

export class Schedule {
	readonly #space: Workspace;
	readonly #recipe: Recipe;
	#logScale: number;
	#first = 0;
	#second = 0;
	#boost = 1;
	#isTooLarge = false;
	readonly #cost: CharacterCost;

	/** @param scale of the softmax, to begin with */
	constructor(space: Workspace, recipe: Recipe, scale: number) {
		this.#space = space;
		this.#logScale = Math.log(scale);
		this.#cost = new CharacterCost(space);
		this.#recipe = recipe;
	}

	get scale(): number {
		return Math.exp(this.#logScale);
	}

	/** @param share of training done after this step, 0–1 */
	before(step: number, share: number): void {
		const { control, layout, quantised } = this.#space;
		const { learningRate, sparsity, contextCost, outputSparsity, penalty, weightBudget } = this.#recipe;
		if (step % CONTROL_INTERVAL === 0) {
			this.#cost.observe();
			const excess = countNonzeroWeights(layout, quantised) / weightBudget;
			this.#isTooLarge = excess > LATE_GROWTH;
			this.#boost = Math.min(MAX_BOOST, Math.max(1, this.#boost * excess ** CONTROL_GAIN));
		}
		const isSparse = share <= SPARSITY_ENDS || this.#isTooLarge;
		if (step % CONTROL_INTERVAL === 0 || step === 1) {
			this.#cost.impose(penalty, isSparse ? outputSparsity * this.#boost : 0);
		}
		control[CONTROL.learningRate] = learningRate * Math.min(1, share / WARM_UP) * 0.5 * (1 + Math.cos(Math.PI * share));
		control[CONTROL.firstCorrection] = 1 / (1 - FIRST_DECAY ** step);
		control[CONTROL.secondCorrection] = 1 / (1 - SECOND_DECAY ** step);
		control[CONTROL.querySparsity] = isSparse ? sparsity * this.#boost : 0;
		control[CONTROL.contextSparsity] = isSparse ? sparsity * this.#boost * contextCost : 0;
		control[CONTROL.scale] = this.scale;
		const trusted = Math.min(1, Math.max(0, (share - ROBUST_FROM) / (ROBUST_AT - ROBUST_FROM)));
		control[CONTROL.robustness] = this.#recipe.robustness * trusted;
	}

	/** Learns the scale from the step just done; returns its mean loss. */
	after(): number {
		const { control, plan, itemLoss, itemScaleGradient } = this.#space;
		let loss = 0;
		let gradient = 0;
		for (let item = 0; item < (plan.used[0] as number); item++) {
			loss += itemLoss[item] as number;
			gradient += itemScaleGradient[item] as number;
		}
		this.#first = FIRST_DECAY * this.#first + (1 - FIRST_DECAY) * gradient;
		this.#second = SECOND_DECAY * this.#second + (1 - SECOND_DECAY) * gradient * gradient;
		const step = (control[CONTROL.learningRate] as number) * this.#first * (control[CONTROL.firstCorrection] as number);
		this.#logScale -= step / (Math.sqrt(this.#second * (control[CONTROL.secondCorrection] as number)) + EPSILON);
		return loss;
	}
}
