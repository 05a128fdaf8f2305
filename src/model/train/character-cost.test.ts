import { expect, test } from "vitest";
import { Z80AI_FEATURES } from "../network.js";
import { smallWorkspace } from "../testing/workspace.js";
import { CharacterCost } from "./character-cost.js";
import { toNetwork } from "./parameters.js";
import { PHASE, Phases } from "./phases.js";

test("penalties follow the weights that leave a neuron, shrinking how often it is active", () => {
	const { space, charset } = smallWorkspace([16]);
	const phases = new Phases(space, 0);
	for (const phase of [PHASE.contexts, PHASE.measurement] as const) {
		for (let task = 0; task < phases.tasks(phase); task++) phases.run(phase, task);
	}
	const cost = new CharacterCost(space);
	for (let times = 0; times < 60; times++) cost.observe();
	cost.impose(2, 0.5);

	const network = toNetwork(space.layout, space.quantised, Z80AI_FEATURES, charset);
	const examples = space.plan.used[1] as number;
	const seen = new Set<number>();
	for (let j = 0; j < 16; j++) {
		const leaving = Array.from(charset.keys()).filter((k) => network.layers[1]?.weights[k * 16 + j] !== 0).length;
		expect(space.penalties[0]?.[j]).toBeCloseTo((2 * (164 + 42 * leaving)) / 1000, 5);
		const active = Array.from({ length: examples }, (_, e) => space.outputs[0]?.[e * 16 + j]).filter((y) => y !== 0);
		expect(space.shrinkage[0]?.[j]).toBeCloseTo((0.5 * active.length) / examples, 4);
		seen.add(active.length);
	}
	expect(seen.size).toBeGreaterThan(2);
});
