/**
 * Runs a packed program on a bare Z80 and reads the logits of every step out of its memory, for bench-kernels.mjs:
 * prepare once, then set_query and reply for each query, with a BDOS that only collects what is printed.
 */
import { Z80 } from "z80-emulator";

const BDOS = 5;
const TAIL = 0x80;

export class LogitProbe {
	constructor({ image, symbols, network }) {
		this.symbols = symbols;
		this.hasCommonSum = network.layers.at(-1).hasCommonSum;
		this.memory = new Uint8Array(65536);
		this.memory.set(image, 0x100);
		this.memory[BDOS] = 0xc9;
		const { memory } = this;
		this.cpu = new Z80({
			tStateCount: 0,
			readMemory: (address) => memory[address],
			writeMemory: (address, value) => {
				memory[address] = value;
			},
			contendMemory() {},
			readPort: () => 0xff,
			writePort() {},
			contendPort() {},
		});
		this.call("prepare", 0);
	}

	/** @returns the reply's bytes and the logits of every step */
	ask(query) {
		this.memory.set([...query, 0], TAIL);
		this.reply = [];
		this.steps = [];
		this.call("set_query", TAIL);
		this.call("reply", TAIL);
		return { reply: Uint8Array.from(this.reply), logits: this.steps };
	}

	call(label, hl) {
		const { regs } = this.cpu;
		regs.sp = this.symbols.get("STACK") - 2;
		this.memory[regs.sp] = 0;
		this.memory[regs.sp + 1] = 0;
		regs.hl = hl;
		regs.pc = this.symbols.get(label);
		regs.iff1 = regs.iff2 = 1;
		const argmax = this.symbols.get("argmax");
		while (regs.pc !== 0) {
			if (regs.pc === argmax) this.steps.push(this.logits());
			if (regs.pc === BDOS && (regs.c === 2 || regs.c === 6)) this.reply.push(regs.e);
			this.cpu.step();
		}
	}

	/** The accumulators as argmax finds them, with what all have in common: top bits turned over, two bits more than logits. */
	logits() {
		const low = this.symbols.get("LOGITS") * 256;
		const sum = (k) => this.memory[low + k] | (this.memory[low + 256 + k] << 8);
		const classes = this.symbols.get("CLASSES");
		const common = this.hasCommonSum ? sum(classes) : 0;
		return Array.from({ length: classes }, (_, k) => (((sum(k) + common) ^ 0x8000) << 16) >> 18);
	}
}
