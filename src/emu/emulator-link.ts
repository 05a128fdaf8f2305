/**
 * A link into an emulated machine on virtual time: what `--port emulator` means, and what tests deploy to.
 *
 *   link.write ─► host UART ─► machine ─► onData(byte, time of its stop bit)      all of it moved by link.clock
 *
 * The machine can be told to drop the line, and another link opened to the same machine later.
 */
import { ZulmError } from "../base/errors.js";
import type { CloseListener, ControlLines, DataListener, Link, LinkDescription } from "../transport/link.js";
import { type TimeSource, VirtualClock } from "../transport/virtual-clock.js";
import { Machine, type MachineOptions } from "./machine.js";

export interface EmulatorLinkOptions extends MachineOptions {
	/** A machine that runs already, instead of a new one; the other options are then ignored. */
	readonly machine?: Machine;
}

export interface EmulatorLink {
	readonly link: Link;
	readonly machine: Machine;
	/** Somebody trips over the cable: the link ends with `line-lost`; the machine runs on. */
	readonly unplug: () => void;
}

/** @throws ZulmError `usage` for options that make no machine. */
export function openEmulatorLink(options: EmulatorLinkOptions = {}): EmulatorLink {
	const machine = options.machine ?? new Machine(options);
	const link = new EmulatedLine(machine);
	return { link, machine, unplug: () => link.unplug() };
}

/** Bits of a character, 8N1. */
const FRAME_BITS = 10;

class EmulatedLine implements Link {
	readonly clock: VirtualClock;
	readonly controlLines: ControlLines;
	private readonly dataListeners = new Set<DataListener>();
	private readonly closeListeners = new Set<CloseListener>();
	private state: "open" | "closed" | "lost" = "open";

	constructor(private readonly machine: Machine) {
		this.clock = new VirtualClock(timeSourceOf(machine));
		// Without the wires nobody sees the other's RTS; an input with nothing on it reads as off.
		const wired = machine.config.flowControl;
		this.controlLines = {
			set: async ({ rts }) => {
				if (wired && rts !== undefined) machine.setCts(rts);
			},
			get: async () => ({ cts: wired && machine.rts, dsr: wired, dcd: wired }),
		};
		machine.listeners.onTransmit = (byte, tState) => this.deliver(byte, tState);
	}

	describe(): LinkDescription {
		return { kind: "emulator", port: "emulator", baud: this.machine.config.baud };
	}

	async write(bytes: Uint8Array): Promise<void> {
		this.requireOpen();
		this.machine.sendToMachine(bytes);
	}

	async drain(): Promise<void> {
		this.requireOpen();
		while (this.machine.linePending > 0) {
			await this.clock.sleep((this.machine.linePending * FRAME_BITS) / this.machine.config.baud);
			this.requireOpen();
		}
	}

	onData(listener: DataListener): () => void {
		this.dataListeners.add(listener);
		return () => this.dataListeners.delete(listener);
	}

	onClose(listener: CloseListener): () => void {
		this.closeListeners.add(listener);
		return () => this.closeListeners.delete(listener);
	}

	async close(): Promise<void> {
		this.end("closed", undefined);
	}

	unplug(): void {
		this.machine.dropLine();
		this.end("lost", lineLost());
	}

	private deliver(byte: number, tState: number): void {
		if (this.state !== "open") return;
		// The host must see this byte, and react, before the machine goes on.
		this.machine.pause();
		const bytes = Uint8Array.of(byte);
		for (const listener of [...this.dataListeners]) listener(bytes, tState / this.machine.config.clockHz);
	}

	private end(state: "closed" | "lost", error: ZulmError | undefined): void {
		if (this.state !== "open") return;
		this.state = state;
		for (const listener of [...this.closeListeners]) listener(error);
	}

	private requireOpen(): void {
		if (this.state !== "open") throw lineLost();
	}
}

function timeSourceOf(machine: Machine): TimeSource {
	return {
		nowS: () => machine.timeS,
		runTo: (deadlineS) => {
			machine.runUntil(Math.ceil(deadlineS * machine.config.clockHz));
		},
	};
}

function lineLost(): ZulmError {
	return new ZulmError("line-lost", "The line to the emulated machine is gone.", {
		hint: "Open it again.",
	});
}
