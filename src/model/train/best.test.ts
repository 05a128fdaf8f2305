import { describe, expect, test } from "vitest";
import { BestSoFar } from "./best.js";

const BUDGET = 100;
/** One standard error at 0.9 is then 0.03. */
const PAIRS = 100;

/** Offers networks 1, 2, 3 … and says which one is kept. */
function keptOf(offers: readonly (readonly [accuracy: number, weights: number])[]): { kept: number; worse: number } {
	const network = new Int16Array(1);
	const best = new BestSoFar(network, BUDGET, PAIRS);
	for (const [i, [accuracy, weights]] of offers.entries()) {
		network[0] = i + 1;
		best.offer({ overall: accuracy, macro: accuracy }, weights);
	}
	best.restore();
	return { kept: network[0] as number, worse: best.worseInARow };
}

describe("the network to keep", () => {
	test.each<[string, [number, number][], number, number]>([
		["the best", [[0.5, 90], [0.9, 90], [0.7, 90], [0.6, 90]], 2, 2], // biome-ignore format: a table
		["a later one that is hardly worse", [[0.5, 90], [0.9, 90], [0.88, 90]], 3, 0], // biome-ignore format: a table
		["but not by small steps downwards", [[0.9, 90], [0.88, 90], [0.86, 90], [0.84, 90]], 2, 2], // biome-ignore format: a table
		["one within the weight budget before a better one", [[0.9, 120], [0.5, 90], [0.95, 120]], 2, 1], // biome-ignore format: a table
		["one beyond it when there is no other", [[0.4, 120], [0.9, 110]], 2, 0], // biome-ignore format: a table
		["the first one when all else fails", [[0, 120]], 1, 0], // biome-ignore format: a table
	])("is %s", (_, offers, kept, worse) => {
		expect(keptOf(offers)).toEqual({ kept, worse });
	});
});
