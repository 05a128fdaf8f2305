/** The kernels of the forward pass: 16-bit arithmetic that wraps as the machine's does, eight numbers at a time. */
import { at16, at32, blocks, eachVector, LOG2_HIT, plus, sumRegisters, twice } from "./columns.js";
import { FunctionBuilder, I32, i16x8, i32, V128, v128 } from "./wasm.js";

export function sumRows(): FunctionBuilder {
	const f = new FunctionBuilder("sumRows");
	const [sums, first, weights, width, bucket, count, n] = f.parameters(I32, I32, I32, I32, I32, I32, I32);
	const [bytes, j, k, row, x] = f.locals(I32, I32, I32, I32, V128);
	const registers = sumRegisters(f);
	f.set(bytes, twice(width));
	blocks(f, j, bytes.get, (vectors) => {
		eachVector(registers, vectors, (sum, offset) => f.set(sum, v128.load(plus(first, j), offset)));
		f.for(k, i32.const(0), n.get, 1, () => {
			f.set(x, i16x8.splat(i32.shl(i32.load8(plus(count, k)), i32.const(LOG2_HIT))));
			f.set(row, i32.add(plus(weights, j), i32.mul(i32.load16(at16(bucket, k)), bytes.get)));
			eachVector(registers, vectors, (sum, offset) =>
				f.set(sum, i16x8.add(sum.get, i16x8.mul(x.get, v128.load(row.get, offset)))),
			);
		});
		eachVector(registers, vectors, (sum, offset) => f.do(v128.store(plus(sums, j), sum.get, offset)));
	});
	return f;
}

export function firstLayer(): FunctionBuilder {
	const f = new FunctionBuilder("firstLayer");
	const [y, query, contexts, slot, n, width, floor] = f.parameters(I32, I32, I32, I32, I32, I32, I32);
	const [bytes, e, out, context, j, lowest] = f.locals(I32, I32, I32, I32, I32, V128);
	f.set(bytes, twice(width));
	f.set(lowest, i16x8.splat(floor.get));
	f.set(out, y.get);
	f.for(e, i32.const(0), n.get, 1, () => {
		f.set(context, i32.add(contexts.get, i32.mul(i32.load(at32(slot, e)), bytes.get)));
		f.for(j, i32.const(0), bytes.get, 16, () => {
			const sum = i16x8.add(v128.load(plus(query, j)), v128.load(plus(context, j)));
			f.do(v128.store(plus(out, j), i16x8.max(i16x8.shiftRight(sum, 2), lowest.get)));
		});
		f.set(out, plus(out, bytes));
	});
	return f;
}

export function mask(): FunctionBuilder {
	const f = new FunctionBuilder("mask");
	const [y, masks, start, n, width] = f.parameters(I32, I32, I32, I32, I32);
	const [bytes, e, out, bits, j] = f.locals(I32, I32, I32, I32, I32);
	f.set(bytes, twice(width));
	f.set(out, y.get);
	f.for(e, i32.const(0), n.get, 1, () => {
		f.set(bits, i32.add(masks.get, i32.shl(i32.load(at32(start, e)), i32.const(1))));
		f.for(j, i32.const(0), bytes.get, 16, () =>
			f.do(v128.store(plus(out, j), i16x8.and(v128.load(plus(out, j)), v128.load(plus(bits, j))))),
		);
		f.set(out, plus(out, bytes));
	});
	return f;
}

/** Without branches: whether a neuron is active cannot be foretold. */
export function listActive(): FunctionBuilder {
	const f = new FunctionBuilder("listActive");
	const [y, n, width, list, count] = f.parameters(I32, I32, I32, I32, I32);
	const [bytes, e, i, found, values, row] = f.locals(I32, I32, I32, I32, I32, I32);
	f.set(bytes, twice(width));
	f.set(values, y.get);
	f.set(row, list.get);
	f.for(e, i32.const(0), n.get, 1, () => {
		f.set(found, i32.const(0));
		f.for(i, i32.const(0), width.get, 1, () => {
			f.do(i32.store16(at16(row, found), i.get));
			f.set(found, i32.add(found.get, i32.ne(i32.load16(at16(values, i)), i32.const(0))));
		});
		f.do(i32.store(at32(count, e), found.get));
		f.set(values, plus(values, bytes));
		f.set(row, plus(row, bytes));
	});
	return f;
}

export function forward(): FunctionBuilder {
	const f = new FunctionBuilder("forward");
	const [y, x, list, count, n, inputs] = f.parameters(I32, I32, I32, I32, I32, I32);
	const [weights, biases, width, floor] = f.parameters(I32, I32, I32, I32);
	const [e, from, active, length, out, bytes, j, k] = f.locals(I32, I32, I32, I32, I32, I32, I32, I32);
	const [input, row, splat, lowest] = f.locals(I32, I32, V128, V128);
	const registers = sumRegisters(f);
	f.set(bytes, twice(width));
	f.set(lowest, i16x8.splat(floor.get));
	f.set(from, x.get);
	f.set(active, list.get);
	f.set(out, y.get);
	f.for(e, i32.const(0), n.get, 1, () => {
		f.set(length, i32.load(at32(count, e)));
		blocks(f, j, bytes.get, (vectors) => {
			eachVector(registers, vectors, (sum, offset) => f.set(sum, v128.load(plus(biases, j), offset)));
			f.for(k, i32.const(0), length.get, 1, () => {
				f.set(input, i32.load16(at16(active, k)));
				f.set(splat, v128.load16Splat(at16(from, input)));
				f.set(row, i32.add(plus(weights, j), i32.mul(input.get, bytes.get)));
				eachVector(registers, vectors, (sum, offset) =>
					f.set(sum, i16x8.add(sum.get, i16x8.mul(splat.get, v128.load(row.get, offset)))),
				);
			});
			eachVector(registers, vectors, (sum, offset) =>
				f.do(v128.store(plus(out, j), i16x8.max(i16x8.shiftRight(sum.get, 2), lowest.get), offset)),
			);
		});
		f.set(from, at16(from, inputs));
		f.set(active, at16(active, inputs));
		f.set(out, plus(out, bytes));
	});
	return f;
}
