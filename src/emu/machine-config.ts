/**
 * Which machine: the numbers and choices that tell one emulated machine from another. A sibling is one more entry.
 */
import type { ReceiveRing } from "./acia-console.js";
import { DEFAULT_FBASE } from "./layout.js";

export interface MachineConfig {
	readonly name: string;
	readonly clockHz: number;
	/** The line's speed at both ends; the UART's clock is chosen so that clock / 64 gives it. */
	readonly baud: number;
	/** The word at 0006h. */
	readonly fbase: number;
	/** How the BIOS receives: by interrupt into a ring, or (undefined) polling. */
	readonly receiveRing: ReceiveRing | undefined;
}

/** RC2014 with a 68B50: 7.3728 MHz, 115200 8N1, RTS as RomWBW's driver handles it, BDOS as on the stock disk. */
export const RC2014: MachineConfig = {
	name: "rc2014",
	clockHz: 7_372_800,
	baud: 115_200,
	fbase: DEFAULT_FBASE,
	receiveRing: { size: 32, dropRtsAt: 16, raiseRtsAt: 8 },
};
