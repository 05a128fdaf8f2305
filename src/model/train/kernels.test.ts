import { beforeEach, describe, expect, test } from "vitest";
import { Random } from "../../base/random.js";
import { Arena } from "./arena.js";
import { compileKernels, type Kernels } from "./kernels.js";
import { EPSILON, FIRST_DECAY, SECOND_DECAY } from "./kernels-adam.js";
import { BLOCK, TILE } from "./kernels-inverse.js";
import { BIAS_ROUNDING, quantise, type Rounding, WEIGHT_ROUNDING } from "./parameters.js";
import { address } from "./workspace.js";

/** Each kernel against the loop its documentation states, in plain TypeScript. */

/** 15 vectors of 16-bit numbers: blocks of 8, 4, 2 and 1. */
const WIDTH = 120;
const EXAMPLES = 7;
const INPUTS = 16;
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

function doubles(length: number): Float64Array {
	const array = arena.take(Float64Array, length);
	for (let i = 0; i < length; i++) array[i] = random.normal();
	return array;
}

function int32s(length: number, below: number): Int32Array {
	const array = arena.take(Int32Array, length);
	for (let i = 0; i < length; i++) array[i] = random.int(below);
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

/** Outputs of a hidden layer, [EXAMPLES][INPUTS]: many are 0, one example has none, one neuron is never active. */
function activations(): Int16Array {
	const y = int16s(EXAMPLES * INPUTS, 9000);
	for (let k = 0; k < y.length; k++) if (random.int(3) > 0 || k % INPUTS === 4) y[k] = 0;
	y.fill(0, 2 * INPUTS, 3 * INPUTS);
	return y;
}

/** The lists of what is active in y, made by the kernels. */
function listsOf(y: Int16Array) {
	const [list, count] = [arena.take(Uint16Array, y.length), arena.take(Int32Array, EXAMPLES)];
	const [users, userCount] = [arena.take(Uint16Array, y.length), int32s(INPUTS, 9)];
	kernels.listActive(address(y, 0), EXAMPLES, INPUTS, address(list, 0), address(count, 0));
	kernels.listUsers(address(list, 0), address(count, 0), EXAMPLES, INPUTS, address(users, 0), address(userCount, 0));
	return { list, count, users, userCount };
}

const wrap = (value: number) => (value << 16) >> 16;

describe("forward", () => {
	test("sumRows", () => {
		const weights = int16s(50 * WIDTH, 2);
		const [first, sums] = [int16s(WIDTH, 32767), int16s(WIDTH, 0)];
		const { bucket, count } = sparse(50, 9);
		const expected = Array.from(first, (sum, j) => {
			let total = sum;
			for (let k = 0; k < 9; k++) {
				total += (count[k] as number) * 32 * (weights[(bucket[k] as number) * WIDTH + j] as number);
			}
			return wrap(total);
		});
		kernels.sumRows(
			address(sums, 0),
			address(first, 0),
			address(weights, 0),
			WIDTH,
			address(bucket, 0),
			address(count, 0),
			9,
		);
		expect([...sums]).toEqual(expected);
	});

	test.each([0, -32768])("firstLayer, floor %i", (floor) => {
		const [query, contexts, slot] = [int16s(WIDTH, 32767), int16s(3 * WIDTH, 32767), int32s(EXAMPLES, 3)];
		const y = int16s(EXAMPLES * WIDTH, 5);
		const expected = Array.from(y, (_, k) => {
			const [e, j] = [Math.floor(k / WIDTH), k % WIDTH];
			const context = contexts[(slot[e] as number) * WIDTH + j] as number;
			return Math.max(floor, wrap((query[j] as number) + context) >> 2);
		});
		kernels.firstLayer(
			address(y, 0),
			address(query, 0),
			address(contexts, 0),
			address(slot, 0),
			EXAMPLES,
			WIDTH,
			floor,
		);
		expect([...y]).toEqual(expected);
	});

	test("mask", () => {
		const [y, masks, start] = [int16s(EXAMPLES * WIDTH, 32767), int16s(500, 1), int32s(EXAMPLES, 500 - WIDTH)];
		for (const [k, bit] of masks.entries()) masks[k] = bit > 0 ? -1 : 0;
		const expected = Array.from(y, (value, k) =>
			masks[(start[Math.floor(k / WIDTH)] as number) + (k % WIDTH)] === 0 ? 0 : value,
		);
		kernels.mask(address(y, 0), address(masks, 0), address(start, 0), EXAMPLES, WIDTH);
		expect([...y]).toEqual(expected);
	});

	test("listActive and listUsers", () => {
		const y = activations();
		const { list, count, users, userCount } = listsOf(y);
		const isActive = (e: number, i: number) => y[e * INPUTS + i] !== 0;
		const all = (length: number) => Array.from({ length }, (_, k) => k);
		for (const e of all(EXAMPLES)) {
			const row = list.subarray(e * INPUTS, e * INPUTS + (count[e] as number));
			expect([...row]).toEqual(all(INPUTS).filter((i) => isActive(e, i)));
		}
		for (const i of all(INPUTS)) {
			const row = users.subarray(i * EXAMPLES, i * EXAMPLES + (userCount[i] as number));
			expect([...row]).toEqual(all(EXAMPLES).filter((e) => isActive(e, i)));
		}
	});

	test.each([0, -32768])("forward wraps like the machine, floor %i", (floor) => {
		const x = activations();
		const { list, count } = listsOf(x);
		const [weights, biases, y] = [int16s(INPUTS * WIDTH, 2), int16s(WIDTH, 32767), int16s(EXAMPLES * WIDTH, 9)];
		const expected = Array.from(y, (_, k) => {
			const [e, j] = [Math.floor(k / WIDTH), k % WIDTH];
			let total = biases[j] as number;
			for (let i = 0; i < INPUTS; i++) total += (x[e * INPUTS + i] as number) * (weights[i * WIDTH + j] as number);
			return Math.max(floor, wrap(total) >> 2);
		});
		kernels.forward(
			address(y, 0),
			address(x, 0),
			address(list, 0),
			address(count, 0),
			EXAMPLES,
			INPUTS,
			address(weights, 0),
			address(biases, 0),
			WIDTH,
			floor,
		);
		expect([...y]).toEqual(expected);
	});
});

describe("backward", () => {
	test("backward", () => {
		const y = activations();
		for (const [k, value] of y.entries()) y[k] = Math.abs(value) % 100;
		const { users, userCount } = listsOf(y);
		const [weights, above, below] = [int16s(INPUTS * WIDTH, 2), floats(EXAMPLES * WIDTH), floats(y.length)];
		const [penalty, toll] = [floats(INPUTS), floats(EXAMPLES)];
		kernels.backward(
			address(below, 0),
			address(y, 0),
			address(users, 0),
			address(userCount, 0),
			EXAMPLES,
			INPUTS,
			address(weights, 0),
			address(above, 0),
			WIDTH,
			address(penalty, 0),
			address(toll, 0),
			32,
		);
		for (const [k, value] of y.entries()) {
			const [e, i] = [Math.floor(k / INPUTS), k % INPUTS];
			let total = ((toll[e] as number) * (penalty[i] as number) * 32) / (value + 32) ** 2;
			for (let j = 0; j < WIDTH; j++) {
				total += (weights[i * WIDTH + j] as number) * (above[e * WIDTH + j] as number);
			}
			expect(below[k]).toBeCloseTo(value === 0 ? 0 : total / 4, 4);
		}
	});

	test("outer, over several tasks", () => {
		const tasks = [activations(), activations(), activations()];
		const y = arena.take(Int16Array, 3 * EXAMPLES * INPUTS);
		const users = arena.take(Uint16Array, y.length);
		const userCount = arena.take(Int32Array, 3 * INPUTS);
		const first = arena.take(Int32Array, 4);
		for (const [t, values] of tasks.entries()) {
			const lists = listsOf(values);
			y.set(values, t * EXAMPLES * INPUTS);
			users.set(lists.users, t * EXAMPLES * INPUTS);
			userCount.set(lists.userCount, t * INPUTS);
			first[t + 1] = (t + 1) * EXAMPLES;
		}
		const [delta, gradient] = [floats(3 * EXAMPLES * WIDTH), floats(6 * WIDTH)];
		kernels.outer(
			address(gradient, 0),
			3,
			9,
			address(y, 0),
			INPUTS,
			address(users, 0),
			address(userCount, 0),
			address(first, 0),
			3,
			address(delta, 0),
			WIDTH,
		);
		for (const [k, value] of gradient.entries()) {
			let total = 0;
			for (let e = 0; e < 3 * EXAMPLES; e++) {
				const at = e * INPUTS + 3 + Math.floor(k / WIDTH);
				total += (y[at] as number) * (delta[e * WIDTH + (k % WIDTH)] as number);
			}
			expect(Math.abs(value - total)).toBeLessThan(0.02);
		}
	});

	test("invert, then gather", () => {
		const [buckets, rows, from, to] = [40, int32s(5, 8), 15, 25];
		const start = arena.take(Int32Array, 9);
		for (let r = 0; r < 8; r++) start[r + 1] = (start[r] as number) + 1 + (r % 4) * 2;
		const { bucket, count } = sparse(buckets, start[8] as number);
		const outStart = int32s(buckets + 2, 9);
		const [outRow, outCount] = [arena.take(Uint16Array, 100), arena.take(Uint8Array, 100)];
		const lists = [address(outStart, 0), address(outRow, 0), address(outCount, 0)] as const;
		kernels.invert(
			address(rows, 0),
			rows.length,
			address(start, 0),
			address(bucket, 0),
			address(count, 0),
			buckets,
			...lists,
		);
		const [delta, gradient] = [floats(rows.length * WIDTH), floats((to - from) * WIDTH)];
		kernels.gather(address(gradient, 0), from, to, ...lists, address(delta, 0), WIDTH);

		const expected = new Float64Array(buckets * WIDTH);
		let hits = 0;
		for (const [r, row] of rows.entries()) {
			for (let k = start[row] as number; k < (start[row + 1] as number); k++) {
				hits++;
				for (let j = 0; j < WIDTH; j++) {
					const at = (bucket[k] as number) * WIDTH + j;
					expected[at] = (expected[at] as number) + 32 * (count[k] as number) * (delta[r * WIDTH + j] as number);
				}
			}
		}
		expect(outStart[0]).toBe(0);
		expect(outStart[buckets]).toBe(hits);
		expect(gradient.some((value) => value !== 0)).toBe(true);
		for (const [k, value] of gradient.entries()) expect(value).toBeCloseTo(expected[from * WIDTH + k] as number, 3);
	});

	test("sumColumns and addBySlot", () => {
		const [rows, sums] = [floats(EXAMPLES * WIDTH), floats(WIDTH)];
		kernels.sumColumns(address(sums, 0), address(rows, 0), EXAMPLES, WIDTH);
		for (const [j, value] of sums.entries()) {
			let total = 0;
			for (let e = 0; e < EXAMPLES; e++) total += rows[e * WIDTH + j] as number;
			expect(value).toBeCloseTo(total, 4);
		}

		const [bySlot, slot] = [floats(3 * 8), int32s(EXAMPLES, 3)];
		const expected = Float64Array.from(bySlot);
		for (let e = 0; e < EXAMPLES; e++) {
			for (let j = 0; j < 8; j++) {
				const at = (slot[e] as number) * 8 + j;
				expected[at] = (expected[at] as number) + (rows[e * WIDTH + 16 + j] as number);
			}
		}
		kernels.addBySlot(address(bySlot, 0), 8, address(rows, 16), WIDTH, address(slot, 0), EXAMPLES);
		for (const [k, value] of bySlot.entries()) expect(value).toBeCloseTo(expected[k] as number, 4);
	});
});

describe("adam", () => {
	const [ROWS, COLUMNS, STRIDE] = [3, 16, 24];

	interface Parameters {
		readonly latent: Float32Array;
		readonly first: Float32Array;
		readonly second: Float32Array;
		readonly gradient: Float32Array;
		readonly quantised: Int16Array;
		readonly strengths: Float32Array;
		readonly centres: Float32Array;
	}

	function parameters(): Parameters {
		const [latent, first, second] = [floats(ROWS * STRIDE), floats(ROWS * STRIDE), floats(ROWS * STRIDE)];
		for (const [p, s] of second.entries()) second[p] = Math.abs(s);
		const strengths = floats(ROWS);
		for (const [r] of strengths.entries()) strengths[r] = 0.05 * (r + 1);
		const centres = floats(ROWS);
		centres.set([-2, 1, 0]);
		const [gradient, quantised] = [floats(ROWS * COLUMNS), int16s(ROWS * STRIDE, 0)];
		return { latent, first, second, gradient, quantised, strengths, centres };
	}

	function update(given: Parameters, learningRate: number, rounding: Rounding): void {
		const { latent, first, second, gradient, quantised } = given;
		const arrays = [latent, first, second, gradient, quantised].map((array) => address(array, 0));
		const [a = 0, b = 0, c = 0, d = 0, e = 0] = arrays;
		const { latentLow, latentHigh, unit, low, high } = rounding;
		const [rate, correction] = [learningRate * 1.25, 1.5];
		const [strengths, centres] = [address(given.strengths, 0), address(given.centres, 0)];
		const limits = [latentLow, latentHigh, unit, low, high] as const;
		kernels.adam(
			a,
			b,
			c,
			d,
			e,
			ROWS,
			COLUMNS,
			STRIDE,
			strengths,
			centres,
			4,
			rate,
			learningRate,
			correction,
			...limits,
		);
	}

	test.each([
		["weights", WEIGHT_ROUNDING],
		["biases", BIAS_ROUNDING],
	] as const)("%s", (_, rounding) => {
		const given = parameters();
		const { latent, first, second, gradient, quantised, strengths, centres } = given;
		// In the last row: nothing but shrinking, past zero, so that exactly zero is left.
		const still = 2 * STRIDE + 5;
		gradient[2 * COLUMNS + 5] = 0;
		first[still] = 0;
		latent[still] = 0.001;
		const [before, m0, s0] = [latent.slice(), first.slice(), second.slice()];
		update(given, 0.03, rounding);
		let compared = 0;
		for (const [p, v0] of before.entries()) {
			const [r, j] = [Math.floor(p / STRIDE), p % STRIDE];
			if (j >= COLUMNS) {
				expect(latent[p]).toBe(v0);
				continue;
			}
			const g = gradient[r * COLUMNS + j] as number;
			const m = FIRST_DECAY * (m0[p] as number) + (1 - FIRST_DECAY) * g;
			const s = SECOND_DECAY * (s0[p] as number) + (1 - SECOND_DECAY) * g * g;
			const moved = v0 - (0.03 * 1.25 * m) / (Math.sqrt(s * 1.5) + EPSILON);
			const centre = centres[r] as number;
			const away = moved - centre;
			const shrunk = centre + Math.sign(away) * Math.max(0, Math.abs(away) - 0.03 * (strengths[r] as number));
			expect(first[p]).toBeCloseTo(m, 5);
			expect(second[p]).toBeCloseTo(s, 5);
			expect(latent[p]).toBeCloseTo(Math.min(rounding.latentHigh, Math.max(rounding.latentLow, shrunk)), 5);
			expect(quantised[p]).toBe(quantise(latent[p] as number, rounding));
			compared++;
		}
		expect(compared).toBe(ROWS * COLUMNS);
		expect(latent[still]).toBe(0);
	});

	test("moments of what gets no gradient never become denormal numbers", () => {
		const given = parameters();
		given.gradient.fill(0);
		given.second.fill(1e-6);
		for (let step = 0; step < 8000; step++) update(given, 0, WEIGHT_ROUNDING);
		for (const at of [0, STRIDE, 2 * STRIDE]) {
			for (const moments of [given.first, given.second]) {
				for (const moment of moments.subarray(at, at + COLUMNS)) {
					expect(Math.abs(moment)).toBeLessThan(1e-25);
					expect(moment === 0 || Math.abs(moment) > SMALLEST_NORMAL).toBe(true);
				}
			}
		}
	});
});

test("addProducts, to the last bit", () => {
	const [columns, stride] = [3 * TILE, 3 * TILE + 5];
	const [out, a, b] = [doubles(TILE * stride), doubles(TILE * BLOCK), doubles(columns * BLOCK)];
	const expected = out.slice();
	for (let r = 0; r < TILE; r++) {
		for (let j = 0; j < columns; j++) {
			let sum = 0;
			for (let k = 0; k < BLOCK; k++) {
				const ofTile = b[(Math.floor(j / TILE) * BLOCK + k) * TILE + (j % TILE)] as number;
				sum += (a[r * BLOCK + k] as number) * ofTile;
			}
			expected[r * stride + j] = (expected[r * stride + j] as number) + sum;
		}
	}
	kernels.addProducts(address(out, 0), stride, address(a, 0), address(b, 0), columns);
	expect([...out]).toEqual([...expected]);
});
