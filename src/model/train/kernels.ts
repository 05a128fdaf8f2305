/**
 * The inner loops of training as WebAssembly SIMD: eight 16-bit or four 32-bit numbers at a time. Each kernel is stated
 * as the loop it is; kernels.test.ts holds it to that loop in plain TypeScript.
 *
 *   W  number of neurons, a multiple of 8 (rows of weights are padded with zeros)
 *   addresses are byte offsets into the arena; 16-bit arithmetic wraps modulo 65536 exactly as the machine's does
 *
 * Lanes never mix except in `backward`, so results do not depend on anything but the inputs.
 */
import { MAXIMUM_PAGES, MINIMUM_PAGES, type SharedMemory, wasmApi } from "./arena.js";
import {
	type Code,
	encodeModule,
	F32,
	FunctionBuilder,
	f32,
	f32x4,
	I32,
	i16x8,
	i32,
	type Local,
	V128,
	v128,
} from "./wasm.js";

export interface Kernels {
	/** sums[j] += count[k] · 32 · w[bucket[k]][j] for k in [0, n): int16; buckets uint16, counts uint8. */
	sumRows(sums: number, weights: number, width: number, bucket: number, count: number, n: number): void;
	/** y[j] = (a[j] + b[j]) >> 2, or max(0, that): int16. `floor` is 0 for hidden layers, -32768 for the last. */
	addAndShift(y: number, a: number, b: number, width: number, floor: number): void;
	/** y[j] &= mask[j]: int16. */
	mask(y: number, mask: number, width: number): void;
	/** acc[j] += x[i] · w[i][j] for i in [0, inputs): int16. */
	forward(acc: number, x: number, inputs: number, weights: number, width: number): void;
	/**
	 * below[i] = (Σ_j w[i][j] · above[j] + weight · penalty[i] · slope(y[i])) / 4 where y[i] ≠ 0, else 0, for i in
	 * [0, inputs); slope(y) = half / (y + half)²; penalties float32.
	 */
	backward(
		below: number,
		y: number,
		inputs: number,
		weights: number,
		above: number,
		width: number,
		penalty: number,
		weight: number,
		half: number,
	): void;
	/** gradient[bucket[k] - from][j] += count[k] · 32 · delta[j] where from ≤ bucket[k] < to, k in [0, n): float32. */
	outerRows(
		gradient: number,
		from: number,
		to: number,
		width: number,
		bucket: number,
		count: number,
		n: number,
		delta: number,
	): void;
	/** gradient[i][j] += y[i] · delta[j] for i in [0, inputs): float32 += int16 · float32. */
	outer(gradient: number, y: number, inputs: number, delta: number, width: number): void;
	/** a[j] += b[j]: float32. */
	add(a: number, b: number, width: number): void;
	/** Adam, shrinking, clipping and rounding of n parameters; see update.ts. */
	adam(
		latent: number,
		first: number,
		second: number,
		gradient: number,
		quantised: number,
		n: number,
		rate: number,
		secondCorrection: number,
		shrink: number,
		latentLow: number,
		latentHigh: number,
		unit: number,
		low: number,
		high: number,
	): void;
}

/** What one n-gram hit adds to its bucket, as a shift. */
const LOG2_HIT = 5;

function sumRows(): FunctionBuilder {
	const f = new FunctionBuilder("sumRows");
	const [sums, weights, width, bucket, count, n] = f.parameters(I32, I32, I32, I32, I32, I32);
	const [k, row, x, j] = f.locals(I32, I32, V128, I32);
	f.for(k, i32.const(0), n.get, 1, () => {
		const input = i32.load16(i32.add(bucket.get, twice(k)));
		f.set(row, i32.add(weights.get, i32.mul(input, twice(width))));
		f.set(x, i16x8.splat(i32.shl(i32.load8(i32.add(count.get, k.get)), i32.const(LOG2_HIT))));
		multiplyAdd16(f, j, sums, row, x, width);
	});
	return f;
}

/** sums[j] += x · row[j], eight at a time. */
function multiplyAdd16(f: FunctionBuilder, j: Local, sums: Local, row: Local, x: Local, width: Local): void {
	f.for(j, i32.const(0), twice(width), 16, () => {
		const at = i32.add(sums.get, j.get);
		const product = i16x8.mul(x.get, v128.load(i32.add(row.get, j.get)));
		f.do(v128.store(at, i16x8.add(v128.load(at), product)));
	});
}

function addAndShift(): FunctionBuilder {
	const f = new FunctionBuilder("addAndShift");
	const [y, a, b, width, floor] = f.parameters(I32, I32, I32, I32, I32);
	const [j, lowest] = f.locals(I32, V128);
	f.set(lowest, i16x8.splat(floor.get));
	f.for(j, i32.const(0), twice(width), 16, () => {
		const sum = i16x8.add(v128.load(i32.add(a.get, j.get)), v128.load(i32.add(b.get, j.get)));
		f.do(v128.store(i32.add(y.get, j.get), i16x8.max(i16x8.shiftRight(sum, 2), lowest.get)));
	});
	return f;
}

function mask(): FunctionBuilder {
	const f = new FunctionBuilder("mask");
	const [y, bits, width] = f.parameters(I32, I32, I32);
	const j = f.local(I32);
	f.for(j, i32.const(0), twice(width), 16, () => {
		const at = i32.add(y.get, j.get);
		f.do(v128.store(at, i16x8.and(v128.load(at), v128.load(i32.add(bits.get, j.get)))));
	});
	return f;
}

function forward(): FunctionBuilder {
	const f = new FunctionBuilder("forward");
	const [acc, x, inputs, weights, width] = f.parameters(I32, I32, I32, I32, I32);
	const [i, value, row, splat, j] = f.locals(I32, I32, I32, V128, I32);
	f.for(i, i32.const(0), inputs.get, 1, () => {
		f.set(value, i32.load16Signed(i32.add(x.get, twice(i))));
		f.if(value.get, () => {
			f.set(row, i32.add(weights.get, i32.mul(i.get, twice(width))));
			f.set(splat, i16x8.splat(value.get));
			multiplyAdd16(f, j, acc, row, splat, width);
		});
	});
	return f;
}

function backward(): FunctionBuilder {
	const f = new FunctionBuilder("backward");
	const [below, y, inputs, weights, above, width, penalty] = f.parameters(I32, I32, I32, I32, I32, I32, I32);
	const [weight, half] = f.parameters(F32, F32);
	const [i, value, row, sum, j, total] = f.locals(I32, I32, I32, V128, I32, F32);
	f.for(i, i32.const(0), inputs.get, 1, () => {
		f.set(value, i32.load16Signed(i32.add(y.get, twice(i))));
		f.set(total, f32.const(0));
		f.if(value.get, () => {
			f.set(row, i32.add(weights.get, i32.mul(i.get, twice(width))));
			f.set(sum, f32x4.splat(f32.const(0)));
			f.for(j, i32.const(0), twice(width), 8, () => {
				const w = f32x4.convertI32(v128.load16x4(i32.add(row.get, j.get)));
				f.set(sum, f32x4.add(sum.get, f32x4.mul(w, v128.load(i32.add(above.get, twice(j))))));
			});
			const saturated = f32.add(f32.convertI32(value.get), half.get);
			const strength = f32.mul(weight.get, f32.load(i32.add(penalty.get, fourTimes(i))));
			f.set(total, f32.div(f32.mul(strength, half.get), f32.mul(saturated, saturated)));
			for (const lane of [0, 1, 2, 3]) f.set(total, f32.add(total.get, f32x4.lane(sum.get, lane)));
		});
		f.do(f32.store(i32.add(below.get, fourTimes(i)), f32.mul(total.get, f32.const(0.25))));
	});
	return f;
}

function outerRows(): FunctionBuilder {
	const f = new FunctionBuilder("outerRows");
	const [gradient, from, to, width, bucket, count, n, delta] = f.parameters(I32, I32, I32, I32, I32, I32, I32, I32);
	const [k, input, row, x, j] = f.locals(I32, I32, I32, V128, I32);
	f.for(k, i32.const(0), n.get, 1, () => {
		f.set(input, i32.load16(i32.add(bucket.get, twice(k))));
		f.if(i32.ge(input.get, from.get), () => {
			f.if(i32.lt(input.get, to.get), () => {
				f.set(row, i32.add(gradient.get, i32.mul(i32.sub(input.get, from.get), fourTimes(width))));
				const hits = i32.load8(i32.add(count.get, k.get));
				f.set(x, f32x4.splat(f32.convertI32(i32.shl(hits, i32.const(LOG2_HIT)))));
				multiplyAdd32(f, j, row, delta, x, width);
			});
		});
	});
	return f;
}

/** sums[j] += x · row[j], four at a time. */
function multiplyAdd32(f: FunctionBuilder, j: Local, sums: Local, row: Local, x: Local, width: Local): void {
	f.for(j, i32.const(0), fourTimes(width), 16, () => {
		const at = i32.add(sums.get, j.get);
		const product = f32x4.mul(x.get, v128.load(i32.add(row.get, j.get)));
		f.do(v128.store(at, f32x4.add(v128.load(at), product)));
	});
}

function outer(): FunctionBuilder {
	const f = new FunctionBuilder("outer");
	const [gradient, y, inputs, delta, width] = f.parameters(I32, I32, I32, I32, I32);
	const [i, value, row, x, j] = f.locals(I32, I32, I32, V128, I32);
	f.for(i, i32.const(0), inputs.get, 1, () => {
		f.set(value, i32.load16Signed(i32.add(y.get, twice(i))));
		f.if(value.get, () => {
			f.set(row, i32.add(gradient.get, i32.mul(i.get, fourTimes(width))));
			f.set(x, f32x4.splat(f32.convertI32(value.get)));
			multiplyAdd32(f, j, row, delta, x, width);
		});
	});
	return f;
}

function add(): FunctionBuilder {
	const f = new FunctionBuilder("add");
	const [a, b, width] = f.parameters(I32, I32, I32);
	const j = f.local(I32);
	f.for(j, i32.const(0), fourTimes(width), 16, () => {
		const at = i32.add(a.get, j.get);
		f.do(v128.store(at, f32x4.add(v128.load(at), v128.load(i32.add(b.get, j.get)))));
	});
	return f;
}

type EightCodes = [Code, Code, Code, Code, Code, Code, Code, Code];

/** Adam's constants, and an ε far below any gradient that is not zero. */
export const FIRST_DECAY = 0.9;
export const SECOND_DECAY = 0.99;
export const EPSILON = 1e-12;
/**
 * Adding and taking away a small number keeps what is much smaller from shrinking further: moments of dead neurons
 * would otherwise end as denormal numbers, on which processors are a hundred times slower.
 */
const NEGLIGIBLE_FIRST = 1e-20;
const NEGLIGIBLE_SECOND = 1e-28;

function adam(): FunctionBuilder {
	const f = new FunctionBuilder("adam");
	const [latent, first, second, gradient, quantised, n] = f.parameters(I32, I32, I32, I32, I32, I32);
	const scalars = f.parameters(F32, F32, F32, F32, F32, F32, F32, F32);
	const j = f.local(I32);
	const splat = (scalar: Local): Code => {
		const vector = f.local(V128);
		f.set(vector, f32x4.splat(scalar.get));
		return vector.get;
	};
	const [rate, secondCorrection, shrink, latentLow, latentHigh, unit, low, high] = scalars.map(splat) as EightCodes;
	const [g, m, s, v, negated, integersA, integersB] = f.locals(V128, V128, V128, V128, V128, V128, V128);
	f.set(negated, f32x4.sub(f32x4.splat(f32.const(0)), shrink));
	const zero = f32x4.splat(f32.const(0));
	const decay = (old: Code, share: number, value: Code, negligible: number): Code => {
		const kept = f32x4.mul(f32x4.splat(f32.const(share)), old);
		const mean = f32x4.add(kept, f32x4.mul(f32x4.splat(f32.const(1 - share)), value));
		const tiny = f32x4.splat(f32.const(negligible));
		return f32x4.sub(f32x4.add(mean, tiny), tiny);
	};
	/** Four parameters at byte offset 4·j + offset; leaves their rounded values in `integers`. */
	const four = (offset: number, integers: Local): void => {
		const at = (base: Local): Code => i32.add(base.get, fourTimes(j));
		f.set(g, v128.load(at(gradient), offset));
		f.set(m, decay(v128.load(at(first), offset), FIRST_DECAY, g.get, NEGLIGIBLE_FIRST));
		f.do(v128.store(at(first), m.get, offset));
		f.set(s, decay(v128.load(at(second), offset), SECOND_DECAY, f32x4.mul(g.get, g.get), NEGLIGIBLE_SECOND));
		f.do(v128.store(at(second), s.get, offset));
		const root = f32x4.add(f32x4.sqrt(f32x4.mul(s.get, secondCorrection)), f32x4.splat(f32.const(EPSILON)));
		f.set(v, f32x4.sub(v128.load(at(latent), offset), f32x4.div(f32x4.mul(rate, m.get), root)));
		// sign(v) · max(0, |v| - shrink)
		f.set(v, f32x4.add(f32x4.max(f32x4.sub(v.get, shrink), zero), f32x4.min(f32x4.sub(v.get, negated.get), zero)));
		f.set(v, f32x4.max(f32x4.min(v.get, latentHigh), latentLow));
		f.do(v128.store(at(latent), v.get, offset));
		const rounded = f32x4.floor(f32x4.add(f32x4.mul(v.get, unit), f32x4.splat(f32.const(0.5))));
		f.set(integers, f32x4.truncate(f32x4.max(f32x4.min(rounded, high), low)));
	};
	f.for(j, i32.const(0), n.get, 8, () => {
		four(0, integersA);
		four(16, integersB);
		f.do(v128.store(i32.add(quantised.get, twice(j)), i16x8.narrow(integersA.get, integersB.get)));
	});
	return f;
}

const twice = (local: Local): Code => i32.shl(local.get, i32.const(1));
const fourTimes = (local: Local): Code => i32.shl(local.get, i32.const(2));

/** Compiles the kernels over an arena's memory; each thread does so for itself. */
export function compileKernels(memory: SharedMemory): Kernels {
	const functions = [sumRows(), addAndShift(), mask(), forward(), backward(), outerRows(), outer(), add(), adam()];
	const module = new wasmApi.Module(encodeModule(functions, MINIMUM_PAGES, MAXIMUM_PAGES));
	return new wasmApi.Instance(module, { env: { memory } }).exports as unknown as Kernels;
}
