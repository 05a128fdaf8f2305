/**
 * The kernel that changes parameters: Adam's moments and step, shrinking towards a centre, clipping, and rounding to the
 * integers that the machine will hold. See update.ts for the formulas.
 */
import { at32, fourTimes, plus, twice } from "./columns.js";
import { type Code, F32, FunctionBuilder, f32, f32x4, I32, i16x8, i32, i32x4, type Local, V128, v128 } from "./wasm.js";

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
/** A float of this size has no bits after the point: added to an integer, its low bits are that integer. */
const ROUNDER = 1.5 * 2 ** 23;
const ROUNDER_BITS = 0x4b400000;

type Splats = [Code, Code, Code, Code, Code, Code, Code, Code];

export function adam(): FunctionBuilder {
	const f = new FunctionBuilder("adam");
	const [latent, first, second, gradient, quantised] = f.parameters(I32, I32, I32, I32, I32);
	const [rows, width, stride, strengths, centres, step] = f.parameters(I32, I32, I32, I32, I32, I32);
	const scalars = f.parameters(F32, F32, F32, F32, F32, F32, F32, F32);
	const [r, j, bytes, at, offset] = f.locals(I32, I32, I32, I32, I32);
	const splat = (scalar: Local): Code => {
		const vector = f.local(V128);
		f.set(vector, f32x4.splat(scalar.get));
		return vector.get;
	};
	const [rate, learningRate, secondCorrection, latentLow, latentHigh, unit, low, high] = scalars.map(splat) as Splats;
	const [g, m, s, v, shrink, negated, centre] = f.locals(V128, V128, V128, V128, V128, V128, V128);
	const [integersA, integersB] = f.locals(V128, V128);
	const constant = (value: number): Code => f32x4.splat(f32.const(value));
	const decay = (old: Code, share: number, value: Code, negligible: number): Code => {
		const mean = f32x4.add(f32x4.mul(constant(share), old), f32x4.mul(constant(1 - share), value));
		return f32x4.sub(f32x4.add(mean, constant(negligible)), constant(negligible));
	};
	/** Four parameters at byte offset 4·(at + j) + from; leaves their rounded values in `integers`. */
	const four = (from: number, integers: Local): void => {
		const of = (base: Local): Code => i32.add(at32(base, at), fourTimes(j));
		f.set(g, v128.load(at32(gradient, j), from));
		f.set(m, decay(v128.load(of(first), from), FIRST_DECAY, g.get, NEGLIGIBLE_FIRST));
		f.do(v128.store(of(first), m.get, from));
		f.set(s, decay(v128.load(of(second), from), SECOND_DECAY, f32x4.mul(g.get, g.get), NEGLIGIBLE_SECOND));
		f.do(v128.store(of(second), s.get, from));
		const root = f32x4.add(f32x4.sqrt(f32x4.mul(s.get, secondCorrection)), constant(EPSILON));
		f.set(v, f32x4.sub(v128.load(of(latent), from), f32x4.div(f32x4.mul(rate, m.get), root)));
		// centre + sign(v - centre) · max(0, |v - centre| - shrink)
		const away = f32x4.sub(v.get, centre.get);
		f.set(v, f32x4.sub(v.get, f32x4.max(f32x4.min(away, shrink.get), negated.get)));
		f.set(v, f32x4.max(f32x4.min(v.get, latentHigh), latentLow));
		f.do(v128.store(of(latent), v.get, from));
		const rounded = f32x4.floor(f32x4.add(f32x4.mul(v.get, unit), constant(0.5)));
		const inRange = f32x4.max(f32x4.min(rounded, high), low);
		f.set(integers, i32x4.sub(f32x4.add(inRange, constant(ROUNDER)), i32x4.splat(i32.const(ROUNDER_BITS))));
	};
	f.set(bytes, fourTimes(width));
	f.for(r, i32.const(0), rows.get, 1, () => {
		f.set(shrink, f32x4.mul(learningRate, f32x4.splat(f32.load(plus(strengths, offset)))));
		f.set(centre, f32x4.splat(f32.load(plus(centres, offset))));
		f.set(negated, f32x4.sub(constant(0), shrink.get));
		f.for(j, i32.const(0), width.get, 8, () => {
			four(0, integersA);
			four(16, integersB);
			const to = i32.add(quantised.get, i32.add(twice(at), twice(j)));
			f.do(v128.store(to, i16x8.narrow(integersA.get, integersB.get)));
		});
		f.set(gradient, plus(gradient, bytes));
		f.set(at, plus(at, stride));
		f.set(offset, plus(offset, step));
	});
	return f;
}
