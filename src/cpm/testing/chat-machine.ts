/**
 * The least that a chat program needs to run: a Z80, 64 K of memory, and BDOS 2, 6 and 9. No line, no disk, no time but
 * T-states. For tests of the kernels, which look into memory at every step; the emulated machine proper is in src/emu.
 *
 *   keys, each after so many polls ─► BDOS 6 ─► program ─► BDOS 2, 6, 9 ─► output with T-states
 *                                                  ▲
 *                     interrupts, off or at every chance there is
 */
import { type Hal, Z80 } from "z80-emulator";
import { fromMachineBytes, toMachineBytes } from "../../model/charset.js";
import { MAX_REPLY_LENGTH } from "../../model/network.js";
import { PROGRAM_ORIGIN, type Program } from "../program.js";

const BDOS_ENTRY = 5;
const COMMAND_TAIL = 0x80;
/** Nothing here takes longer; a program that does has lost its way. */
const LIMIT_T_STATES = 400_000_000;
const EI = 0xfb;
/** From the BDOS entry down to the CCP's stack in CP/M 2.2, roughly: what SP is when a program starts. */
const CCP_STACK_BELOW_BDOS = 0x106;
/** What a handler leaves behind on the stack: an address, all registers, and a few calls of its own. */
const HANDLER_STACK_BYTES = 48;
const JUNK = 0xa5a5;

export interface Emission {
	readonly byte: number;
	readonly tStates: number;
}

/** A key and how often the program polls in vain before it comes. */
export interface Key {
	readonly byte: number;
	readonly polls: number;
}

/** How a run ended. */
export type RunEnd =
	/** Jumped to 0. */
	| "warm boot"
	/** Polled for a key that nobody presses. */
	| "waiting";

export class ChatMachine {
	readonly memory = new Uint8Array(65536);
	readonly cpu: Z80;
	/** Console output since the last `ask` or `runWith`. */
	output: Emission[] = [];
	/** Bytes to the auxiliary device (PUN:) since the start; the keys of `runWith` come from RDR: for BDOS 3. */
	readonly auxiliary: number[] = [];
	/** The longest run of T-states with interrupts off so far. */
	longestInterruptsOff = 0;
	/** Called before every instruction at the given addresses. */
	readonly watch = new Map<number, () => void>();
	/** Whether interrupts are on when a run starts. */
	interruptsAtStart = true;
	/** Takes an interrupt at every chance; the handler uses the stack and loses the alternate registers. */
	interruptAlways = false;
	interruptsTaken = 0;
	/** Whether interrupts were ever on since the last start of a run. */
	interruptsSeenOn = false;
	/** How the last run ended. */
	end: RunEnd = "waiting";
	readonly #program: Program;
	readonly #fbase: number;
	readonly #hal: Hal;
	#keys: readonly Key[] = [];
	#nextKey = 0;
	#pollsLeft = 0;
	/** Whether the start-up work of a chat is done. */
	#prepared = false;

	constructor(program: Program, fbase = 0xd806) {
		this.#program = program;
		this.#fbase = fbase;
		const { memory } = this;
		this.#hal = {
			tStateCount: 0,
			readMemory: (address) => memory[address] as number,
			writeMemory: (address, value) => {
				memory[address] = value;
			},
			contendMemory: () => {},
			readPort: () => 0xff,
			writePort: () => {},
			contendPort: () => {},
		};
		this.cpu = new Z80(this.#hal);
		memory.set(program.image, PROGRAM_ORIGIN);
		memory[BDOS_ENTRY] = 0xc9;
		memory[6] = fbase & 255;
		memory[7] = fbase >> 8;
	}

	get tStates(): number {
		return this.#hal.tStateCount;
	}

	symbol(name: string): number {
		const value = this.#program.symbols.get(name);
		if (value === undefined) throw new Error(`no symbol ${name}`);
		return value;
	}

	/**
	 * Runs the program with a command tail until it returns to CP/M or asks for a key that nobody presses.
	 * @param tail with the blank in front that the CCP leaves there
	 * @param keys as a string: one byte each, all typed ahead
	 */
	runWith(tail: string | Uint8Array, keys: string | readonly Key[] = ""): string {
		const text = typeof tail === "string" ? toMachineBytes(tail) : tail;
		this.memory[COMMAND_TAIL] = text.length;
		this.memory.set(text, COMMAND_TAIL + 1);
		this.output = [];
		this.#keys = typeof keys === "string" ? [...keys].map((key) => ({ byte: key.charCodeAt(0), polls: 0 })) : keys;
		this.#nextKey = 0;
		this.#pollsLeft = this.#keys[0]?.polls ?? 0;
		const { regs } = this.cpu;
		regs.pc = PROGRAM_ORIGIN;
		regs.sp = this.#fbase - CCP_STACK_BELOW_BDOS;
		this.#run();
		return this.text();
	}

	/** The logits as they stand when `argmax` is entered: each class's accumulator and what all have in common. */
	logits(): number[] {
		const { memory } = this;
		const low = this.symbol("LOGITS") * 256;
		const classes = this.symbol("CLASSES");
		const sum = (k: number) => (memory[low + k] as number) | ((memory[low + 256 + k] as number) << 8);
		const common = this.#program.network.layers.at(-1)?.hasCommonSum ? sum(classes) : 0;
		return Array.from({ length: classes }, (_, k) => (((sum(k) + common) ^ 0x8000) << 16) >> 18);
	}

	text(): string {
		return String.fromCharCode(...this.output.map(({ byte }) => byte));
	}

	/** Takes a query as the program's own `set_query` wants it and answers it; the reply's text. */
	ask(query: Uint8Array): string {
		if (!this.#prepared) this.#call("prepare", 0);
		this.#prepared = true;
		this.memory.set([...query, 0], 0x80);
		this.output = [];
		this.#call("set_query", 0x80);
		this.#call("reply", 0x80);
		if (this.output.length > MAX_REPLY_LENGTH) throw new Error("a reply of more than 50 characters");
		return fromMachineBytes(Uint8Array.from(this.output, ({ byte }) => byte));
	}

	#call(label: string, hl: number): void {
		const { regs } = this.cpu;
		regs.sp = this.symbol("STACK") - 2;
		this.memory[regs.sp] = 0;
		this.memory[regs.sp + 1] = 0;
		regs.hl = hl;
		regs.pc = this.symbol(label);
		this.#run();
	}

	#run(): void {
		const { cpu, watch, memory } = this;
		const { regs } = cpu;
		const hal = this.#hal;
		const limit = hal.tStateCount + LIMIT_T_STATES;
		regs.iff1 = regs.iff2 = this.interruptsAtStart ? 1 : 0;
		this.interruptsSeenOn = false;
		this.end = "warm boot";
		let offSince = -1;
		while (regs.pc !== 0) {
			if (regs.pc === BDOS_ENTRY && !this.#bdos()) {
				this.end = "waiting";
				return;
			}
			if (watch.size > 0) watch.get(regs.pc)?.();
			if (hal.tStateCount > limit) throw new Error(`the program hangs near ${regs.pc.toString(16)}h`);
			const opcode = memory[regs.pc];
			cpu.step();
			if (regs.iff1 === 0) {
				if (offSince < 0) offSince = hal.tStateCount;
				continue;
			}
			this.interruptsSeenOn = true;
			if (offSince >= 0) {
				this.longestInterruptsOff = Math.max(this.longestInterruptsOff, hal.tStateCount - offSince);
				offSince = -1;
			}
			if (this.interruptAlways && opcode !== EI) this.#interrupt();
		}
	}

	/** What a handler may do: use the stack, and come back with the registers of the program but not the alternate ones. */
	#interrupt(): void {
		const { regs } = this.cpu;
		this.interruptsTaken++;
		for (let i = 1; i <= HANDLER_STACK_BYTES; i++) this.memory[(regs.sp - i) & 0xffff] = JUNK & 255;
		regs.afPrime = JUNK;
		regs.bcPrime = JUNK;
		regs.dePrime = JUNK;
		regs.hlPrime = JUNK;
	}

	/** False when the program waits for input that is not there. */
	#bdos(): boolean {
		const { regs } = this.cpu;
		let key = 0x5a;
		switch (regs.c) {
			case 2:
				this.output.push({ byte: regs.e, tStates: this.tStates });
				break;
			case 9:
				for (let a = regs.de; this.memory[a] !== 0x24; a++)
					this.output.push({ byte: this.memory[a] as number, tStates: this.tStates });
				break;
			case 3: {
				const sent = this.#poll();
				if (sent === undefined) return false;
				key = sent;
				break;
			}
			case 4:
				this.auxiliary.push(regs.e);
				break;
			case 6: {
				if (regs.e !== 0xff) {
					this.output.push({ byte: regs.e, tStates: this.tStates });
					break;
				}
				const pressed = this.#poll();
				if (pressed === undefined) return false;
				key = pressed;
				break;
			}
			default:
				throw new Error(`BDOS ${regs.c} is not expected of a chat program`);
		}
		// Real BDOSes keep no register: make sure that nobody counts on one.
		regs.af = (key << 8) | 0x5a;
		regs.bc = 0x5a5a;
		regs.de = 0x5a5a;
		regs.hl = 0x5a5a;
		regs.ix = 0x5a5a;
		regs.iy = 0x5a5a;
		regs.afPrime = regs.bcPrime = regs.dePrime = regs.hlPrime = JUNK;
		return true;
	}

	/** The key that is there, 0 for none yet, undefined when there will be none. */
	#poll(): number | undefined {
		const key = this.#keys[this.#nextKey];
		if (key === undefined) return undefined;
		if (this.#pollsLeft > 0) {
			this.#pollsLeft--;
			return 0;
		}
		this.#nextKey++;
		this.#pollsLeft = this.#keys[this.#nextKey]?.polls ?? 0;
		return key.byte;
	}
}
