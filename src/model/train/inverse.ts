/**
 * The inverse of a symmetric positive definite matrix, in place, by sweeping (Beaton 1964) a block b of pivots at a time:
 *
 *   N = −M[b,b]⁻¹     M ← M + (M[:,b]·N)·M[b,:]     M[:,b] ← −M[:,b]·N     M[b,b] ← N      after all blocks M = −(inverse)
 *
 * n³/2 multiplications; double precision and no pivoting, which positive definite matrices with a ridge on the diagonal
 * do not need. Until the end only the lower triangle is kept up to date. Both products are the kernel's.
 */
import { Arena } from "./arena.js";
import { compileKernels, type Kernels } from "./kernels.js";
import { BLOCK, TILE } from "./kernels-inverse.js";
import { address } from "./workspace.js";

/** In a memory that the kernel sees. */
export class SymmetricMatrix {
	readonly n: number;
	/** From one row to the next: n rounded up to whole tiles. */
	readonly stride: number;
	/** [stride][stride], for the caller to fill: the lower triangle of the n rows will do. */
	readonly values: Float64Array;
	readonly #kernels: Kernels;
	/** M[:,b] before the sweep, as either kind of matrix that the kernel takes, and M[:,b]·N: [stride][BLOCK]. */
	readonly #rows: Float64Array;
	readonly #packed: Float64Array;
	readonly #scaled: Float64Array;
	/** N, [BLOCK][BLOCK], and as the kernel takes it. */
	readonly #pivot = new Float64Array(BLOCK * BLOCK);
	readonly #packedPivot: Float64Array;

	constructor(n: number) {
		const arena = new Arena();
		this.n = n;
		this.stride = Math.ceil(n / TILE) * TILE;
		this.values = arena.take(Float64Array, this.stride * this.stride);
		this.#rows = arena.take(Float64Array, this.stride * BLOCK);
		this.#packed = arena.take(Float64Array, this.stride * BLOCK);
		this.#scaled = arena.take(Float64Array, this.stride * BLOCK);
		this.#packedPivot = arena.take(Float64Array, BLOCK * BLOCK);
		this.#kernels = compileKernels(arena.memory);
	}

	/** Replaces the n rows, both triangles, by the inverse. */
	invert(): void {
		const { n, stride, values } = this;
		for (let from = 0; from < n; from += BLOCK) {
			const width = Math.min(BLOCK, n - from);
			this.#copyColumns(from, width);
			this.#sweepPivots(from, width);
			this.#addProducts();
			this.#replaceColumns(from, width);
		}
		for (let i = 0; i < n; i++) {
			for (let j = 0; j <= i; j++) {
				const value = -(values[i * stride + j] as number);
				values[i * stride + j] = value;
				values[j * stride + i] = value;
			}
		}
	}

	/** Where the lower triangle has M[i][j]. */
	#index(i: number, j: number): number {
		return i >= j ? i * this.stride + j : j * this.stride + i;
	}

	/** Zeros where the last block is narrower than the others. */
	#copyColumns(from: number, width: number): void {
		this.#rows.fill(0);
		this.#packed.fill(0);
		for (let i = 0; i < this.n; i++) {
			for (let k = 0; k < width; k++) {
				const value = this.values[this.#index(i, from + k)] as number;
				this.#rows[i * BLOCK + k] = value;
				this.#packed[packedIndex(i, k)] = value;
			}
		}
	}

	#sweepPivots(from: number, width: number): void {
		this.#pivot.set(this.#rows.subarray(from * BLOCK, (from + width) * BLOCK));
		sweep(this.#pivot, width);
		this.#packedPivot.fill(0);
		// The kernel takes the rows of its second matrix, which are the columns of N.
		for (let l = 0; l < width; l++) {
			for (let k = 0; k < width; k++) this.#packedPivot[packedIndex(k, l)] = this.#pivot[l * BLOCK + k] as number;
		}
	}

	/** scaled = M[:,b]·N, then M += scaled · M[b,:], four rows at a time, up to the diagonal and a little beyond. */
	#addProducts(): void {
		const { stride, values } = this;
		const [packed, packedPivot] = [address(this.#packed, 0), address(this.#packedPivot, 0)];
		this.#scaled.fill(0);
		for (let i = 0; i < stride; i += TILE) {
			const [rows, scaled] = [address(this.#rows, i * BLOCK), address(this.#scaled, i * BLOCK)];
			this.#kernels.addProducts(scaled, BLOCK, rows, packedPivot, BLOCK);
			this.#kernels.addProducts(address(values, i * stride), stride, scaled, packed, i + TILE);
		}
	}

	#replaceColumns(from: number, width: number): void {
		for (let i = 0; i < this.n; i++) {
			const isPivot = i >= from && i < from + width;
			for (let k = 0; k < width; k++) {
				this.values[this.#index(i, from + k)] = isPivot
					? (this.#pivot[(i - from) * BLOCK + k] as number)
					: -(this.#scaled[i * BLOCK + k] as number);
			}
		}
	}
}

/** Where the kernel looks for [row][k] of its second matrix, b. */
function packedIndex(row: number, k: number): number {
	return (row - (row % TILE)) * BLOCK + k * TILE + (row % TILE);
}

/** Sweeps a block, width rows of BLOCK, one pivot at a time: M[b,b] becomes N. */
function sweep(m: Float64Array, width: number): void {
	const column = new Float64Array(width);
	for (let p = 0; p < width; p++) {
		const d = 1 / (m[p * BLOCK + p] as number);
		for (let i = 0; i < width; i++) column[i] = m[i * BLOCK + p] as number;
		for (let i = 0; i < width; i++) {
			const scaled = (column[i] as number) * d;
			const at = i * BLOCK;
			for (let j = 0; j < width; j++) m[at + j] = (m[at + j] as number) - scaled * (column[j] as number);
		}
		for (let i = 0; i < width; i++) {
			m[i * BLOCK + p] = (column[i] as number) * d;
			m[p * BLOCK + i] = (column[i] as number) * d;
		}
		m[p * BLOCK + p] = -d;
	}
}
