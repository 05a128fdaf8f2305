import { describe, expect, test } from "vitest";
import { Random } from "../../base/random.js";
import { HIT } from "../network.js";
import { smallWorkspace } from "../testing/workspace.js";
import type { SparseRows } from "./dataset.js";
import { compileKernels } from "./kernels.js";
import type { LayerPlace } from "./parameters.js";
import { PHASE, Phases } from "./phases.js";
import { chunksOf, differentiateChunk, placeOf } from "./update.js";
import { CONTROL, DROP, KEEP, type Scratch, type Workspace } from "./workspace.js";

/** Parameters compared in each chunk. */
const SAMPLES = 12;

/**
 * The loss is a staircase in the integer weights, so gradients are compared with finite differences of its smooth part:
 * the same network over real numbers in which each neuron keeps what the floor cut off at the integer weights, and stays
 * active or not as it was there. At the integer weights its value is the true loss; its slope is what "straight through"
 * means. Written here from the formulas alone, in double precision.
 */
class SmoothLoss {
	readonly #space: Workspace;
	/** Per layer [E][outputs]: y(integer weights) - acc/4, and whether the neuron passes its value on. */
	readonly #cut: Float64Array[] = [];
	readonly #active: Uint8Array[] = [];

	constructor(space: Workspace) {
		this.#space = space;
		this.#freeze();
	}

	value(parameters: Float64Array, scale: number): number {
		const { plan } = this.#space;
		let loss = 0;
		for (let item = 0; item < (plan.used[0] as number); item++) {
			for (let e = plan.first[item] as number; e < (plan.first[item + 1] as number); e++) {
				loss += (plan.weight[e] as number) * this.#exampleLoss(parameters, scale, item, e);
			}
		}
		return loss;
	}

	#exampleLoss(parameters: Float64Array, scale: number, item: number, e: number): number {
		const { layout, penalties, plan } = this.#space;
		let loss = 0;
		let x = this.#inputs(item, e);
		for (const [l, layer] of layout.layers.entries()) {
			const acc = sums(layer, parameters, x);
			x = acc.map((value, j) => {
				const at = e * layer.outputs + j;
				return (this.#active[l]?.[at] ?? 1) === 1 ? value / 4 + (this.#cut[l]?.[at] ?? 0) : 0;
			});
			if (l < layout.layers.length - 1) {
				const toll = (plan.toll[e] as number) / (plan.weight[e] as number);
				for (const [j, y] of x.entries()) loss += (toll * (penalties[l]?.[j] as number) * y) / (y + 32);
			}
		}
		const logits = x.map((y) => y * scale);
		const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
		const likelihood = Math.exp(logits[plan.target[e] as number] as number) / total;
		const q = this.#space.control[CONTROL.robustness] as number;
		return loss + (q === 0 ? -Math.log(likelihood) : (1 - likelihood ** q) / q);
	}

	/** The inputs of layer 1, dense. */
	#inputs(item: number, e: number): number[] {
		const { layout, queryBuckets, queries, contexts, plan } = this.#space;
		const x = new Array<number>((layout.layers[0] as LayerPlace).inputs).fill(0);
		const put = (rows: SparseRows, row: number, first: number) => {
			for (let k = rows.start[row] as number; k < (rows.start[row + 1] as number); k++) {
				x[first + (rows.bucket[k] as number)] = HIT * (rows.count[k] as number);
			}
		};
		put(queries, plan.query[item] as number, 0);
		put(contexts, plan.node[plan.slot[e] as number] as number, queryBuckets);
		return x;
	}

	#freeze(): void {
		const { layout, outputs, plan, quantised } = this.#space;
		const integers = Float64Array.from(quantised);
		for (const layer of layout.layers) {
			this.#cut.push(new Float64Array((plan.used[1] as number) * layer.outputs));
			this.#active.push(new Uint8Array((plan.used[1] as number) * layer.outputs).fill(1));
		}
		for (let item = 0; item < (plan.used[0] as number); item++) {
			for (let e = plan.first[item] as number; e < (plan.first[item + 1] as number); e++) {
				let x = this.#inputs(item, e);
				for (const [l, layer] of layout.layers.entries()) {
					const isLast = l === layout.layers.length - 1;
					x = sums(layer, integers, x).map((acc, j) => {
						const y = (outputs[l] as Int16Array)[e * layer.stride + j] as number;
						const at = e * layer.outputs + j;
						if (!isLast && y === 0) (this.#active[l] as Uint8Array)[at] = 0;
						else (this.#cut[l] as Float64Array)[at] = y - acc / 4;
						return y;
					});
				}
			}
		}
	}
}

function sums(layer: LayerPlace, parameters: Float64Array, x: readonly number[]): number[] {
	return Array.from({ length: layer.outputs }, (_, j) => {
		let acc = parameters[layer.biases + j] as number;
		for (const [i, value] of x.entries()) {
			if (value !== 0) acc += (parameters[layer.weights + i * layer.stride + j] as number) * value;
		}
		return acc;
	});
}

describe("gradients equal finite differences of the smooth part", () => {
	test.each([
		[[], "kept", 0],
		[[9], "kept", 0],
		[[9], "kept", 0.4],
		[[16, 5], "kept", 0],
		[[12, 8, 7], "kept", 0.9],
		[[20, 16], "dropped", 0],
	])("hidden layers %j, every seventh neuron %s, robustness %d", (hidden, seventh, robustness) => {
		const { space } = smallWorkspace(hidden, 5);
		space.control[CONTROL.robustness] = robustness;
		for (let i = 0; i < space.masks.length; i += 7) space.masks[i] = seventh === "dropped" ? DROP : KEEP;
		for (let e = 0; e < space.plan.toll.length; e++) {
			space.plan.toll[e] = (space.plan.toll[e] as number) * (0.5 + (e % 3));
			space.plan.mask[e] = 3 * e;
		}
		const kernels = compileKernels(space.memory);
		const scratch = space.scratch[0] as Scratch;
		const phases = new Phases(space, 0);
		for (const phase of [PHASE.contexts, PHASE.examples] as const) {
			for (let task = 0; task < phases.tasks(phase); task++) phases.run(phase, task);
		}
		const smooth = new SmoothLoss(space);
		const integers = Float64Array.from(space.quantised);
		const scale = space.control[CONTROL.scale] as number;

		const loss = space.itemLoss.reduce((sum, value) => sum + value, 0);
		expect(smooth.value(integers, scale)).toBeCloseTo(loss, 5);

		const random = new Random(1);
		let compared = 0;
		let different = 0;
		for (const chunk of chunksOf(space)) {
			differentiateChunk(space, kernels, scratch, chunk);
			const { start, rows, width, stride } = placeOf(space, chunk);
			for (let n = 0; n < SAMPLES; n++) {
				const k = random.int(rows * width);
				const parameter = start + Math.floor(k / width) * stride + (k % width);
				const slope = difference((step) => {
					const moved = integers.slice();
					moved[parameter] = (moved[parameter] as number) + step;
					return smooth.value(moved, scale);
				}, 1e-5);
				const gradient = scratch.gradient[k] as number;
				expect(Math.abs(gradient - slope)).toBeLessThan(1e-4 * Math.max(1e-2, Math.abs(slope)));
				compared++;
				if (gradient !== 0) different++;
			}
		}
		expect(compared).toBe(chunksOf(space).length * SAMPLES);
		expect(different).toBeGreaterThan(compared / 20);

		const logScaleGradient = space.itemScaleGradient.reduce((sum, value) => sum + value, 0);
		const logScaleSlope = difference((step) => smooth.value(integers, scale * Math.exp(step)), 1e-5);
		expect(logScaleGradient).toBeCloseTo(logScaleSlope, 5);
	});
});

function difference(f: (step: number) => number, step: number): number {
	return (f(step) - f(-step)) / (2 * step);
}
