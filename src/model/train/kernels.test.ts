import { beforeEach, describe, expect, test } from "vitest";
import { Random } from "../../base/random.js";
import { Arena } from "./arena.js";
import { compileKernels, EPSILON, FIRST_DECAY, type Kernels, SECOND_DECAY } from "./kernels.js";
import { BIAS_ROUNDING, quantise, WEIGHT_ROUNDING } from "./parameters.js";
import { address } from "./workspace.js";

/** Each kernel against the loop its documentation states, in plain TypeScript. */

const WIDTH = 24;
/** Of 32-bit floats: below it, arithmetic is slow. */
const SMALLEST_NORMAL = 2 ** -126;
let arena: Arena;
let kernels: Kernels;
let random: Random;

beforeEach(() => {
	arena = new Arena();
	kernels = compileKernels(arena.memory);
	random = new Random(42);
});

function int16s(length: number, range: number): Int16Array {
	const array = arena.take(Int16Array, length);
	for (let i = 0; i < length; i++) array[i] = random.int(2 * range + 1) - range;
	return array;
}

function floats(length: number): Float32Array {
	const array = arena.take(Float32Array, length);
	for (let i = 0; i < length; i++) array[i] = random.normal();
	return array;
}

function sparse(inputs: number, length: number): { bucket: Uint16Array; count: Uint8Array } {
	const bucket = arena.take(Uint16Array, length);
	const count = arena.take(Uint8Array, length);
	for (let k = 0; k < length; k++) {
		bucket[k] = random.int(inputs);
		count[k] = 1 + random.int(3);
	}
	return { bucket, count };
}

const wrap = (value: number) => (value << 16) >> 16;

describe("forward", () => {
	test("sumRows", () => {
		const weights = int16s(50 * WIDTH, 2);
		const sums = int16s(WIDTH, 32767);
		const { bucket, count } = sparse(50, 9);
		const expected = Array.from(sums, (sum, j) => {
			let total = sum;
			for (let k = 0; k < 9; k++) {
				total += (count[k] as number) * 32 * (weights[(bucket[k] as number) * WIDTH + j] as number);
			}
			return wrap(total);
		});
		kernels.sumRows(sums.byteOffset, weights.byteOffset, WIDTH, bucket.byteOffset, count.byteOffset, 9);
		expect([...sums]).toEqual(expected);
	});

	test.each([0, -32768])("addAndShift, floor %i", (floor) => {
		const [a, b, y] = [int16s(WIDTH, 32767), int16s(WIDTH, 32767), int16s(WIDTH, 0)];
		const expected = Array.from(a, (value, j) => Math.max(floor, wrap(value + (b[j] as number)) >> 2));
		kernels.addAndShift(y.byteOffset, a.byteOffset, b.byteOffset, WIDTH, floor);
		expect([...y]).toEqual(expected);
	});

	test("mask", () => {
		const [y, bits] = [int16s(WIDTH, 32767), int16s(WIDTH, 1).map((bit) => (bit > 0 ? -1 : 0))];
		const shared = arena.take(Int16Array, WIDTH);
		shared.set(bits);
		const expected = Array.from(y, (value, j) => (bits[j] === 0 ? 0 : value));
		kernels.mask(y.byteOffset, shared.byteOffset, WIDTH);
		expect([...y]).toEqual(expected);
	});

	test("forward wraps like the machine", () => {
		const x = int16s(11, 8191);
		x.fill(0, 3, 6);
		const [weights, acc] = [int16s(11 * WIDTH, 2), int16s(WIDTH, 32767)];
		const expected = Array.from(acc, (value, j) => {
			let total = value;
			for (let i = 0; i < 11; i++) total += (x[i] as number) * (weights[i * WIDTH + j] as number);
			return wrap(total);
		});
		kernels.forward(acc.byteOffset, x.byteOffset, 11, weights.byteOffset, WIDTH);
		expect([...acc]).toEqual(expected);
	});
});

describe("backward", () => {
	test("backward", () => {
		const y = int16s(11, 100).map(Math.abs);
		const shared = arena.take(Int16Array, 11);
		shared.set(y);
		shared[4] = 0;
		const [weights, above, below] = [int16s(11 * WIDTH, 2), floats(WIDTH), floats(11)];
		const penalties = floats(11).map(Math.abs);
		const penalty = arena.take(Float32Array, 11);
		penalty.set(penalties);
		kernels.backward(
			below.byteOffset,
			shared.byteOffset,
			11,
			weights.byteOffset,
			above.byteOffset,
			WIDTH,
			penalty.byteOffset,
			0.5,
			32,
		);
		for (let i = 0; i < 11; i++) {
			let total = (0.5 * (penalties[i] as number) * 32) / ((shared[i] as number) + 32) ** 2;
			for (let j = 0; j < WIDTH; j++) total += (weights[i * WIDTH + j] as number) * (above[j] as number);
			expect(below[i]).toBeCloseTo(i === 4 ? 0 : total / 4, 5);
		}
	});

	test("outerRows touches only its range of buckets", () => {
		const [gradient, delta] = [floats(10 * WIDTH), floats(WIDTH)];
		const { bucket, count } = sparse(40, 30);
		const expected = Float64Array.from(gradient);
		for (let k = 0; k < 30; k++) {
			const row = (bucket[k] as number) - 15;
			if (row < 0 || row >= 10) continue;
			for (let j = 0; j < WIDTH; j++) {
				const at = row * WIDTH + j;
				expected[at] = (expected[at] as number) + 32 * (count[k] as number) * (delta[j] as number);
			}
		}
		kernels.outerRows(gradient.byteOffset, 15, 25, WIDTH, bucket.byteOffset, count.byteOffset, 30, delta.byteOffset);
		for (const [i, value] of gradient.entries()) expect(value).toBeCloseTo(expected[i] as number, 3);
	});

	test("outer and add", () => {
		const [gradient, delta, y] = [floats(6 * WIDTH), floats(WIDTH), int16s(6, 50)];
		y[2] = 0;
		const expected = gradient.map(
			(value, k) => value + (y[Math.floor(k / WIDTH)] as number) * (delta[k % WIDTH] as number),
		);
		kernels.outer(gradient.byteOffset, y.byteOffset, 6, delta.byteOffset, WIDTH);
		for (const [i, value] of gradient.entries()) expect(value).toBeCloseTo(expected[i] as number, 4);

		const sum = delta.map((value, j) => value + (gradient[j] as number));
		kernels.add(delta.byteOffset, gradient.byteOffset, WIDTH);
		expect([...delta]).toEqual([...sum]);
	});
});

describe("adam", () => {
	test.each([
		["weights", WEIGHT_ROUNDING, 0.004],
		["biases", BIAS_ROUNDING, 0],
	] as const)("%s", (_, rounding, shrink) => {
		const n = 32;
		const [latent, first, gradient] = [floats(n), floats(n), floats(n)];
		const second = floats(n).map(Math.abs);
		const shared = arena.take(Float32Array, n);
		shared.set(second);
		const quantised = arena.take(Int16Array, n);
		gradient[5] = 0;
		first[5] = 0;
		latent[5] = shrink / 2;
		const expected = Array.from(latent, (v, p) => {
			const g = gradient[p] as number;
			const m = FIRST_DECAY * (first[p] as number) + (1 - FIRST_DECAY) * g;
			const s = SECOND_DECAY * (second[p] as number) + (1 - SECOND_DECAY) * g * g;
			const moved = v - (0.03 * m) / (Math.sqrt(s * 1.5) + EPSILON);
			const shrunk = Math.sign(moved) * Math.max(0, Math.abs(moved) - shrink);
			return { m, s, v: Math.min(rounding.latentHigh, Math.max(rounding.latentLow, shrunk)) };
		});
		const { latentLow, latentHigh, unit, low, high } = rounding;
		kernels.adam(
			address(latent, 0),
			address(first, 0),
			address(shared, 0),
			address(gradient, 0),
			address(quantised, 0),
			n,
			0.03,
			1.5,
			shrink,
			latentLow,
			latentHigh,
			unit,
			low,
			high,
		);
		for (const [p, { m, s, v }] of expected.entries()) {
			expect(first[p]).toBeCloseTo(m, 5);
			expect(shared[p]).toBeCloseTo(s, 5);
			expect(latent[p]).toBeCloseTo(v, 5);
			expect(quantised[p]).toBe(quantise(latent[p] as number, rounding));
		}
		expect(latent[5]).toBe(0);
	});

	test("moments of what gets no gradient never become denormal numbers", () => {
		const [latent, first, second, gradient] = [floats(8), floats(8), floats(8).fill(1e-6), floats(8).fill(0)];
		const quantised = arena.take(Int16Array, 8);
		const { latentLow, latentHigh, unit, low, high } = WEIGHT_ROUNDING;
		for (let step = 0; step < 8000; step++) {
			kernels.adam(
				latent.byteOffset,
				first.byteOffset,
				second.byteOffset,
				gradient.byteOffset,
				quantised.byteOffset,
				8,
				0,
				1,
				0,
				latentLow,
				latentHigh,
				unit,
				low,
				high,
			);
		}
		for (const moment of [...first, ...second]) {
			expect(Math.abs(moment)).toBeLessThan(1e-25);
			expect(moment === 0 || Math.abs(moment) > SMALLEST_NORMAL).toBe(true);
		}
	});
});
