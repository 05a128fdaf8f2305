/**
 * The recipe: every number of training that is not the network's shape, adapted to the corpus. Values come from runs on
 * validation splits of the public corpora and ours (docs/training.md); none depends on the machine it runs on.
 */

export interface Recipe {
	/** Items in a mini-batch. */
	readonly batch: number;
	readonly steps: number;
	/** Rows made of each query: itself and changed copies. */
	readonly copies: number;
	/** 0: every reply as often as the corpus has it; 1: all equally often. */
	readonly balance: number;
	readonly learningRate: number;
	/** Strength of the proximal L1; a controller raises it while there are more non-zero weights than `weightBudget`. */
	readonly sparsity: number;
	readonly weightBudget: number;
	/** Strength of the penalty on active hidden neurons. */
	readonly penalty: number;
	/** Share of hidden neurons that each training example has to do without, 0–1. */
	readonly dropout: number;
	/** Share of the prefixes with a single continuation that are trained on: they are many and easy. */
	readonly unbranchedShare: number;
	/** What a weight outside the query half costs, relative to one inside it: it is paid for at every character. */
	readonly perCharacterCost: number;
	/** Held-out measurements during training, evenly spaced. */
	readonly measurements: number;
	/** Training stops after this many of them in a row that are worse than the best. */
	readonly patience: number;
}

const BATCH = 64;
/** Copies are rows in memory: about this many, but at least `MIN_COPIES` of each query and at most `MAX_COPIES`. */
const ROWS = 60_000;
const MIN_COPIES = 4;
const MAX_COPIES = 20;
/** Fewer pairs than this are learnt by heart unless something is held back. */
const SMALL = 3500;
const MIN_STEPS = 400;
const MAX_STEPS = 6000;

/** @param pairs how many are trained on */
export function recipeFor(pairs: number): Recipe {
	return {
		batch: BATCH,
		steps: Math.round(Math.min(MAX_STEPS, Math.max(MIN_STEPS, pairs * 2))),
		copies: Math.min(MAX_COPIES, Math.max(MIN_COPIES, Math.round(ROWS / pairs))),
		balance: 0.3,
		learningRate: 0.02,
		sparsity: 0.03,
		weightBudget: 19_500,
		penalty: 0.003,
		dropout: pairs < SMALL ? 0.2 : 0,
		unbranchedShare: 0.2,
		perCharacterCost: 2,
		measurements: 20,
		patience: 10,
	};
}
