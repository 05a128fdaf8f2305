import { expect, test } from "vitest";
import { Z80AI_FEATURES } from "../network.js";
import { smallWorkspace } from "../testing/workspace.js";
import { CharacterCost } from "./character-cost.js";
import { type LayerPlace, toNetwork } from "./parameters.js";
import { PHASE, Phases } from "./phases.js";

test("penalties follow the weights that leave a neuron, shrinking how often it is active where that is charged", () => {
	const { space, charset } = smallWorkspace([16]);
	const phases = new Phases(space, 0);
	for (const phase of [PHASE.contexts, PHASE.measurement] as const) {
		for (let task = 0; task < phases.tasks(phase); task++) phases.run(phase, task);
	}
	// Every third example is free, every other third costs a tenth.
	const tolls = space.plan.toll.map((_, e) => [0, 0.1, 1][e % 3] as number);
	space.plan.toll.set(tolls);
	const cost = new CharacterCost(space);
	for (let times = 0; times < 60; times++) cost.observe();
	cost.impose(2, 0.5);

	const network = toNetwork(space.layout, space.quantised, Z80AI_FEATURES, charset);
	const examples = space.plan.used[1] as number;
	const seen = new Set<number>();
	for (let j = 0; j < 16; j++) {
		const leaving = Array.from(charset.keys()).filter((k) => network.layers[1]?.weights[k * 16 + j] !== 0).length;
		expect(space.penalties[0]?.[j]).toBeCloseTo((2 * (164 + 42 * leaving)) / 1000, 5);
		let [active, charged] = [0, 0];
		for (let e = 0; e < examples; e++) {
			charged += tolls[e] as number;
			if (space.outputs[0]?.[e * 16 + j] !== 0) active += tolls[e] as number;
		}
		expect(space.shrinkage[0]?.[j]).toBeCloseTo((0.5 * active) / charged, 4);
		seen.add(active);
	}
	expect(seen.size).toBeGreaterThan(2);
});

test("a mini-batch in which nothing is charged for changes nothing", () => {
	const { space } = smallWorkspace([16]);
	space.plan.toll.fill(0);
	const cost = new CharacterCost(space);
	cost.observe();
	cost.impose(1, 1);
	expect(new Set(space.shrinkage[0])).toEqual(new Set([0.5]));
});

test("weights shrink towards what most logits get from a neuron, where a common sum pays", () => {
	const { space, charset } = smallWorkspace([16]);
	const { weights, stride } = space.layout.layers[1] as LayerPlace;
	const column = (j: number) => space.quantised.subarray(weights + j * stride, weights + j * stride + charset.length);
	for (let j = 0; j < 16; j++)
		column(j)
			.fill(j < 12 ? -2 : 0)
			.set([1, 0, -2]);
	const cost = new CharacterCost(space);
	cost.impose(2, 0.5);
	expect([...(space.centres[0] as Float32Array)]).toEqual([...Array(12).fill(-2), ...Array(4).fill(0)]);
	// To the common sum 1; to logit 0 x and x doubled; to logit 1, x doubled.
	expect(space.penalties[0]?.[0]).toBeCloseTo((2 * (164 + 42 * (1 + 2 + 1))) / 1000, 5);
	expect(space.penalties[0]?.[15]).toBeCloseTo((2 * (164 + 42 * 2)) / 1000, 5);

	// A step less for a single neuron does not pay for the looks at the common sum.
	for (let j = 0; j < 12; j++) column(j).fill(0);
	const half = Math.ceil(charset.length / 2) + 1;
	column(0).fill(-2, 0, half);
	cost.impose(2, 0.5);
	expect(new Set(space.centres[0])).toEqual(new Set([0]));
	expect(space.penalties[0]?.[0]).toBeCloseTo((2 * (164 + 42 * half)) / 1000, 5);
});
