/**
 * Keeps a machine in step with wall time while it serves a line, in slices, never faster than real.
 *
 *   endpoint's backlog ─► CTS ─► machine waits        machine's RTS ─► host UART fills up ─► endpoint is not read
 *
 * After a pause of the whole process (laptop lid) the machine goes on from where it was; it catches up 0.1 s at most.
 */
import { ZulmError } from "../base/errors.js";
import type { Clock } from "../transport/clock.js";
import type { Endpoint } from "./endpoint.js";
import type { Machine } from "./machine.js";

/** How often the machine is brought up to wall time. */
const SLICE_S = 0.004;
/** The machine may fall behind and catch up by this much; what is more is given up. */
const MOST_CATCH_UP_S = 0.1;
/** Bytes not taken by the host program at which CTS drops. */
const CTS_DROP_BYTES = 4096;
/** Bytes waiting for the emulated line at which we stop taking more. */
const STOP_READING_BYTES = 4096;

/** Serves until `isOver` says so or the signal fires. */
export async function pace(
	machine: Machine,
	endpoint: Endpoint,
	clock: Pick<Clock, "now" | "sleep">,
	isOver: () => boolean,
	signal?: AbortSignal,
): Promise<void> {
	let output: number[] = [];
	machine.listeners.onTransmit = (byte) => {
		output.push(byte);
	};
	let originS = clock.now() - machine.timeS;
	while (!signal?.aborted && !isOver()) {
		const behindS = clock.now() - originS - machine.timeS;
		if (behindS > MOST_CATCH_UP_S) originS += behindS - MOST_CATCH_UP_S;
		machine.setCts(endpoint.backlog < CTS_DROP_BYTES);
		endpoint.setReading(machine.linePending < STOP_READING_BYTES);
		machine.runUntil((clock.now() - originS) * machine.config.clockHz);
		if (output.length > 0) endpoint.write(Uint8Array.from(output));
		output = [];
		await untilNextSlice(clock, signal);
	}
}

async function untilNextSlice(clock: Pick<Clock, "sleep">, signal: AbortSignal | undefined): Promise<void> {
	try {
		await clock.sleep(SLICE_S, signal);
	} catch (error) {
		if (!(error instanceof ZulmError && error.code === "interrupted")) throw error;
	}
}
