/**
 * Serves a machine in real time on a pseudo-terminal or a TCP port: `zulm emulate`.
 *
 *   host program ◄─► endpoint ◄─► host UART ◄─► machine, advanced to wall time in slices, never faster than real
 *
 * When the host program does not read, CTS holds the machine; when the machine does not read, the host program waits.
 * Nothing is lost on the way. After a pause of the whole process (laptop lid) the machine goes on from where it was.
 */
import { ZulmError } from "../base/errors.js";
import { type Clock, realClock } from "../transport/clock.js";
import type { Endpoint, EndpointListeners } from "./endpoint.js";
import { Machine, type MachineOptions } from "./machine.js";
import { openPtyEndpoint } from "./pty-endpoint.js";
import { openTcpEndpoint } from "./tcp-endpoint.js";

/** How often the machine is brought up to wall time. */
const SLICE_S = 0.004;
/** The machine may fall behind and catch up by this much; what is more is given up. */
const MOST_CATCH_UP_S = 0.1;
/** Bytes not taken by the host program at which CTS drops. */
const CTS_DROP_BYTES = 4096;
/** Bytes waiting for the emulated line at which we stop taking more. */
const STOP_READING_BYTES = 4096;
const LOCALHOST = "127.0.0.1";

export type ServeOn =
	| { readonly kind: "pty" }
	/** Port 0: any free one. Localhost when no host is given. */
	| { readonly kind: "tcp"; readonly port: number; readonly host?: string };

export interface ServeOptions extends MachineOptions {
	readonly on: ServeOn;
	/** A machine that exists already; the machine options are then ignored. */
	readonly machine?: Machine;
	/** Ends the service. */
	readonly signal?: AbortSignal;
	/** The port is open; `address` is what to give to `--port`. */
	readonly onReady?: (address: string, machine: Machine) => void;
	readonly clock?: Clock;
}

/** Resolves when the signal fires. @throws ZulmError `pty-unavailable`, `port-busy`, `port-denied`, `line-failed` */
export async function serve(options: ServeOptions): Promise<void> {
	const machine = options.machine ?? new Machine(options);
	const clock = options.clock ?? realClock;
	let failure: Error | undefined;
	const endpoint = await openEndpoint(options.on, {
		onData: (bytes) => machine.sendToMachine(bytes),
		onError: (error) => {
			failure = error;
		},
	});
	try {
		let output: number[] = [];
		machine.listeners.onTransmit = (byte) => {
			output.push(byte);
		};
		options.onReady?.(endpoint.address, machine);
		let originS = clock.now() - machine.timeS;
		while (!options.signal?.aborted && failure === undefined) {
			machine.setCts(endpoint.backlog < CTS_DROP_BYTES);
			endpoint.setReading(machine.linePending < STOP_READING_BYTES);
			const behindS = clock.now() - originS - machine.timeS;
			if (behindS > MOST_CATCH_UP_S) originS += behindS - MOST_CATCH_UP_S;
			machine.runUntil((clock.now() - originS) * machine.config.clockHz);
			if (output.length > 0) endpoint.write(Uint8Array.from(output));
			output = [];
			await pause(clock, options.signal);
		}
		if (failure !== undefined) {
			throw new ZulmError("line-failed", `The port of the emulated machine failed: ${failure.message}.`, {
				hint: "Start it again.",
				cause: failure,
			});
		}
	} finally {
		await endpoint.close();
	}
}

function openEndpoint(on: ServeOn, listeners: EndpointListeners): Promise<Endpoint> {
	return on.kind === "pty" ? openPtyEndpoint(listeners) : openTcpEndpoint(on.port, on.host ?? LOCALHOST, listeners);
}

/** Until the next slice, or the signal. */
async function pause(clock: Clock, signal: AbortSignal | undefined): Promise<void> {
	try {
		await clock.sleep(SLICE_S, signal);
	} catch (error) {
		if (!(error instanceof ZulmError && error.code === "interrupted")) throw error;
	}
}
