/**
 * How threads share the tasks of a phase: one small block of shared counters, no messages.
 *
 *   main    phase := p, done := 0, left := [0, n), generation += 1, wake all;   then works like everyone; waits for done = n
 *   anyone  while (left ≠ ∅) take one, run it, done += 1;                      then waits for generation to change
 *
 * `left` is set last, so who sees a task also sees its phase. A thread that is late simply finds nothing left. The main
 * thread takes the first of what is left and helpers the last, so that a core finds the weights that it changed in the
 * step before in its own cache.
 */
import { availableParallelism } from "node:os";
import type { Phase, Phases } from "./phases.js";
import type { Workspace } from "./workspace.js";

/** Indices into the shared counters. */
const LEFT = 0;
const PHASE_INDEX = 1;
const DONE = 2;
const GENERATION = 3;
const STOPPED = 4;
const FAILED = 5;
const COUNTERS = 6;

/**
 * Looks at a counter before going to sleep on it, 5 ns each. They must outlast the 20 to 40 µs in which the main thread
 * alone prepares the next mini-batch: with 2,000 a step of the default network took 346 µs on two idle cores, with
 * 10,000 and more 205 (one core: 371). Somebody who waits for much longer sleeps.
 */
const SPINS = 20_000;
/** No task lasts a second; a thread that has not answered for this long is gone. */
const LOST_THREAD_MS = 60_000;
/** More threads than this find too few tasks in a phase. */
const MAX_THREADS = 8;

export interface ThreadData {
	readonly space: Workspace;
	readonly thread: number;
	readonly counters: Int32Array;
}

/**
 * Threads that can be had: all cores when we run as compiled JavaScript, one from TypeScript sources (under vitest),
 * which worker threads cannot load. The result of training does not depend on it.
 */
export function usableThreads(): number {
	return import.meta.url.endsWith(".js") ? Math.min(availableParallelism(), MAX_THREADS) : 1;
}

export function createCounters(): Int32Array {
	return new Int32Array(new SharedArrayBuffer(COUNTERS * Int32Array.BYTES_PER_ELEMENT));
}

/** Main thread: runs all tasks of a phase with whoever helps. @throws when a helper failed */
export function runPhase(counters: Int32Array, phases: Phases, phase: Phase): void {
	const tasks = phases.tasks(phase);
	Atomics.store(counters, PHASE_INDEX, phase);
	Atomics.store(counters, DONE, 0);
	Atomics.store(counters, LEFT, tasks);
	Atomics.add(counters, GENERATION, 1);
	Atomics.notify(counters, GENERATION);
	runTasks(counters, phases, takeFirst);
	for (let done = Atomics.load(counters, DONE); done < tasks; done = Atomics.load(counters, DONE)) {
		const outcome = waitWhile(counters, DONE, done);
		if (outcome === "timed-out") throw new Error("A training thread does not answer.");
	}
	if (Atomics.load(counters, FAILED) !== 0) throw new Error("A training thread failed.");
}

/** Helper thread: takes part in every phase until stopped. */
export function helpUntilStopped(counters: Int32Array, phases: Phases): void {
	while (Atomics.load(counters, STOPPED) === 0) {
		const generation = Atomics.load(counters, GENERATION);
		try {
			runTasks(counters, phases, takeLast);
		} catch (error) {
			Atomics.store(counters, FAILED, 1);
			finishTask(counters);
			throw error;
		}
		waitWhile(counters, GENERATION, generation);
	}
}

/** Main thread: lets the helpers return. */
export function stopHelpers(counters: Int32Array): void {
	Atomics.store(counters, STOPPED, 1);
	Atomics.add(counters, GENERATION, 1);
	Atomics.notify(counters, GENERATION);
}

function runTasks(counters: Int32Array, phases: Phases, take: (counters: Int32Array) => number): void {
	for (let task = take(counters); task >= 0; task = take(counters)) {
		phases.run(Atomics.load(counters, PHASE_INDEX) as Phase, task);
		finishTask(counters);
	}
}

/** The tasks left are [from, to), in one number: from · 2¹⁶ + to. Takes the first of them; -1 when there is none. */
function takeFirst(counters: Int32Array): number {
	for (let left = Atomics.load(counters, LEFT); left >>> 16 < (left & 0xffff); left = Atomics.load(counters, LEFT)) {
		if (Atomics.compareExchange(counters, LEFT, left, left + 0x10000) === left) return left >>> 16;
	}
	return -1;
}

/** The same with the last of them. */
function takeLast(counters: Int32Array): number {
	for (let left = Atomics.load(counters, LEFT); left >>> 16 < (left & 0xffff); left = Atomics.load(counters, LEFT)) {
		if (Atomics.compareExchange(counters, LEFT, left, left - 1) === left) return (left & 0xffff) - 1;
	}
	return -1;
}

function finishTask(counters: Int32Array): void {
	Atomics.add(counters, DONE, 1);
	Atomics.notify(counters, DONE);
}

/** Returns once the counter differs from `value`: looks a while, then sleeps. */
function waitWhile(counters: Int32Array, index: number, value: number): "ok" | "not-equal" | "timed-out" {
	for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(counters, index) !== value) return "ok";
	return Atomics.wait(counters, index, value, index === DONE ? LOST_THREAD_MS : Number.POSITIVE_INFINITY);
}
