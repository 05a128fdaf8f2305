/**
 * Runs training steps over a workspace: the phases one after the other, their tasks on as many threads as there are.
 */
import { PHASE, type Phase, Phases } from "./phases.js";
import type { Workspace } from "./workspace.js";

export class Engine {
	readonly #phases: Phases;

	constructor(space: Workspace) {
		this.#phases = new Phases(space, 0);
	}

	/** One step on the plan in the workspace. */
	step(): void {
		this.#run(PHASE.contexts);
		this.#run(PHASE.examples);
		this.#run(PHASE.parameters);
	}

	/** Forward only: for each item of the plan, how many of its examples are right, into itemRight. */
	measure(): void {
		this.#run(PHASE.contexts);
		this.#run(PHASE.measurement);
	}

	#run(phase: Phase): void {
		const tasks = this.#phases.tasks(phase);
		for (let task = 0; task < tasks; task++) this.#phases.run(phase, task);
	}
}
