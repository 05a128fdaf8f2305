/**
 * The inverse of a symmetric positive definite matrix, in place, by sweeping (Beaton 1964) a block of pivots at a time:
 *
 *   P = M[b,b]⁻¹     M ← M − M[:,b]·P·M[b,:]     M[:,b] ← M[:,b]·P     M[b,b] ← −P        after all blocks M = −(inverse)
 *
 * n³/2 multiplications; double precision and no pivoting, which positive definite matrices with a ridge on the diagonal
 * do not need. Nearly all the time is in `subtractProducts`.
 */

/** Pivots swept at a time: few enough that a row's share of them stays in the cache. */
const BLOCK = 48;
const TILE = 4;

/** @param matrix [n · n], both triangles given; both hold the inverse afterwards */
export function invertSymmetric(matrix: Float64Array, n: number): void {
	const pivot = new Float64Array(BLOCK * BLOCK);
	/** M[:,b] before the sweep, and that times P: [n][BLOCK], zeros beyond the block's width. */
	const column = new Float64Array((n + TILE) * BLOCK);
	const scaled = new Float64Array((n + TILE) * BLOCK);
	for (let from = 0; from < n; from += BLOCK) {
		const width = Math.min(BLOCK, n - from);
		column.fill(0);
		for (let i = 0; i < n; i++) {
			for (let k = 0; k < width; k++) {
				// Only the lower triangle is kept up to date meanwhile.
				const at = i >= from + k ? i * n + from + k : (from + k) * n + i;
				column[i * BLOCK + k] = matrix[at] as number;
			}
		}
		pivot.fill(0);
		for (let i = 0; i < width; i++) {
			for (let k = 0; k < width; k++) pivot[i * width + k] = column[(from + i) * BLOCK + k] as number;
		}
		invertSmall(pivot, width);
		for (let i = 0; i < n; i++) multiplyRow(scaled, column, i * BLOCK, pivot, width);
		subtractProducts(matrix, n, scaled, column);
		for (let i = 0; i < n; i++) {
			const isPivot = i >= from && i < from + width;
			for (let k = 0; k < width; k++) {
				const value = isPivot ? -(pivot[(i - from) * width + k] as number) : (scaled[i * BLOCK + k] as number);
				if (i >= from + k) matrix[i * n + from + k] = value;
				else matrix[(from + k) * n + i] = value;
			}
		}
	}
	for (let i = 0; i < n; i++) {
		for (let j = 0; j <= i; j++) {
			const value = -(matrix[i * n + j] as number);
			matrix[i * n + j] = value;
			matrix[j * n + i] = value;
		}
	}
}

/** The same for a block, one pivot at a time. */
function invertSmall(m: Float64Array, n: number): void {
	const column = new Float64Array(n);
	for (let p = 0; p < n; p++) {
		const d = 1 / (m[p * n + p] as number);
		for (let i = 0; i < n; i++) column[i] = m[i * n + p] as number;
		for (let i = 0; i < n; i++) {
			const scaled = (column[i] as number) * d;
			for (let j = 0; j < n; j++) m[i * n + j] = (m[i * n + j] as number) - scaled * (column[j] as number);
		}
		for (let i = 0; i < n; i++) {
			m[i * n + p] = (column[i] as number) * d;
			m[p * n + i] = (column[i] as number) * d;
		}
		m[p * n + p] = -d;
	}
	for (let at = 0; at < n * n; at++) m[at] = -(m[at] as number);
}

/** scaled[at …] = column[at …] · P for one row of the block. */
function multiplyRow(scaled: Float64Array, column: Float64Array, at: number, pivot: Float64Array, width: number): void {
	for (let k = 0; k < width; k++) {
		let sum = 0;
		for (let l = 0; l < width; l++) sum += (column[at + l] as number) * (pivot[l * width + k] as number);
		scaled[at + k] = sum;
	}
}

/** matrix[i][j] −= Σ_k scaled[i][k] · column[j][k] for j ≤ i (and a few beyond), sixteen of them at a time. */
function subtractProducts(matrix: Float64Array, n: number, scaled: Float64Array, column: Float64Array): void {
	const sums = new Float64Array(TILE * TILE);
	for (let i = 0; i < n; i += TILE) {
		for (let j = 0; j <= i; j += TILE) {
			products(sums, scaled, i * BLOCK, column, j * BLOCK);
			for (let r = 0; r < TILE && i + r < n; r++) {
				const at = (i + r) * n + j;
				for (let c = 0; c < TILE && j + c < n; c++) {
					matrix[at + c] = (matrix[at + c] as number) - (sums[r * TILE + c] as number);
				}
			}
		}
	}
}

/** sums[r][c] = Σ_k a[r][k] · b[c][k], unrolled so that all sixteen stay in registers. */
function products(sums: Float64Array, a: Float64Array, atA: number, b: Float64Array, atB: number): void {
	let s00 = 0;
	let s01 = 0;
	let s02 = 0;
	let s03 = 0;
	let s10 = 0;
	let s11 = 0;
	let s12 = 0;
	let s13 = 0;
	let s20 = 0;
	let s21 = 0;
	let s22 = 0;
	let s23 = 0;
	let s30 = 0;
	let s31 = 0;
	let s32 = 0;
	let s33 = 0;
	for (let k = 0; k < BLOCK; k++) {
		const a0 = a[atA + k] as number;
		const a1 = a[atA + BLOCK + k] as number;
		const a2 = a[atA + 2 * BLOCK + k] as number;
		const a3 = a[atA + 3 * BLOCK + k] as number;
		const b0 = b[atB + k] as number;
		const b1 = b[atB + BLOCK + k] as number;
		const b2 = b[atB + 2 * BLOCK + k] as number;
		const b3 = b[atB + 3 * BLOCK + k] as number;
		s00 += a0 * b0;
		s01 += a0 * b1;
		s02 += a0 * b2;
		s03 += a0 * b3;
		s10 += a1 * b0;
		s11 += a1 * b1;
		s12 += a1 * b2;
		s13 += a1 * b3;
		s20 += a2 * b0;
		s21 += a2 * b1;
		s22 += a2 * b2;
		s23 += a2 * b3;
		s30 += a3 * b0;
		s31 += a3 * b1;
		s32 += a3 * b2;
		s33 += a3 * b3;
	}
	sums[0] = s00;
	sums[1] = s01;
	sums[2] = s02;
	sums[3] = s03;
	sums[4] = s10;
	sums[5] = s11;
	sums[6] = s12;
	sums[7] = s13;
	sums[8] = s20;
	sums[9] = s21;
	sums[10] = s22;
	sums[11] = s23;
	sums[12] = s30;
	sums[13] = s31;
	sums[14] = s32;
	sums[15] = s33;
}
