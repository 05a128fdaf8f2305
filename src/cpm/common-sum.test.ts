import fc from "fast-check";
import { expect, it } from "vitest";
import type { Layer } from "../model/network.js";
import { scatterT } from "./columns.js";
import { mostActiveNeurons, withCommonSum } from "./common-sum.js";
import { packColumn } from "./packed-lists.js";

const INPUTS = 6;
const row = fc.array(fc.constantFrom(-2, -1, 0, 1), { minLength: INPUTS, maxLength: INPUTS });
const cost = (rows: readonly ArrayLike<number>[], costOf: (column: number[]) => number) =>
	Array.from({ length: INPUTS }, (_, i) => costOf(rows.map((weights) => weights[i] as number)));

it.each([
	["column", scatterT],
	["packed", (column: ArrayLike<number>) => packColumn(column).length],
] as const)(
	"with the common sum added, every weight is what it was, and no column costs more: %s kernel",
	(_, costOf) => {
		fc.assert(
			fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (logits) => {
				const { rows, common } = withCommonSum(
					logits.map((weights) => Int8Array.from(weights)),
					costOf,
				);
				expect(rows.map((left) => [...left].map((w, i) => w + (common[i] as number)))).toEqual(logits);
				const before = cost(logits, (column) => costOf([...column, 0]));
				for (const [i, after] of cost([...rows, common], costOf).entries())
					expect(after).toBeLessThanOrEqual(before[i] as number);
			}),
		);
	},
);

it("leaves to it what most logits get from an input, and nothing where that is nothing", () => {
	const most = [-2, -2, 0, -2, -2, 1, -2, -2];
	const few = [0, 0, -2, 0, 0, 1, 0, 0];
	const { rows, common } = withCommonSum(
		most.map((w, k) => Int8Array.of(w, few[k] as number)),
		scatterT,
	);
	expect([...common]).toEqual([-2, 0]);
	expect(rows.map((left) => left[0])).toEqual([0, 0, 2, 0, 0, 3, 0, 0]);
	expect(rows.map((left) => left[1])).toEqual(few);
});

it("says for how many active neurons no sum can wrap", () => {
	const layer = (outputs: number, bias: number): Layer => ({
		inputs: 4,
		outputs,
		weights: new Int8Array(4 * outputs),
		biases: new Int16Array(outputs).fill(bias),
	});
	const most = mostActiveNeurons([layer(64, 0), layer(20, -1000)]);
	// Each adds 3 times 248 at most to a sum that starts at its bias.
	expect(1000 + most * 3 * 248).toBeLessThan(32767 - 3);
	expect(most).toBeGreaterThan(40);
	expect(mostActiveNeurons([layer(64, 0), layer(20, 32767)])).toBe(0);
	expect(mostActiveNeurons([layer(193, 0), layer(20, 0)])).toBe(0);
	expect(mostActiveNeurons([layer(64, 0), layer(64, 0), layer(20, 0)])).toBe(0);
});
