/**
 * Runs training steps over a workspace: the phases one after the other, their tasks on as many threads as the workspace
 * has scratch memories for. Helpers join when they have started; nobody waits for them.
 */
import { Worker } from "node:worker_threads";
import { PHASE, Phases } from "./phases.js";
import { createCounters, runPhase, stopHelpers, type ThreadData } from "./threads.js";
import type { Workspace } from "./workspace.js";

export class Engine {
	readonly #phases: Phases;
	readonly #counters = createCounters();

	constructor(space: Workspace) {
		this.#phases = new Phases(space, 0);
		for (let thread = 1; thread < space.scratch.length; thread++) {
			const workerData: ThreadData = { space, thread, counters: this.#counters };
			const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData });
			// A helper that cannot start is one fewer; one that fails in a task says so through the counters.
			worker.on("error", () => {});
			worker.unref();
		}
	}

	/** One step on the plan in the workspace. */
	step(): void {
		runPhase(this.#counters, this.#phases, PHASE.contexts);
		runPhase(this.#counters, this.#phases, PHASE.examples);
		runPhase(this.#counters, this.#phases, PHASE.parameters);
	}

	/** Forward only: for each item of the plan, how many of its examples are right, into itemRight. */
	measure(): void {
		runPhase(this.#counters, this.#phases, PHASE.contexts);
		runPhase(this.#counters, this.#phases, PHASE.measurement);
	}

	/** Lets the helper threads end. */
	close(): void {
		stopHelpers(this.#counters);
	}
}
