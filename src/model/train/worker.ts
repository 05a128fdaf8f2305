/** Entry point of a helper thread of training: see threads.ts. */
import { workerData } from "node:worker_threads";
import { Phases } from "./phases.js";
import { helpUntilStopped, type ThreadData } from "./threads.js";

const { space, thread, counters } = workerData as ThreadData;
helpUntilStopped(counters, new Phases(space, thread));
