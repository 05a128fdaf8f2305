/**
 * A machine's own screen and keyboard, as a console that is not on the line (PC-8801).
 *
 *   somebody ── type ─► keys ─► CONIN          CONOUT ─► onOutput, text ─► somebody's eyes
 *
 * Bytes both ways, A1h–DFh being half-width katakana (JIS X 0201). Knows no cursor and no attributes: the text is what has
 * been written, in order.
 */
import type { ConsoleDevice } from "./console-device.js";

/** What `text` keeps. */
const MOST_TEXT = 100_000;

export class ScreenConsole implements ConsoleDevice {
	readonly nextEvent = Number.POSITIVE_INFINITY;
	/** Called with every byte that is written to the screen. */
	onOutput: (byte: number) => void = () => {};
	private written = "";
	private keys: number[] = [];

	/** What has been written, a character a byte; the oldest is dropped after 100,000. */
	get text(): string {
		return this.written;
	}

	/** Presses keys; the machine reads them when it wants to. */
	type(bytes: Uint8Array): void {
		this.keys.push(...bytes);
	}

	advance(): void {}

	boot(cold: boolean): void {
		if (cold) this.keys = [];
	}

	inputReady(): boolean {
		return this.keys.length > 0;
	}

	read(): number | undefined {
		return this.keys.shift();
	}

	write(byte: number): boolean {
		this.written = (this.written + String.fromCharCode(byte)).slice(-MOST_TEXT);
		this.onOutput(byte);
		return true;
	}

	starved(): boolean {
		return false;
	}
}
