/**
 * Compares ways to do the arithmetic of training (`npm run bench:training -- --arithmetic`): one layer's forward pass,
 * deltas and gradient for a mini-batch in which 30% of the layer's inputs are active, on one thread.
 *
 *   typed arrays, dense     plain JavaScript over every input
 *   typed arrays, sparse    plain JavaScript over the active inputs only
 *   WebAssembly SIMD        the kernels that training uses (src/model/train/kernels.ts), lists of active inputs included
 *
 * All three compute the same numbers, which is checked. Figures are processor time, the best of several rounds.
 */
import { Random } from "../dist/base/random.js";
import { Arena } from "../dist/model/train/arena.js";
import { compileKernels } from "../dist/model/train/kernels.js";
import { address } from "../dist/model/train/workspace.js";

const ROUNDS = 9;
const PASSES = 8;
const ACTIVE = 0.3;
/** Examples of a mini-batch, and those one thread works on at a time. */
const EXAMPLES = 384;
const TASK = 48;

/** A layer's numbers: weights of -2 to 1, outputs of the layer below, deltas of its own neurons. */
function layer(inputs, width) {
	const random = new Random(1);
	const arena = new Arena();
	const make = (type, length, value = () => 0) => {
		const array = arena.take(type, length);
		for (let k = 0; k < length; k++) array[k] = value();
		return array;
	};
	const numbers = {
		x: make(Int16Array, EXAMPLES * inputs, () => (random.next() < ACTIVE ? 1 + random.int(200) : 0)),
		weights: make(Int16Array, inputs * width, () => random.int(4) - 2),
		biases: make(Int16Array, width),
		y: make(Int16Array, EXAMPLES * width),
		above: make(Float32Array, EXAMPLES * width, () => random.normal() / 1000),
		below: make(Float32Array, EXAMPLES * inputs),
		gradient: make(Float32Array, inputs * width),
		list: make(Uint16Array, EXAMPLES * inputs),
		count: make(Int32Array, EXAMPLES),
		users: make(Uint16Array, EXAMPLES * inputs),
		userCount: make(Int32Array, (EXAMPLES / TASK) * inputs),
		first: make(Int32Array, EXAMPLES / TASK + 1),
		zeros: make(Float32Array, EXAMPLES + inputs),
	};
	for (let t = 0; t < numbers.first.length; t++) numbers.first[t] = t * TASK;
	return { inputs, width, kernels: compileKernels(arena.memory), ...numbers };
}

function dense({ inputs, width, x, weights, y, above, below, gradient }) {
	const acc = new Int32Array(width);
	gradient.fill(0);
	for (let e = 0; e < EXAMPLES; e++) {
		acc.fill(0);
		for (let i = 0; i < inputs; i++) {
			const value = x[e * inputs + i];
			for (let j = 0; j < width; j++) acc[j] += value * weights[i * width + j];
		}
		for (let j = 0; j < width; j++) y[e * width + j] = Math.max(0, ((acc[j] << 16) >> 16) >> 2);
		for (let i = 0; i < inputs; i++) {
			const value = x[e * inputs + i];
			let sum = 0;
			for (let j = 0; j < width; j++) {
				const delta = above[e * width + j];
				sum += weights[i * width + j] * delta;
				gradient[i * width + j] += value * delta;
			}
			below[e * inputs + i] = value === 0 ? 0 : sum / 4;
		}
	}
}

function sparse({ inputs, width, x, weights, y, above, below, gradient }) {
	const acc = new Int32Array(width);
	gradient.fill(0);
	below.fill(0);
	for (let e = 0; e < EXAMPLES; e++) {
		acc.fill(0);
		for (let i = 0; i < inputs; i++) {
			const value = x[e * inputs + i];
			if (value === 0) continue;
			for (let j = 0; j < width; j++) acc[j] += value * weights[i * width + j];
		}
		for (let j = 0; j < width; j++) y[e * width + j] = Math.max(0, ((acc[j] << 16) >> 16) >> 2);
		for (let i = 0; i < inputs; i++) {
			const value = x[e * inputs + i];
			if (value === 0) continue;
			let sum = 0;
			for (let j = 0; j < width; j++) {
				const delta = above[e * width + j];
				sum += weights[i * width + j] * delta;
				gradient[i * width + j] += value * delta;
			}
			below[e * inputs + i] = sum / 4;
		}
	}
}

function simd(given) {
	const { inputs, width, kernels, x, weights, biases, y, above, below, gradient } = given;
	const { list, count, users, userCount, first, zeros } = given;
	for (let e = 0; e < EXAMPLES; e += TASK) {
		const [xAt, yAt, listAt] = [address(x, e * inputs), address(y, e * width), address(list, e * inputs)];
		const [countAt, usersAt] = [address(count, e), address(users, e * inputs)];
		const [usedAt, aboveAt] = [address(userCount, (e / TASK) * inputs), address(above, e * width)];
		const [weightsAt, zerosAt] = [address(weights, 0), address(zeros, 0)];
		kernels.listActive(xAt, TASK, inputs, listAt, countAt);
		kernels.forward(yAt, xAt, listAt, countAt, TASK, inputs, weightsAt, address(biases, 0), width, 0);
		kernels.listUsers(listAt, countAt, TASK, inputs, usersAt, usedAt);
		const belowAt = address(below, e * inputs);
		kernels.backward(belowAt, xAt, usersAt, usedAt, TASK, inputs, weightsAt, aboveAt, width, zerosAt, zerosAt, 10);
	}
	const [usersAt, usedAt, aboveAt] = [address(users, 0), address(userCount, 0), address(above, 0)];
	const lists = [address(x, 0), inputs, usersAt, usedAt, address(first, 0), EXAMPLES / TASK];
	kernels.outer(address(gradient, 0), 0, inputs, ...lists, aboveAt, width);
}

/** Microseconds of processor time per example. */
function time(run, numbers) {
	let best = Number.POSITIVE_INFINITY;
	for (let round = 0; round < ROUNDS; round++) {
		const before = process.cpuUsage();
		for (let pass = 0; pass < PASSES; pass++) run(numbers);
		const { user, system } = process.cpuUsage(before);
		best = Math.min(best, (user + system) / PASSES / EXAMPLES);
	}
	return best;
}

/** Everything that came out, rounded to what 32-bit sums in any order agree on. */
function outcome({ y, below, gradient }) {
	return JSON.stringify([[...y], [...below, ...gradient].map((value) => Number(value.toPrecision(2)).toFixed(3))]);
}

export function benchArithmetic() {
	console.log("one layer: forward, deltas and gradient; µs of processor time per example, 30% of the inputs active\n");
	for (const [inputs, width] of [
		[256, 192],
		[192, 128],
		[64, 32],
	]) {
		const numbers = layer(inputs, width);
		const figures = [];
		let expected;
		for (const [name, run] of [
			["typed arrays, dense", dense],
			["typed arrays, sparse", sparse],
			["WebAssembly SIMD", simd],
		]) {
			figures.push(`${name} ${time(run, numbers).toFixed(2)}`);
			const got = outcome(numbers);
			expected ??= got;
			if (got !== expected) throw new Error(`${name} computes something else.`);
		}
		console.log(`${`${inputs} → ${width}`.padEnd(12)} ${figures.join("   ")}`);
	}
}
