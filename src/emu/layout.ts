/**
 * Where CP/M lies in memory, from the one number that programs see: the BDOS entry in the word at 0006h.
 *
 *   0000 page zero │ 0100 TPA … │ CCP │ FBASE BDOS │ BIOS jump table … │ traps, DPB, vectors │ FFFF
 *
 * The distances are those of CP/M 2.2 (Alteration Guide, 3): CCP 800h long, BDOS E00h, entry 6 bytes into it.
 */
import { ZulmError } from "../base/errors.js";

/** Page zero (CP/M 2.2 Interface Guide, 6). */
export const PAGE_ZERO = {
	warmBoot: 0x0000,
	iobyte: 0x0003,
	currentDisk: 0x0004,
	bdos: 0x0005,
	fcb1: 0x005c,
	fcb2: 0x006c,
	buffer: 0x0080,
} as const;

export const TPA = 0x0100;

/** Entries of the BIOS jump table, in its order. */
export const BIOS = {
	boot: 0,
	wboot: 1,
	const: 2,
	conin: 3,
	conout: 4,
	list: 5,
	punch: 6,
	reader: 7,
	home: 8,
	seldsk: 9,
	settrk: 10,
	setsec: 11,
	setdma: 12,
	read: 13,
	write: 14,
	listst: 15,
	sectran: 16,
} as const;

export const BIOS_ENTRIES = 17;

/** From the warm boot entry (the word at 0001h) to the trap of native tools: behind all other traps. */
export const TOOL_TRAP_OFFSET = 0x60;
/** What stands behind that trap, so that a stub knows whether it is on an emulated machine. */
export const TOOL_SIGNATURE = 0x5a;

export interface Layout {
	/** First byte of the CCP: programs are loaded below. */
	readonly ccp: number;
	/** Stack of the CCP and of programs that bring none, in the CCP's own memory as on a real 2.2. */
	readonly stackTop: number;
	/** The CCP's own FCB, above its stack. */
	readonly ccpFcb: number;
	/** The BDOS entry, in the word at 0006h. */
	readonly fbase: number;
	/** The jump table; its second entry is in the word at 0001h. */
	readonly bios: number;
	/** Where a returning program is caught. */
	readonly programReturn: number;
	/** Where Z80 routines called by native code return to. */
	readonly nativeReturn: number;
	readonly interruptService: number;
	/** Where the stub of a native tool jumps to, `TOOL_TRAP_OFFSET` above the warm boot entry. */
	readonly toolTrap: number;
	/** Disk parameter block, 15 bytes. */
	readonly dpb: number;
	/** Page with the interrupt vector in its last byte and the one after: IM 2 with FFh on the floating bus. */
	readonly vectorPage: number;
	/** Allocation vector, room for 4096 blocks. */
	readonly allocation: number;
	/** The address that entry `n` of the jump table leads to. */
	readonly biosTrap: (n: number) => number;
	/** What systems of this size call themselves ("59K"). */
	readonly sizeK: number;
}

export const DEFAULT_FBASE = 0xd806;
/** Ours to the top: jump table and traps, a page for the vector, the allocation vector. */
const BIOS_BYTES = 0x600;

/** @throws ZulmError `usage` when CP/M cannot lie there. */
export function layoutFor(fbase: number): Layout {
	const bdos = fbase - 6;
	const bios = bdos + 0xe00;
	const ccp = bdos - 0x800;
	if ((bdos & 0xff) !== 0 || ccp < 0x2000 || bios + BIOS_BYTES > 0x10000) {
		throw new ZulmError("usage", `CP/M cannot have its BDOS at ${fbase.toString(16).toUpperCase()}h.`, {
			hint: "Choose an address that ends in 06h, from 2806h to EC06h.",
		});
	}
	const traps = bios + 3 * BIOS_ENTRIES;
	return {
		ccp,
		stackTop: ccp + 0x700,
		ccpFcb: ccp + 0x700,
		fbase,
		bios,
		programReturn: traps + BIOS_ENTRIES,
		nativeReturn: traps + BIOS_ENTRIES + 1,
		interruptService: traps + BIOS_ENTRIES + 2,
		toolTrap: bios + 3 * BIOS.wboot + TOOL_TRAP_OFFSET,
		dpb: bios + 0x80,
		vectorPage: bios + 0x100,
		allocation: bios + 0x300,
		biosTrap: (n) => traps + n,
		sizeK: (ccp - 0x3400) / 1024 + 20,
	};
}
