import { describe, expect, test } from "vitest";
import { Random } from "../../base/random.js";
import { SymmetricMatrix } from "./inverse.js";
import { BLOCK } from "./kernels-inverse.js";

/** Less than a tile, less and more than a block, whole tiles and blocks or not. */
const SIZES = [1, 3, BLOCK, BLOCK + 1, 101, 4 * BLOCK];

type Rows = Float64Array[];

function positiveDefinite(n: number): Rows {
	const random = new Random(n);
	const half = Array.from({ length: n }, () => Float64Array.from({ length: n }, () => random.normal()));
	return half.map((a, i) => Float64Array.from(half, (b, j) => dot(a, b) / n + (i === j ? 1 : 0)));
}

function dot(a: Float64Array, b: Float64Array): number {
	let sum = 0;
	for (let k = 0; k < a.length; k++) sum += (a[k] as number) * (b[k] as number);
	return sum;
}

/** The inverse by the kernel, of which only the lower triangle is filled in. */
function inverseOf(rows: Rows): Rows {
	const matrix = new SymmetricMatrix(rows.length);
	for (const [i, row] of rows.entries()) matrix.values.set(row.subarray(0, i + 1), i * matrix.stride);
	matrix.invert();
	return rows.map((_, i) => matrix.values.slice(i * matrix.stride, i * matrix.stride + rows.length));
}

/** The same in plain loops: M[i][j] += (M[i,b]·N)·M[b,j] for j ≤ i, block by block, every sum in the order of k. */
function plainInverse(rows: Rows): Rows {
	const m = rows.map((row) => row.slice());
	const n = m.length;
	const get = (i: number, j: number) => (i >= j ? m[i]?.[j] : m[j]?.[i]) as number;
	const set = (i: number, j: number, value: number) => {
		(m[i] as Float64Array)[j] = value;
		(m[j] as Float64Array)[i] = value;
	};
	for (let from = 0; from < n; from += BLOCK) {
		const pivots = Array.from({ length: Math.min(BLOCK, n - from) }, (_, k) => from + k);
		const column = m.map((_, i) => Float64Array.from(pivots, (k) => get(i, k)));
		const N = sweptOneByOne(pivots.map((k) => (column[k] as Float64Array).slice()));
		const scaled = column.map((row) =>
			Float64Array.from(pivots, (_, k) =>
				dot(
					row,
					Float64Array.from(N, (l) => l[k] as number),
				),
			),
		);
		for (let i = 0; i < n; i++) {
			for (let j = 0; j <= i; j++) set(i, j, get(i, j) + dot(scaled[i] as Float64Array, column[j] as Float64Array));
		}
		for (let i = 0; i < n; i++) {
			for (const [k, pivot] of pivots.entries()) {
				if (i < from || i >= from + pivots.length) set(i, pivot, -(scaled[i]?.[k] as number));
				else if (i >= pivot) set(i, pivot, N[i - from]?.[k] as number);
			}
		}
	}
	return m.map((row) => row.map((value) => -value));
}

/** −(inverse) by sweeping one pivot after the other, all of the matrix kept up to date. */
function sweptOneByOne(m: Rows): Rows {
	for (const [p, pivotRow] of m.entries()) {
		const column = Float64Array.from(m, (row) => row[p] as number);
		const d = 1 / (pivotRow[p] as number);
		const scaled = column.map((value) => value * d);
		for (const [i, row] of m.entries()) {
			for (let j = 0; j < row.length; j++) {
				row[j] = (row[j] as number) - (scaled[i] as number) * (column[j] as number);
			}
		}
		for (const [i, row] of m.entries()) row[p] = scaled[i] as number;
		pivotRow.set(scaled);
		pivotRow[p] = -d;
	}
	return m;
}

describe("the inverse", () => {
	test.each(SIZES)("times the matrix of %i rows is the identity", (n) => {
		const rows = positiveDefinite(n);
		const inverse = inverseOf(rows);
		// The inverse is symmetric: its rows are its columns.
		const errors = rows.flatMap((row, i) => inverse.map((column, j) => Math.abs(dot(row, column) - (i === j ? 1 : 0))));
		expect(Math.max(...errors)).toBeLessThan(1e-9);
	});

	test.each(SIZES)("of %i rows is to the last bit what plain loops give", (n) => {
		const rows = positiveDefinite(n);
		expect(inverseOf(rows)).toEqual(plainInverse(rows));
	});
});
