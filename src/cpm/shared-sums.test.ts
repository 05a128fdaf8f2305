import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SharedRows, shareSums } from "./shared-sums.js";

/** The weights of each neuron again, shared sums handed on in their order. */
function undone({ rows, shares }: SharedRows, width: number): number[][] {
	const sums = rows.map((row) => [...row]);
	for (const { sum, first, second, opposite } of shares) {
		const shared = sums[sum] as number[];
		const add = (neuron: number, sign: number) => {
			sums[neuron] = (sums[neuron] as number[]).map((w, i) => w + sign * (shared[i] as number));
		};
		add(first, 1);
		add(second, opposite ? -1 : 1);
	}
	return sums.slice(0, width);
}

const steps = (rows: readonly Int8Array[]) =>
	rows.reduce((count, row) => count + row.reduce((n, w) => n + Math.abs(w), 0), 0);

describe("shareSums", () => {
	const PAGE = 256;
	const inputs = 40;
	const always = new Float64Array(inputs).fill(1);
	const row = fc.array(fc.constantFrom(-2, -1, 0, 0, 1, 2, 3), { minLength: inputs, maxLength: inputs });

	it("changes nothing but where weights are", () => {
		fc.assert(
			fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (rows) => {
				const shared = shareSums(
					rows.map((w) => Int8Array.from(w)),
					always,
					PAGE,
				);
				expect(undone(shared, rows.length)).toEqual(rows);
				expect(steps(shared.rows)).toBeLessThanOrEqual(steps(rows.map((w) => Int8Array.from(w))));
			}),
		);
	});

	it("shares equal rows, and opposite ones", () => {
		const a = Int8Array.from({ length: inputs }, (_, i) => (i % 2 ? 1 : -1));
		const { rows, shares } = shareSums([a.slice(), a.map((w) => -w)], always, PAGE);
		expect(shares).toEqual([{ sum: 2, first: 0, second: 1, opposite: true }]);
		expect(steps(rows)).toBe(inputs);
	});

	it("leaves alone what is hardly ever active, and never exceeds a page", () => {
		const a = Int8Array.from({ length: inputs }, () => 1);
		expect(shareSums([a.slice(), a.slice()], new Float64Array(inputs).fill(0.01), PAGE).shares).toEqual([]);
		const many = Array.from({ length: 8 }, () => a.slice());
		expect(shareSums(many, always, 9).rows.length).toBe(9);
	});
});
