/**
 * The least that a chat program needs to run: a Z80, 64 K of memory, and BDOS 2, 6 and 9. No line, no disk, no time but
 * T-states. For tests of the kernels, which look into memory at every step; the emulated machine proper is in src/emu.
 */
import { type Hal, Z80 } from "z80-emulator";
import { fromMachineBytes, toMachineBytes } from "../../model/charset.js";
import { MAX_REPLY_LENGTH } from "../../model/network.js";
import { PROGRAM_ORIGIN, type Program } from "../program.js";

const BDOS_ENTRY = 5;
/** Nothing here takes longer; a program that does has lost its way. */
const LIMIT_T_STATES = 400_000_000;

export interface Emission {
	readonly byte: number;
	readonly tStates: number;
}

export class ChatMachine {
	readonly memory = new Uint8Array(65536);
	readonly cpu: Z80;
	/** Console output since the last `ask` or `runWith`. */
	output: Emission[] = [];
	/** The longest run of T-states with interrupts off so far. */
	longestInterruptsOff = 0;
	/** Called before every instruction at the given addresses. */
	readonly watch = new Map<number, () => void>();
	readonly #program: Program;
	readonly #hal: Hal;
	#keys: Uint8Array = new Uint8Array(0);
	#nextKey = 0;

	constructor(program: Program, fbase = 0xd806) {
		this.#program = program;
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

	/** Runs the program with a command tail until it returns to CP/M or asks for a key that nobody presses. */
	runWith(tail: string, keys = ""): string {
		const text = toMachineBytes(tail === "" ? "" : ` ${tail}`);
		this.memory[0x80] = text.length;
		this.memory.set(text, 0x81);
		this.output = [];
		this.#keys = Uint8Array.from(keys, (key) => key.charCodeAt(0));
		this.#nextKey = 0;
		const { regs } = this.cpu;
		regs.pc = PROGRAM_ORIGIN;
		regs.sp = 0xd000;
		regs.iff1 = 1;
		regs.iff2 = 1;
		this.#run();
		return this.text();
	}

	/** The logits as they stand when `argmax` is entered. */
	logits(): number[] {
		const { memory } = this;
		const low = this.symbol("LOGITS") * 256;
		const classes = this.symbol("CLASSES");
		const sum = (k: number) => (memory[low + k] as number) | ((memory[low + 256 + k] as number) << 8);
		return Array.from({ length: classes }, (_, k) => ((sum(k) ^ 0x8000) << 16) >> 18);
	}

	text(): string {
		return String.fromCharCode(...this.output.map(({ byte }) => byte));
	}

	/** Takes a query as the program's own `set_query` wants it and answers it; the reply's text. */
	ask(query: Uint8Array): string {
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
		regs.iff1 = 1;
		regs.iff2 = 1;
		regs.hl = hl;
		regs.pc = this.symbol(label);
		this.#run();
	}

	#run(): void {
		const { cpu, watch } = this;
		const { regs } = cpu;
		const hal = this.#hal;
		const limit = hal.tStateCount + LIMIT_T_STATES;
		let offSince = -1;
		while (regs.pc !== 0) {
			if (regs.pc === BDOS_ENTRY && !this.#bdos()) return;
			if (watch.size > 0) watch.get(regs.pc)?.();
			if (hal.tStateCount > limit) throw new Error(`the program hangs near ${regs.pc.toString(16)}h`);
			cpu.step();
			if (regs.iff1 === 0) {
				if (offSince < 0) offSince = hal.tStateCount;
			} else if (offSince >= 0) {
				this.longestInterruptsOff = Math.max(this.longestInterruptsOff, hal.tStateCount - offSince);
				offSince = -1;
			}
		}
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
			case 6:
				if (regs.e !== 0xff) {
					this.output.push({ byte: regs.e, tStates: this.tStates });
					break;
				}
				if (this.#nextKey >= this.#keys.length) return false;
				key = this.#keys[this.#nextKey++] as number;
				break;
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
		return true;
	}
}
