/**
 * Soak runs for many seeds on all cores: hands seeds to threads, collects outcomes, counts.
 *
 *   seeds M … M+N−1 ──► worker │ worker ──► outcomes as they come (any order; each is the same on every machine)
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { soakPrograms } from "./programs.js";
import type { SoakOutcome } from "./run-seed.js";

export interface SoakOptions {
	readonly seeds: number;
	readonly firstSeed: number;
	/** Threads; one for each core by default. */
	readonly threads?: number;
	readonly onOutcome?: (outcome: SoakOutcome, done: number) => void;
}

export interface SoakSummary {
	readonly seeds: number;
	/** How the uploads ended: "sent", "skipped" or an error's code → how often. */
	readonly endings: Readonly<Record<string, number>>;
	readonly retries: number;
	readonly restarts: number;
	readonly resets: number;
	readonly newDespiteError: number;
	/** One line for each run that broke the rule, in order of their seeds. */
	readonly broken: readonly string[];
}

/** Runs from compiled JavaScript only: threads cannot load TypeScript. */
export async function soak(options: SoakOptions): Promise<SoakSummary> {
	const { seeds, firstSeed, threads = availableParallelism(), onOutcome } = options;
	const programs = soakPrograms();
	const outcomes: SoakOutcome[] = [];
	let next = firstSeed;
	const work = async () => {
		const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: programs });
		try {
			while (next < firstSeed + seeds) {
				const outcome = await ask(worker, next++);
				outcomes.push(outcome);
				onOutcome?.(outcome, outcomes.length);
			}
		} finally {
			await worker.terminate();
		}
	};
	await Promise.all(Array.from({ length: Math.min(threads, seeds) }, work));
	return summarise(outcomes);
}

/** A run whose thread ends without an answer has hung: nobody waits for anything any more. */
function ask(worker: Worker, seed: number): Promise<SoakOutcome> {
	return new Promise((resolve, reject) => {
		const died = (cause: unknown) => reject(new Error(`The thread ended in the middle of seed ${seed}.`, { cause }));
		worker.once("error", died);
		worker.once("exit", died);
		worker.once("message", (outcome: SoakOutcome) => {
			worker.off("error", died);
			worker.off("exit", died);
			resolve(outcome);
		});
		worker.postMessage(seed);
	});
}

export function summarise(outcomes: readonly SoakOutcome[]): SoakSummary {
	const endings: Record<string, number> = {};
	for (const { ended } of outcomes) endings[ended] = (endings[ended] ?? 0) + 1;
	const sum = (of: (outcome: SoakOutcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
	return {
		seeds: outcomes.length,
		endings,
		retries: sum(({ retries }) => retries),
		restarts: sum(({ restarts }) => restarts),
		resets: sum(({ needed }) => Number(needed === "reset")),
		newDespiteError: sum(({ newDespiteError }) => Number(newDespiteError)),
		broken: [...outcomes]
			.sort((a, b) => a.seed - b.seed)
			.flatMap(({ broken }) => (broken === undefined ? [] : [broken])),
	};
}
