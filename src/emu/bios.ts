/**
 * The BIOS: the jump table above the BDOS, and the routines behind it, native.
 *
 *   0000 JP ─► table+3 ─► JP trap …      every entry is a real JP, so programs can call it, copy it or patch it
 *
 * When the BDOS needs the console it goes through the table too, so a program that redirects CONIN or CONOUT is obeyed
 * (CP/M 2.2 Alteration Guide, 6). Disks have no sectors here: SELDSK answers "no such disk", READ and WRITE an error.
 */
import type { ConsoleDevice } from "./console-device.js";
import type { Cpu } from "./cpu.js";
import { BIOS, BIOS_ENTRIES, type Layout, PAGE_ZERO } from "./layout.js";
import { type Native, type NativeCode, type Next, WAIT_EVENT, WAIT_INPUT } from "./native.js";

const JP = 0xc3;
const CTRL_Z = 0x1a;

export interface BiosWiring {
	readonly cpu: Cpu;
	readonly layout: Layout;
	readonly native: NativeCode;
	readonly console: ConsoleDevice;
	/** What RDR: and PUN: are; undefined where there is no such device. */
	readonly auxiliary: ConsoleDevice | undefined;
	/** A character has been handed to a program or to CP/M's line editor. */
	onConsoleInput(byte: number): void;
	onConsoleOutput(byte: number): void;
	onList(byte: number): void;
	onPunch(byte: number): void;
	onReader(byte: number): void;
	/** Entry 0 and entry 1. */
	coldBoot(): Native<Next>;
	warmBoot(): Native<Next>;
}

export class Bios {
	constructor(private readonly wiring: BiosWiring) {
		const { native, layout } = wiring;
		const routines = this.routines();
		routines.forEach((routine, n) => {
			native.trap(layout.biosTrap(n), routine);
		});
	}

	/** Writes the jump table, as a boot does. */
	install(): void {
		const { cpu, layout } = this.wiring;
		for (let n = 0; n < BIOS_ENTRIES; n++) {
			cpu.memory[layout.bios + 3 * n] = JP;
			cpu.writeWord(layout.bios + 3 * n + 1, layout.biosTrap(n));
		}
		cpu.memory[PAGE_ZERO.warmBoot] = JP;
		cpu.writeWord(PAGE_ZERO.warmBoot + 1, layout.bios + 3 * BIOS.wboot);
	}

	/** @returns whether a character waits. */
	*consoleStatus(): Native<boolean> {
		if (this.isOurs(BIOS.const)) return this.wiring.console.inputReady();
		return (yield* this.call(BIOS.const, 0)) !== 0;
	}

	*consoleInput(): Native<number> {
		if (!this.isOurs(BIOS.conin)) return yield* this.call(BIOS.conin, 0);
		return yield* this.readKey();
	}

	*consoleOutput(byte: number): Native<void> {
		if (this.isOurs(BIOS.conout)) yield* this.writeCharacter(byte);
		else yield* this.call(BIOS.conout, byte);
	}

	*list(byte: number): Native<void> {
		if (this.isOurs(BIOS.list)) this.wiring.onList(byte);
		else yield* this.call(BIOS.list, byte);
	}

	*punch(byte: number): Native<void> {
		if (this.isOurs(BIOS.punch)) yield* this.writeAuxiliary(byte);
		else yield* this.call(BIOS.punch, byte);
	}

	/** Waits for a character; ^Z, the end of a file, where there is no reader. */
	*reader(): Native<number> {
		return this.isOurs(BIOS.reader) ? yield* this.readAuxiliary() : yield* this.call(BIOS.reader, 0);
	}

	/** Whether a character from the reader waits. No entry of CP/M 2.2's table tells: programs ask the chip. */
	// biome-ignore lint/correctness/useYield: of one shape with the others
	*readerStatus(): Native<boolean> {
		return this.wiring.auxiliary?.inputReady() ?? true;
	}

	/** The BDOS passes a character on: not when it reads it, for it may keep one back. */
	handOver(byte: number): number {
		this.wiring.onConsoleInput(byte);
		return byte;
	}

	private *readKey(): Native<number> {
		return yield* readFrom(this.wiring.console);
	}

	private *readAuxiliary(): Native<number> {
		const { auxiliary, onReader } = this.wiring;
		const byte = auxiliary === undefined ? CTRL_Z : yield* readFrom(auxiliary);
		onReader(byte);
		return byte;
	}

	private *writeAuxiliary(byte: number): Native<void> {
		const { auxiliary, onPunch } = this.wiring;
		while (auxiliary !== undefined && !auxiliary.write(byte)) yield WAIT_EVENT;
		onPunch(byte);
	}

	private *writeCharacter(byte: number): Native<void> {
		const { console, onConsoleOutput } = this.wiring;
		while (!console.write(byte)) yield WAIT_EVENT;
		onConsoleOutput(byte);
	}

	/** Whether the table entry still leads to our routine. */
	private isOurs(n: number): boolean {
		const { cpu, layout } = this.wiring;
		const entry = layout.bios + 3 * n;
		return cpu.memory[entry] === JP && cpu.readWord(entry + 1) === layout.biosTrap(n);
	}

	/** Calls the Z80 routine a program has put into the table. @returns A. */
	private *call(n: number, c: number): Native<number> {
		const { cpu, layout } = this.wiring;
		cpu.regs.c = c;
		yield { kind: "call", address: layout.bios + 3 * n };
		return cpu.regs.a;
	}

	/** Entry points as the Z80 sees them: argument in C, result in A (or HL). */
	private routines(): (() => Native<Next>)[] {
		const { wiring } = this;
		const { cpu } = wiring;
		const direct = (result: () => void) =>
			// biome-ignore lint/correctness/useYield: a native routine that never waits
			function* (): Native<Next> {
				result();
				return "return";
			};
		const routines: (() => Native<Next>)[] = new Array(BIOS_ENTRIES).fill(direct(() => {}));
		routines[BIOS.boot] = () => wiring.coldBoot();
		routines[BIOS.wboot] = () => wiring.warmBoot();
		routines[BIOS.const] = direct(() => {
			cpu.regs.a = wiring.console.inputReady() ? 0xff : 0;
		});
		const readKey = () => this.readKey();
		const handOver = (byte: number) => this.handOver(byte);
		const writeCharacter = (byte: number) => this.writeCharacter(byte);
		routines[BIOS.conin] = function* () {
			cpu.regs.a = handOver(yield* readKey());
			return "return";
		};
		routines[BIOS.conout] = function* () {
			yield* writeCharacter(cpu.regs.c);
			return "return";
		};
		routines[BIOS.list] = direct(() => wiring.onList(cpu.regs.c));
		const readAuxiliary = () => this.readAuxiliary();
		const writeAuxiliary = (byte: number) => this.writeAuxiliary(byte);
		routines[BIOS.punch] = function* () {
			yield* writeAuxiliary(cpu.regs.c);
			return "return";
		};
		routines[BIOS.reader] = function* () {
			cpu.regs.a = yield* readAuxiliary();
			return "return";
		};
		routines[BIOS.seldsk] = direct(() => {
			cpu.regs.hl = 0;
		});
		const failed = direct(() => {
			cpu.regs.a = 1;
		});
		routines[BIOS.read] = failed;
		routines[BIOS.write] = failed;
		routines[BIOS.listst] = direct(() => {
			cpu.regs.a = 0xff;
		});
		routines[BIOS.sectran] = direct(() => {
			cpu.regs.hl = cpu.regs.bc;
		});
		return routines;
	}
}

function* readFrom(device: ConsoleDevice): Native<number> {
	for (;;) {
		const byte = device.read();
		if (byte !== undefined) return byte;
		yield WAIT_INPUT;
	}
}
