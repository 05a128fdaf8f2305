/** The kernels of the backward pass: deltas and gradients as 32-bit floats, four at a time. */
import { at16, at32, blocks, eachVector, fourTimes, LOG2_HIT, plus, sumRegisters, twice } from "./columns.js";
import { F32, FunctionBuilder, f32, f32x4, I32, i32, type Local, V128, v128 } from "./wasm.js";

export function listUsers(): FunctionBuilder {
	const f = new FunctionBuilder("listUsers");
	const [list, count, n, width, users, userCount] = f.parameters(I32, I32, I32, I32, I32, I32);
	const [e, k, length, row, input, place, used] = f.locals(I32, I32, I32, I32, I32, I32, I32);
	f.for(e, i32.const(0), width.get, 1, () => f.do(i32.store(at32(userCount, e), i32.const(0))));
	f.set(row, list.get);
	f.for(e, i32.const(0), n.get, 1, () => {
		f.set(length, i32.load(at32(count, e)));
		f.for(k, i32.const(0), length.get, 1, () => {
			f.set(input, i32.load16(at16(row, k)));
			f.set(place, at32(userCount, input));
			f.set(used, i32.load(place.get));
			f.do(i32.store(place.get, i32.add(used.get, i32.const(1))));
			f.set(used, i32.add(used.get, i32.mul(input.get, n.get)));
			f.do(i32.store16(at16(users, used), e.get));
		});
		f.set(row, at16(row, width));
	});
	return f;
}

/** Examples whose sums `backward` computes together: the weights are widened once for all of them. */
const TOGETHER = 4;

export function backward(): FunctionBuilder {
	const f = new FunctionBuilder("backward");
	const [below, y, users, userCount, n, inputs] = f.parameters(I32, I32, I32, I32, I32, I32);
	const [weights, above, width, penalty, toll] = f.parameters(I32, I32, I32, I32, I32);
	const [half] = f.parameters(F32);
	const [i, j, k, length, list, row, bytes, end, place] = f.locals(I32, I32, I32, I32, I32, I32, I32, I32, I32);
	const [w, value, total] = f.locals(V128, F32, F32);
	const examples = Array.from({ length: TOGETHER }, () => f.local(I32));
	const deltas = Array.from({ length: TOGETHER }, () => f.local(I32));
	const sums = Array.from({ length: TOGETHER }, () => f.local(V128));

	/** The sums for `together` examples from entry k of the list on. */
	const several = (together: number): void => {
		for (let t = 0; t < together; t++) {
			const [example, delta, sum] = [examples[t] as Local, deltas[t] as Local, sums[t] as Local];
			f.set(example, i32.load16(at16(list, k), 2 * t));
			f.set(delta, i32.add(above.get, i32.mul(example.get, fourTimes(width))));
			f.set(sum, f32x4.splat(f32.const(0)));
		}
		f.for(j, i32.const(0), bytes.get, 8, () => {
			f.set(w, f32x4.convertI32(v128.load16x4(plus(row, j))));
			for (let t = 0; t < together; t++) {
				const [delta, sum] = [deltas[t] as Local, sums[t] as Local];
				f.set(sum, f32x4.add(sum.get, f32x4.mul(w.get, v128.load(i32.add(delta.get, twice(j))))));
			}
		});
		for (let t = 0; t < together; t++) {
			const [example, sum] = [examples[t] as Local, sums[t] as Local];
			f.set(place, i32.add(i32.mul(example.get, inputs.get), i.get));
			f.set(value, f32.add(f32.convertI32(i32.load16Signed(at16(y, place))), half.get));
			const strength = f32.mul(f32.load(at32(toll, example)), f32.load(at32(penalty, i)));
			f.set(total, f32.div(f32.mul(strength, half.get), f32.mul(value.get, value.get)));
			for (const lane of [0, 1, 2, 3]) f.set(total, f32.add(total.get, f32x4.lane(sum.get, lane)));
			f.do(f32.store(at32(below, place), f32.mul(total.get, f32.const(0.25))));
		}
	};

	f.set(bytes, twice(width));
	f.set(end, i32.shl(i32.mul(n.get, inputs.get), i32.const(2)));
	f.for(i, i32.const(0), end.get, 16, () => f.do(v128.store(plus(below, i), f32x4.splat(f32.const(0)))));
	f.set(list, users.get);
	f.set(row, weights.get);
	f.for(i, i32.const(0), inputs.get, 1, () => {
		f.set(length, i32.load(at32(userCount, i)));
		f.for(k, i32.const(0), i32.sub(length.get, i32.const(TOGETHER - 1)), TOGETHER, () => several(TOGETHER));
		f.for(k, k.get, length.get, 1, () => several(1));
		f.set(list, at16(list, n));
		f.set(row, plus(row, bytes));
	});
	return f;
}

export function outer(): FunctionBuilder {
	const f = new FunctionBuilder("outer");
	const [gradient, from, to, y, inputs, users, userCount] = f.parameters(I32, I32, I32, I32, I32, I32, I32);
	const [first, tasks, delta, width] = f.parameters(I32, I32, I32, I32);
	const [bytes, i, j, out, task, start, n] = f.locals(I32, I32, I32, I32, I32, I32, I32);
	const [k, length, list, column, row, example, x] = f.locals(I32, I32, I32, I32, I32, I32, V128);
	const registers = sumRegisters(f);
	f.set(bytes, fourTimes(width));
	f.set(out, gradient.get);
	f.for(i, from.get, to.get, 1, () => {
		f.set(column, at16(y, i));
		blocks(f, j, bytes.get, (vectors) => {
			eachVector(registers, vectors, (sum) => f.set(sum, f32x4.splat(f32.const(0))));
			f.for(task, i32.const(0), tasks.get, 1, () => {
				f.set(start, i32.load(at32(first, task)));
				f.set(n, i32.sub(i32.load(at32(first, task), 4), start.get));
				f.set(length, i32.add(i32.mul(task.get, inputs.get), i.get));
				f.set(length, i32.load(at32(userCount, length)));
				f.set(list, i32.add(i32.mul(start.get, inputs.get), i32.mul(i.get, n.get)));
				f.set(list, at16(users, list));
				f.for(k, i32.const(0), length.get, 1, () => {
					f.set(example, i32.add(start.get, i32.load16(at16(list, k))));
					const value = i32.load16Signed(i32.add(column.get, i32.mul(example.get, twice(inputs))));
					f.set(x, f32x4.splat(f32.convertI32(value)));
					f.set(row, i32.add(plus(delta, j), i32.mul(example.get, bytes.get)));
					eachVector(registers, vectors, (sum, offset) =>
						f.set(sum, f32x4.add(sum.get, f32x4.mul(x.get, v128.load(row.get, offset)))),
					);
				});
			});
			eachVector(registers, vectors, (sum, offset) => f.do(v128.store(plus(out, j), sum.get, offset)));
		});
		f.set(out, plus(out, bytes));
	});
	return f;
}

export function invert(): FunctionBuilder {
	const f = new FunctionBuilder("invert");
	const [rows, n, start, bucket, count, buckets] = f.parameters(I32, I32, I32, I32, I32, I32);
	const [outStart, outRow, outCount] = f.parameters(I32, I32, I32);
	const [r, row, k, end, place, total, b] = f.locals(I32, I32, I32, I32, I32, I32, I32);
	const eachHit = (body: () => void): void => {
		f.for(r, i32.const(0), n.get, 1, () => {
			f.set(row, i32.load(at32(rows, r)));
			f.set(end, i32.load(at32(start, row), 4));
			f.for(k, i32.load(at32(start, row)), end.get, 1, () => {
				f.set(place, i32.add(outStart.get, i32.shl(i32.load16(at16(bucket, k)), i32.const(2))));
				body();
			});
		});
	};
	f.for(b, i32.const(0), i32.add(buckets.get, i32.const(2)), 1, () => f.do(i32.store(at32(outStart, b), i32.const(0))));
	// Counts two places on; then their sums, one place on, are where each bucket's next hit goes, and in the end where
	// the bucket after it starts.
	eachHit(() => {
		f.set(place, i32.add(place.get, i32.const(8)));
		f.do(i32.store(place.get, i32.add(i32.load(place.get), i32.const(1))));
	});
	f.for(b, i32.const(0), i32.add(buckets.get, i32.const(2)), 1, () => {
		f.set(total, i32.add(total.get, i32.load(at32(outStart, b))));
		f.do(i32.store(at32(outStart, b), total.get));
	});
	eachHit(() => {
		f.set(place, i32.add(place.get, i32.const(4)));
		f.set(b, i32.load(place.get));
		f.do(i32.store(place.get, i32.add(b.get, i32.const(1))));
		f.do(i32.store16(at16(outRow, b), r.get));
		f.do(i32.store8(plus(outCount, b), i32.load8(plus(count, k))));
	});
	return f;
}

export function gather(): FunctionBuilder {
	const f = new FunctionBuilder("gather");
	const [gradient, from, to, start, row, count] = f.parameters(I32, I32, I32, I32, I32, I32);
	const [delta, width] = f.parameters(I32, I32);
	const [bytes, out, b, j, k, first, end, at, x] = f.locals(I32, I32, I32, I32, I32, I32, I32, I32, V128);
	const registers = sumRegisters(f);
	f.set(bytes, fourTimes(width));
	f.set(out, gradient.get);
	f.for(b, from.get, to.get, 1, () => {
		f.set(first, i32.load(at32(start, b)));
		f.set(end, i32.load(at32(start, b), 4));
		blocks(f, j, bytes.get, (vectors) => {
			eachVector(registers, vectors, (sum) => f.set(sum, f32x4.splat(f32.const(0))));
			f.for(k, first.get, end.get, 1, () => {
				const hits = i32.shl(i32.load8(plus(count, k)), i32.const(LOG2_HIT));
				f.set(x, f32x4.splat(f32.convertI32(hits)));
				f.set(at, i32.add(plus(delta, j), i32.mul(i32.load16(at16(row, k)), bytes.get)));
				eachVector(registers, vectors, (sum, offset) =>
					f.set(sum, f32x4.add(sum.get, f32x4.mul(x.get, v128.load(at.get, offset)))),
				);
			});
			eachVector(registers, vectors, (sum, offset) => f.do(v128.store(plus(out, j), sum.get, offset)));
		});
		f.set(out, plus(out, bytes));
	});
	return f;
}

export function sumColumns(): FunctionBuilder {
	const f = new FunctionBuilder("sumColumns");
	const [sums, rows, n, width] = f.parameters(I32, I32, I32, I32);
	const [bytes, j, k, row] = f.locals(I32, I32, I32, I32);
	const registers = sumRegisters(f);
	f.set(bytes, fourTimes(width));
	blocks(f, j, bytes.get, (vectors) => {
		eachVector(registers, vectors, (sum) => f.set(sum, f32x4.splat(f32.const(0))));
		f.set(row, plus(rows, j));
		f.for(k, i32.const(0), n.get, 1, () => {
			eachVector(registers, vectors, (sum, offset) => f.set(sum, f32x4.add(sum.get, v128.load(row.get, offset))));
			f.set(row, plus(row, bytes));
		});
		eachVector(registers, vectors, (sum, offset) => f.do(v128.store(plus(sums, j), sum.get, offset)));
	});
	return f;
}

export function addBySlot(): FunctionBuilder {
	const f = new FunctionBuilder("addBySlot");
	const [sums, columns, delta, width, slot, n] = f.parameters(I32, I32, I32, I32, I32, I32);
	const [bytes, e, j, row, out] = f.locals(I32, I32, I32, I32, I32);
	f.set(bytes, fourTimes(columns));
	f.set(row, delta.get);
	f.for(e, i32.const(0), n.get, 1, () => {
		f.set(out, i32.add(sums.get, i32.mul(i32.load(at32(slot, e)), bytes.get)));
		f.for(j, i32.const(0), bytes.get, 16, () =>
			f.do(v128.store(plus(out, j), f32x4.add(v128.load(plus(out, j)), v128.load(plus(row, j))))),
		);
		f.set(row, at32(row, width));
	});
	return f;
}
