/**
 * Which machine: the numbers and choices that tell one emulated machine from another. A sibling is one more entry.
 *
 *   rc2014        our RX on its disk, the default        rc2014-stock  DOWNLOAD, behind the Small Computer Monitor
 *   romwbw-like   XM, a ROM disk, RomWBW's boot loader   pc8801        8251, console on its own screen
 *   bare          PIP, LOAD, DDT and STAT, 9600 baud, no flow control, a disk that stalls for two seconds
 *
 * Figures from the machines' documents and from recorded sessions; see each entry.
 */
import { DEFAULT_FBASE } from "./layout.js";
import type { LoaderName } from "./loader.js";
import type { ToolName } from "./tools/tools.js";
import type { UartName } from "./uart.js";
import type { ReceiveRing } from "./uart-console.js";

export interface MachineConfig {
	readonly name: string;
	readonly clockHz: number;
	/** The serial chip: 68B50 at 80h and 81h, Z80 SIO/2 at 80h to 83h, 8251 at 20h and 21h. */
	readonly uart: UartName;
	/** Whether CP/M's console is the line, or a screen and keyboard of the machine's own, the line being RDR: and PUN:. */
	readonly consoleOn: "line" | "screen";
	/** The line's speed at both ends; the UART's clock is chosen so that the usual divider gives it. */
	readonly baud: number;
	/** Whether the machine's RTS is wired to the host's CTS, and so obeyed. */
	readonly flowControl: boolean;
	/** The word at 0006h. */
	readonly fbase: number;
	/** How the BIOS receives: by interrupt into a ring, or (undefined) polling. */
	readonly receiveRing: ReceiveRing | undefined;
	/** How long the machine stands still for one flush of its disk, seconds. */
	readonly diskStallS: number;
	/** What is on drive A: besides the files that are put there. */
	readonly tools: readonly ToolName[];
	/** What is on drive B:, a disk in ROM that cannot be written; empty where there is none. */
	readonly romTools: readonly ToolName[];
	/** What the ROM starts before CP/M. */
	readonly loader: LoaderName | undefined;
	/** Whether a cold boot stops in the loader, or (false) goes on to CP/M as if it had been told to. */
	readonly stopInLoader: boolean;
	/** Whether the BIOS clears bit 7 of what it reads from the console. */
	readonly stripBit7: boolean;
}

/** RC2014 with a 68B50: 7.3728 MHz, 115200 8N1, RTS as RomWBW's driver handles it, BDOS as on the stock disk. */
export const RC2014: MachineConfig = {
	name: "rc2014",
	clockHz: 7_372_800,
	uart: "68b50",
	consoleOn: "line",
	baud: 115_200,
	flowControl: true,
	fbase: DEFAULT_FBASE,
	receiveRing: { size: 32, dropRtsAt: 16, raiseRtsAt: 8 },
	diskStallS: 0,
	tools: [],
	romTools: [],
	loader: undefined,
	stopInLoader: false,
	stripBit7: false,
};

/** RC2014 with RomWBW: the boot loader, XM on the disk and in ROM, BDOS at D806h too (it calls that "54.0K TPA"). */
export const ROMWBW_LIKE: MachineConfig = {
	...RC2014,
	name: "romwbw-like",
	loader: "romwbw",
	tools: ["XM", "PIP", "LOAD", "DDT", "STAT"],
	romTools: ["XM", "PIP", "LOAD", "DDT", "STAT"],
};

/** The least a CP/M 2.2 can be: 64 K, console polled at 9600 baud, no flow control, floppies, no receiver on them. */
export const BARE: MachineConfig = {
	...RC2014,
	name: "bare",
	clockHz: 4_000_000,
	baud: 9600,
	flowControl: false,
	fbase: 0xec06,
	receiveRing: undefined,
	diskStallS: 2,
	tools: ["PIP", "LOAD", "DDT", "STAT"],
};

/** RC2014 as its CP/M disk image comes: Grant Searle's DOWNLOAD on it, behind the Small Computer Monitor. */
export const RC2014_STOCK: MachineConfig = {
	...RC2014,
	name: "rc2014-stock",
	loader: "scm",
	tools: ["DOWNLOAD"],
};

/**
 * NEC PC-8801: its console is its own screen and keyboard, the line an 8251 at 9600 baud behind RDR: and PUN:. The usual
 * cable loops RTS to CTS, so nothing holds the sender.
 */
export const PC8801: MachineConfig = {
	...RC2014,
	name: "pc8801",
	clockHz: 3_993_600,
	uart: "8251",
	consoleOn: "screen",
	baud: 9600,
	flowControl: false,
	receiveRing: undefined,
	tools: ["PIP", "LOAD", "DDT", "STAT", "XMODEM"],
};

/** Every emulated machine by the name that `--machine` takes. */
export const MACHINES = {
	"rc2014": RC2014,
	"rc2014-stock": RC2014_STOCK,
	"romwbw-like": ROMWBW_LIKE,
	"pc8801": PC8801,
	"bare": BARE,
} as const satisfies Record<string, MachineConfig>;

export type MachineName = keyof typeof MACHINES;

export const MACHINE_NAMES = Object.keys(MACHINES) as MachineName[];
