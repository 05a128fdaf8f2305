/**
 * Where a served machine can be reached: one end of a line that a host program opens.
 */
export interface Endpoint {
	/** What to give to `--port`. */
	readonly address: string;
	/** Bytes written that the host program has not taken yet. */
	readonly backlog: number;
	write(bytes: Uint8Array): void;
	/** Stops and starts taking bytes from the host program, which then has to wait. */
	setReading(reading: boolean): void;
	/** Frees the port. */
	close(): Promise<void>;
}

export interface EndpointListeners {
	onData(bytes: Uint8Array): void;
	/** The endpoint is beyond repair. */
	onError(error: Error): void;
}
