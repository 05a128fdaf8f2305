/**
 * Serves a machine in real time on a pseudo-terminal or a TCP port: `zulm emulate`.
 *
 *   host program ◄─► endpoint (pty, TCP) ◄─► host UART ◄─► machine, kept to wall time by pace.ts
 *
 * When the host program does not read, CTS holds the machine; when the machine does not read, the host program waits.
 * Nothing is lost on the way.
 */
import { ZulmError } from "../base/errors.js";
import { type Clock, realClock } from "../transport/clock.js";
import type { Endpoint, EndpointListeners } from "./endpoint.js";
import { Machine, type MachineOptions } from "./machine.js";
import { pace } from "./pace.js";
import { openPtyEndpoint } from "./pty-endpoint.js";
import { openTcpEndpoint } from "./tcp-endpoint.js";

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
	let failure: Error | undefined;
	const endpoint = await openEndpoint(options.on, {
		onData: (bytes) => machine.sendToMachine(bytes),
		onError: (error) => {
			failure = error;
		},
	});
	try {
		options.onReady?.(endpoint.address, machine);
		await pace(machine, endpoint, options.clock ?? realClock, () => failure !== undefined, options.signal);
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
