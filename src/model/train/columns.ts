/**
 * What the kernels share: sums of many rows, kept in registers. A row of weights or gradients is cut into blocks of up
 * to eight vectors; for each block the list of rows is walked once, so that sums are neither loaded nor stored between.
 *
 *   sums[block] = first[block];   for k in list: sums[block] += value[k] · rows[k][block];   out[block] = sums[block]
 */
import { type Code, type FunctionBuilder, i32, type Local, V128 } from "./wasm.js";

/** Vectors in a block: processors have 16 vector registers, and the sums are not all they hold. */
const BLOCKS = [8, 4, 2, 1];
export const MAX_VECTORS = 8;
const VECTOR = 16;

/** What one n-gram hit adds to its bucket, as a shift. */
export const LOG2_HIT = 5;

export const twice = (local: Local): Code => i32.shl(local.get, i32.const(1));
export const fourTimes = (local: Local): Code => i32.shl(local.get, i32.const(2));
export const eightTimes = (local: Local): Code => i32.shl(local.get, i32.const(3));
/** base + 2·index and base + 4·index. */
export const at16 = (base: Local, index: Local): Code => i32.add(base.get, twice(index));
export const at32 = (base: Local, index: Local): Code => i32.add(base.get, fourTimes(index));
export const plus = (a: Local, b: Local): Code => i32.add(a.get, b.get);

/** Emits `body` for each block of a row of `bytes`; `offset` is where the block starts. */
export function blocks(f: FunctionBuilder, offset: Local, bytes: Code, body: (vectors: number) => void): void {
	let from = i32.const(0);
	for (const vectors of BLOCKS) {
		const size = vectors * VECTOR;
		f.for(offset, from, i32.sub(bytes, i32.const(size - 1)), size, () => body(vectors));
		from = offset.get;
	}
}

/** Registers for the sums of a block. */
export function sumRegisters(f: FunctionBuilder): Local[] {
	return Array.from({ length: MAX_VECTORS }, () => f.local(V128));
}

/** Emits `body` for each vector of a block, with its register and its offset in bytes. */
export function eachVector(sums: readonly Local[], vectors: number, body: (sum: Local, offset: number) => void): void {
	for (const [v, sum] of sums.slice(0, vectors).entries()) body(sum, v * VECTOR);
}
