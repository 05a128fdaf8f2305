/**
 * CP/M 2.2 put together: page zero, BIOS, BDOS, CCP, and what a cold and a warm boot do.
 *
 *   cold boot: banner ─► CCP          warm boot (JP 0, BDOS 0, ^C, disk error): drives logged in afresh ─► CCP
 */
import { Bdos } from "./bdos.js";
import { Bios } from "./bios.js";
import { Ccp } from "./ccp.js";
import { CommandLine } from "./command-line.js";
import type { ConsoleDevice } from "./console-device.js";
import type { Cpu } from "./cpu.js";
import { DiskDelay } from "./disk-delay.js";
import type { Drive } from "./drive.js";
import { BIOS, type Layout, PAGE_ZERO, TOOL_SIGNATURE, TPA } from "./layout.js";
import { runLoader } from "./loader.js";
import type { MachineConfig } from "./machine-config.js";
import { type Native, NativeCode, type Next } from "./native.js";
import type { Timer } from "./timer.js";
import { ToolSystem } from "./tools/tool-system.js";
import { runTool } from "./tools/tools.js";

const JP = 0xc3;
/** What a 68xx part leaves on the data bus when the Z80 asks for a vector. */
const FLOATING_VECTOR = 0xff;

/** How a program that was started without a CCP ended. */
export type ProgramEnd = "returned" | "warm-boot";

export interface CpmWiring {
	readonly cpu: Cpu;
	readonly layout: Layout;
	readonly console: ConsoleDevice;
	/** RDR: and PUN:, where there are such. */
	readonly auxiliary: ConsoleDevice | undefined;
	readonly drives: readonly (Drive | undefined)[];
	readonly timer: Timer;
	readonly config: Pick<MachineConfig, "diskStallS" | "loader" | "stopInLoader">;
	/** The receive interrupt. */
	serviceInterrupt(): void;
	onConsoleInput(byte: number): void;
	onConsoleOutput(byte: number): void;
	onConsoleLine(line: Uint8Array): void;
	onList(byte: number): void;
	onPunch(byte: number): void;
	onReader(byte: number): void;
	/** A program started by `startProgram` is over. */
	onProgramEnd(how: ProgramEnd): void;
}

export class Cpm {
	readonly native: NativeCode;
	private readonly bios: Bios;
	private readonly bdos: Bdos;
	private readonly ccp: Ccp;
	/** A program runs without a CCP to go back to. */
	private alone = false;

	constructor(private readonly wiring: CpmWiring) {
		const { cpu, layout } = wiring;
		this.native = new NativeCode(cpu, layout.nativeReturn, layout.biosTrap(BIOS.wboot));
		this.bios = new Bios({
			...wiring,
			native: this.native,
			coldBoot: () => this.coldBoot(),
			warmBoot: () => this.warmBoot(),
		});
		const diskDelay = new DiskDelay(wiring.timer, wiring.config.diskStallS);
		this.bdos = new Bdos({ ...wiring, bios: this.bios, diskDelay });
		this.ccp = new Ccp({ cpu, layout, bdos: this.bdos, diskDelay });
		const tools = new ToolSystem({ ...wiring, bdos: this.bdos, bios: this.bios, diskDelay });
		this.native.trap(layout.toolTrap, () => runTool(tools));
		this.native.trap(layout.fbase, () => this.bdos.entry());
		this.native.trap(layout.programReturn, () => this.programReturned());
		this.native.trap(layout.interruptService, () => this.interrupt());
	}

	/** Power-on: the CPU stands before the cold boot. */
	reset(): void {
		this.native.clear();
		this.alone = false;
		this.install();
		this.wiring.cpu.memory[PAGE_ZERO.iobyte] = 0;
		this.wiring.cpu.memory[PAGE_ZERO.currentDisk] = 0;
		this.wiring.cpu.regs.pc = this.wiring.layout.biosTrap(BIOS.boot);
	}

	/** Puts a program at 0100h and makes it ready to run with `args` as its command tail, no CCP behind it. */
	startProgram(image: Uint8Array, args: string): void {
		this.reset();
		this.alone = true;
		this.boot(true);
		this.wiring.cpu.memory.set(image, TPA);
		const line = new CommandLine(args === "" ? "" : ` ${args.toUpperCase()}`);
		this.ccp.prepareProgram(line);
	}

	private *coldBoot(): Native<Next> {
		if (this.alone) return this.end("warm-boot");
		this.boot(true);
		const { layout, config } = this.wiring;
		if (config.loader === undefined) {
			yield* this.bdos.console.print(`\r\nZULM ${layout.sizeK}K CP/M 2.2 (emulated)\r\n`);
		} else {
			yield* runLoader(this.bios, config.loader, config.stopInLoader, layout.fbase / 1024);
		}
		return yield* this.ccp.run();
	}

	private *warmBoot(): Native<Next> {
		if (this.alone) return this.end("warm-boot");
		this.boot(false);
		return yield* this.ccp.run();
	}

	private *programReturned(): Native<Next> {
		if (this.alone) return this.end("returned");
		return yield* this.ccp.resume();
	}

	// biome-ignore lint/correctness/useYield: the interrupt service never waits
	private *interrupt(): Native<Next> {
		const { cpu } = this.wiring;
		this.wiring.serviceInterrupt();
		// EI and RETI, 18 T-states; `returnFromCall` counts RET's 10.
		cpu.regs.iff1 = 1;
		cpu.regs.iff2 = 1;
		cpu.tStateCount += 8;
		return "return";
	}

	private end(how: ProgramEnd): Next {
		this.bdos.resetDisks();
		this.wiring.onProgramEnd(how);
		return "jump";
	}

	private boot(cold: boolean): void {
		const { cpu, layout } = this.wiring;
		this.install();
		this.wiring.console.boot(cold);
		this.wiring.auxiliary?.boot(cold);
		this.bdos.boot();
		const drive = (cpu.memory[PAGE_ZERO.currentDisk] as number) & 0x0f;
		// The drive of the prompt is gone or never was: back to A.
		if (this.wiring.drives[drive] === undefined) cpu.memory[PAGE_ZERO.currentDisk] = 0;
		cpu.regs.sp = layout.stackTop;
		cpu.regs.i = layout.vectorPage >> 8;
		cpu.regs.im = 2;
		cpu.regs.iff1 = 1;
		cpu.regs.iff2 = 1;
	}

	/** Page zero, the jump table and the interrupt vector. */
	private install(): void {
		const { cpu, layout } = this.wiring;
		this.bios.install();
		cpu.memory[PAGE_ZERO.bdos] = JP;
		cpu.writeWord(PAGE_ZERO.bdos + 1, layout.fbase);
		cpu.memory[layout.toolTrap + 1] = TOOL_SIGNATURE;
		cpu.writeWord(layout.vectorPage + FLOATING_VECTOR, layout.interruptService);
	}
}
