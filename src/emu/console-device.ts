/**
 * What the BIOS talks to when a program uses the console: the UART's driver, or the host directly.
 */

/** A part of the machine that does something by itself at a known time. */
export interface TimedDevice {
	/** T-state of the next thing it will do; infinite when it waits for others. */
	readonly nextEvent: number;
	/** Does what is due by `tState`. */
	advance(tState: number): void;
}

export interface ConsoleDevice extends TimedDevice {
	/** A cold boot starts afresh; a warm boot puts the device back in order and loses nothing. */
	boot(cold: boolean): void;
	/** A character is there. */
	inputReady(): boolean;
	/** The next character, or undefined when there is none yet. */
	read(): number | undefined;
	/** Takes a character for output; false when it must be offered again after the next event. */
	write(byte: number): boolean;
	/** A program that waits for input now would wait for ever unless the host gives more. */
	starved(): boolean;
}
