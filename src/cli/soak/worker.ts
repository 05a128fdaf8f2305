/** A thread of the soak: takes seeds one after the other, tells what became of each. */
import { parentPort, workerData } from "node:worker_threads";
import type { SoakPrograms } from "./programs.js";
import { runSeed } from "./run-seed.js";

parentPort?.on("message", (seed: number) => {
	void runSeed(seed, workerData as SoakPrograms).then((outcome) => parentPort?.postMessage(outcome));
});
