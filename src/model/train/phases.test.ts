import { expect, test } from "vitest";
import { Random } from "../../base/random.js";
import { contextVector, normaliseQuery } from "../features.js";
import { DEFAULT_FEATURES } from "../network.js";
import { forwardStep, querySums } from "../reference.js";
import { PAIRS, smallWorkspace } from "../testing/workspace.js";
import { type LayerPlace, toNetwork } from "./parameters.js";
import { PHASE, Phases } from "./phases.js";

test.each([[[]], [[9]], [[16, 5]], [[12, 8, 7]]])("logits equal the integer reference, hidden layers %j", (hidden) => {
	const { space, charset } = smallWorkspace(hidden, 3, 1, DEFAULT_FEATURES);
	// Biases near the ends of 16 bits make sums wrap.
	for (const { biases, outputs } of space.layout.layers) {
		for (let j = 0; j < outputs; j += 3) space.quantised[biases + j] = j % 2 === 0 ? 32700 : -32760;
	}
	const network = toNetwork(space.layout, space.quantised, DEFAULT_FEATURES, charset);
	const phases = new Phases(space, 0);
	for (const phase of [PHASE.contexts, PHASE.measurement] as const) {
		for (let task = 0; task < phases.tasks(phase); task++) phases.run(phase, task);
	}
	const { plan, outputs, layout } = space;
	let compared = 0;
	for (const [item, { query, reply }] of PAIRS.entries()) {
		const sums = querySums(network, normaliseQuery(query));
		for (let e = plan.first[item] as number; e < (plan.first[item + 1] as number); e++) {
			const prefix = reply.slice(0, e - (plan.first[item] as number));
			const expected = forwardStep(network, sums, contextVector(Buffer.from(prefix)));
			for (const [l, { stride, outputs: width }] of layout.layers.entries()) {
				expect([...(outputs[l] as Int16Array).subarray(e * stride, e * stride + width)]).toEqual([
					...(expected[l] as Int16Array),
				]);
			}
			compared++;
		}
	}
	expect(compared).toBe(plan.used[1]);
});

test("tasks in any order, on any thread's scratch, give the same weights", () => {
	const run = (shuffleSeed: number | undefined): Uint8Array => {
		const { space } = smallWorkspace([16, 5], 7, 3, DEFAULT_FEATURES);
		const threads = [0, 1, 2].map((thread) => new Phases(space, thread));
		const random = new Random(shuffleSeed ?? 0);
		for (let step = 0; step < 5; step++) {
			for (const phase of [PHASE.contexts, PHASE.examples, PHASE.parameters] as const) {
				const tasks = Array.from({ length: (threads[0] as Phases).tasks(phase) }, (_, task) => task);
				if (shuffleSeed !== undefined) random.shuffle(tasks);
				for (const task of tasks) (threads[shuffleSeed === undefined ? 0 : random.int(3)] as Phases).run(phase, task);
			}
		}
		return new Uint8Array(space.latent.slice().buffer);
	};
	const inOrder = run(undefined);
	expect(run(1)).toEqual(inOrder);
	expect(run(2)).toEqual(inOrder);
});

test("weights shrink towards the centre of their input, and what pads their rows stays zero", () => {
	const { space } = smallWorkspace([16], 7, 1, DEFAULT_FEATURES);
	const { weights, inputs, outputs, stride } = space.layout.layers[1] as LayerPlace;
	expect(stride).toBeGreaterThan(outputs);
	space.centres[0]?.fill(-2, 0, 8);
	space.shrinkage[0]?.fill(1000);
	const phases = new Phases(space, 0);
	for (const phase of [PHASE.contexts, PHASE.examples, PHASE.parameters] as const) {
		for (let task = 0; task < phases.tasks(phase); task++) phases.run(phase, task);
	}
	for (let i = 0; i < inputs; i++) {
		const row = space.quantised.subarray(weights + i * stride, weights + (i + 1) * stride);
		expect([...row]).toEqual([...Array(outputs).fill(i < 8 ? -2 : 0), ...Array(stride - outputs).fill(0)]);
	}
});
