/**
 * A duplex byte line to a machine: a real UART, a TCP serial server, or the emulated machine's UART. Nothing above this
 * interface knows which. Decorators (pacing, capture, faults) wrap a Link in a Link.
 */
import type { ZulmError } from "../base/errors.js";
import type { Clock } from "./clock.js";

export interface LinkDescription {
	readonly kind: "serial" | "tcp" | "emulator";
	/** What the person gave or would give to `--port`. */
	readonly port: string;
	/** Undefined where the far side sets the speed (TCP). */
	readonly baud?: number;
	/** Pause after each byte sent, where the line is paced. */
	readonly characterDelayS?: number;
	/** USB identity of the adapter, where there is one. */
	readonly vendorId?: string;
	readonly productId?: string;
	readonly serialNumber?: string;
}

export interface ControlLines {
	set(lines: { rts?: boolean; dtr?: boolean; brk?: boolean }): Promise<void>;
	get(): Promise<{ cts: boolean; dsr: boolean; dcd: boolean }>;
}

export type DataListener = (bytes: Uint8Array, arrivalS: number) => void;
export type CloseListener = (error: ZulmError | undefined) => void;

export interface Link {
	readonly clock: Clock;
	/** Undefined on ptys and TCP, which have none. */
	readonly controlLines: ControlLines | undefined;
	describe(): LinkDescription;
	/** Queues bytes for the line; resolves when the driver has taken them. @throws ZulmError `line-lost` */
	write(bytes: Uint8Array): Promise<void>;
	/** Resolves when every byte written so far has left for the line. @throws ZulmError `line-lost` */
	drain(): Promise<void>;
	/** Bytes as they arrive, with the clock's time of arrival in seconds. Returns the function that stops listening. */
	onData(listener: DataListener): () => void;
	/** Called once when the line is gone: with an error when it was lost, without when we closed it. */
	onClose(listener: CloseListener): () => void;
	/** Idempotent. */
	close(): Promise<void>;
}
