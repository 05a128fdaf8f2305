/**
 * The kernel of the inverse (inverse.ts): products of matrices BLOCK wide, 64-bit floats, two at a time. Tiles of sixteen
 * sums, four rows of one matrix with four of the other, live in eight of the sixteen vector registers of a processor.
 *
 *   a[r][k]          by rows: each number is multiplied by whole vectors
 *   b[tile][k][4]    four rows side by side, so that a vector holds neighbours of the result
 *
 * Every multiplication and addition is rounded, in the order of k: the result is a plain loop's to the last bit.
 */
import { eightTimes, plus } from "./columns.js";
import { FunctionBuilder, f64x2, I32, i32, i32x4, type Local, V128, v128 } from "./wasm.js";

/** Terms of each sum: pivots swept at a time, few enough that a tile's share of them stays in the nearest cache. */
export const BLOCK = 48;
/** Rows and columns of sums that are computed together. */
export const TILE = 4;

const DOUBLE = 8;
const VECTOR = 16;
const VECTORS = (TILE * DOUBLE) / VECTOR;

export function addProducts(): FunctionBuilder {
	const f = new FunctionBuilder("addProducts");
	const [out, stride, a, b, columns] = f.parameters(I32, I32, I32, I32, I32);
	const [bytes, j, k, left, row, x] = f.locals(I32, I32, I32, I32, I32, V128);
	const right = Array.from({ length: VECTORS }, () => f.local(V128));
	const sums = Array.from({ length: TILE }, () => Array.from({ length: VECTORS }, () => f.local(V128)));

	f.set(bytes, eightTimes(stride));
	f.for(j, i32.const(0), columns.get, TILE, () => {
		for (const sum of sums.flat()) f.set(sum, i32x4.splat(i32.const(0)));
		// One k at a time: of several, V8 would load everything first and run out of registers.
		f.for(k, i32.const(0), i32.const(BLOCK * DOUBLE), DOUBLE, () => {
			f.set(left, plus(a, k));
			for (const [v, y] of right.entries()) f.set(y, v128.load(b.get, v * VECTOR));
			for (const [r, ofRow] of sums.entries()) {
				f.set(x, v128.load64Splat(left.get, r * BLOCK * DOUBLE));
				for (const [v, sum] of ofRow.entries()) {
					f.set(sum, f64x2.add(sum.get, f64x2.mul(x.get, (right[v] as Local).get)));
				}
			}
			f.set(b, i32.add(b.get, i32.const(TILE * DOUBLE)));
		});
		f.set(row, out.get);
		for (const ofRow of sums) {
			for (const [v, sum] of ofRow.entries()) {
				f.do(v128.store(row.get, f64x2.add(v128.load(row.get, v * VECTOR), sum.get), v * VECTOR));
			}
			f.set(row, plus(row, bytes));
		}
		f.set(out, i32.add(out.get, i32.const(TILE * DOUBLE)));
	});
	return f;
}
