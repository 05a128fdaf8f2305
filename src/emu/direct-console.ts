/**
 * A console without a line: what the host gives is there at once (or at the pace of a typist), output goes straight to
 * a callback. For `zulm run` and for measurements, where the UART's time must not count.
 */
import type { ConsoleDevice } from "./console-device.js";

export class DirectConsole implements ConsoleDevice {
	/** Every character the machine has written, as it writes it. */
	onOutput: (byte: number) => void = () => {};
	/** A program has looked for input when there was none and none was on its way. */
	onIdlePoll: () => void = () => {};
	private readonly waiting: { readonly byte: number; readonly readyT: number }[] = [];
	private head = 0;
	private nowT = 0;

	/** Queues input, the first character ready at `fromT`, each next one `spacingT` T-states later. */
	type(bytes: Uint8Array, fromT = 0, spacingT = 0): void {
		bytes.forEach((byte, i) => {
			this.waiting.push({ byte, readyT: fromT + i * spacingT });
		});
	}

	/** Input that has been given and not read. */
	get pending(): number {
		return this.waiting.length - this.head;
	}

	get nextEvent(): number {
		const next = this.waiting[this.head];
		return next !== undefined && next.readyT > this.nowT ? next.readyT : Number.POSITIVE_INFINITY;
	}

	advance(tState: number): void {
		this.nowT = Math.max(this.nowT, tState);
	}

	boot(): void {}

	inputReady(): boolean {
		const next = this.waiting[this.head];
		if (next === undefined) this.onIdlePoll();
		return next !== undefined && next.readyT <= this.nowT;
	}

	read(): number | undefined {
		if (!this.inputReady()) return undefined;
		const byte = this.waiting[this.head++]?.byte;
		if (this.head === this.waiting.length) {
			this.waiting.length = 0;
			this.head = 0;
		}
		return byte;
	}

	write(byte: number): boolean {
		this.onOutput(byte);
		return true;
	}

	starved(): boolean {
		return this.pending === 0;
	}
}
