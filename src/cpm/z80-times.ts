/**
 * What instructions cost, read from machine code: length and T-states of each (Zilog, Z80 CPU User Manual, UM0080), and
 * sums over stretches of a program between its labels.
 *
 *   opcode = xx yyy zzz     CB: bit operations     ED: block moves, 16-bit arithmetic     DD, FD: IX and IY
 *
 * Not known: input and output, interrupt modes, repeated block instructions but LDIR (counted as one round).
 */

export interface InstructionTime {
	readonly length: number;
	/** Of a conditional jump, call or return: when it is not taken. */
	readonly tStates: number;
	/** Whether what follows is never reached from here: JP, JR, RET. */
	readonly leaves: boolean;
}

const CALL_T = 17;
const RETURN_T = 10;
const LD_B_N = 0x06;
const DJNZ = 0x10;
/** DJNZ taken instead of not. */
const DJNZ_BACK_T = 5;

/** @param code the bytes from the instruction on */
export function instructionTime(code: ArrayLike<number>, at = 0): InstructionTime {
	const opcode = code[at] as number;
	const second = code[at + 1] as number;
	if (opcode === 0xcb) {
		if ((second & 7) !== 6) return time(2, 8);
		return time(2, second >> 6 === 1 ? 12 : 15);
	}
	if (opcode === 0xed) return extended(second);
	if (opcode === 0xdd || opcode === 0xfd) return indexed(second);
	return plain(opcode);
}

function time(length: number, tStates: number, leaves = false): InstructionTime {
	return { length, tStates, leaves };
}

function plain(opcode: number): InstructionTime {
	const y = (opcode >> 3) & 7;
	const z = opcode & 7;
	switch (opcode >> 6) {
		case 0:
			return low(y, z);
		case 1:
			return time(1, opcode !== 0x76 && (y === 6 || z === 6) ? 7 : 4);
		case 2:
			return time(1, z === 6 ? 7 : 4);
		default:
			return high(y, z);
	}
}

function low(y: number, z: number): InstructionTime {
	switch (z) {
		case 0:
			if (y < 2) return time(1, 4);
			return y === 3 ? time(2, 12, true) : time(2, y === 2 ? 8 : 7);
		case 1:
			return y & 1 ? time(1, 11) : time(3, 10);
		case 2:
			if (y < 4) return time(1, 7);
			return time(3, y < 6 ? 16 : 13);
		case 3:
			return time(1, 6);
		case 6:
			return time(2, y === 6 ? 10 : 7);
		case 7:
			return time(1, 4);
		default:
			return time(1, y === 6 ? 11 : 4);
	}
}

function high(y: number, z: number): InstructionTime {
	switch (z) {
		case 0:
			return time(1, 5);
		case 1:
			if (y === 1) return time(1, RETURN_T, true);
			if (y === 5) return time(1, 4, true);
			return time(1, y === 3 ? 4 : y === 7 ? 6 : 10);
		case 2:
			return time(3, 10);
		case 3:
			if (y === 0) return time(3, 10, true);
			if (y === 4) return time(1, 19);
			return y < 4 ? time(2, 11) : time(1, 4);
		case 4:
			return time(3, 10);
		case 5:
			return y === 1 ? time(3, CALL_T) : time(1, 11);
		case 6:
			return time(2, 7);
		default:
			return time(1, 11);
	}
}

function extended(second: number): InstructionTime {
	if (second >= 0xa0) return time(2, second < 0xb0 ? 16 : 21);
	if (second === 0x57 || second === 0x5f || second === 0x47 || second === 0x4f) return time(2, 9);
	if (second === 0x45 || second === 0x4d) return time(2, 14, true);
	if ((second & 7) === 3) return time(4, 20);
	return time(2, (second & 7) === 2 ? 15 : 8);
}

/** IX and IY: what HL costs and a prefix more, and three bytes and 19 T-states where (HL) becomes (IX+d). */
function indexed(second: number): InstructionTime {
	const { length, tStates, leaves } = plain(second);
	if (second === 0xe9) return time(2, 8, true);
	if (second === 0x36) return time(4, 19);
	if (second === 0x34 || second === 0x35) return time(3, 23);
	const touchesMemory = second >= 0x40 && second < 0xc0 && ((second & 7) === 6 || (second & 0xf8) === 0x70);
	return touchesMemory ? time(3, 19) : time(length + 1, tStates + 4, leaves);
}

/** The times of an assembled program, by its labels. */
export class CodeTimes {
	readonly #image: Uint8Array;
	readonly #origin: number;
	readonly #symbols: ReadonlyMap<string, number>;

	constructor(image: Uint8Array, origin: number, symbols: ReadonlyMap<string, number>) {
		this.#image = image;
		this.#origin = origin;
		this.#symbols = symbols;
	}

	symbol(label: string): number {
		const value = this.#symbols.get(label);
		if (value === undefined) throw new Error(`no label ${label} in the program`);
		return value;
	}

	/** From one label to another behind it, no conditional jump taken, calls without what they call. */
	between(from: string, to: string): number {
		const end = this.symbol(to);
		let sum = 0;
		for (let address = this.symbol(from); address < end; ) {
			const { length, tStates } = this.#at(address);
			sum += tStates;
			address += length;
		}
		return sum;
	}

	/** From a label up to and with the first instruction that always goes elsewhere. */
	block(from: string): number {
		let sum = 0;
		for (let address = this.symbol(from); ; ) {
			const { length, tStates, leaves } = this.#at(address);
			sum += tStates;
			if (leaves) return sum;
			address += length;
		}
	}

	/** The same as `block` with its loops: each `djnz` back goes round as often as the `ld b,n` before it says. */
	blockWithLoops(from: string): number {
		let sum = 0;
		let rounds = 1;
		const before = new Map<number, number>();
		for (let address = this.symbol(from); ; ) {
			const { length, tStates, leaves } = this.#at(address);
			const [opcode, operand] = [
				this.#image[address - this.#origin],
				this.#image[address - this.#origin + 1] as number,
			];
			before.set(address, sum);
			sum += tStates;
			if (opcode === LD_B_N) rounds = operand;
			const start = before.get(address + length + operand - 256);
			if (opcode === DJNZ && start !== undefined) sum += (rounds - 1) * (sum - start + DJNZ_BACK_T);
			if (leaves) return sum;
			address += length;
		}
	}

	#at(address: number): InstructionTime {
		return instructionTime(this.#image, address - this.#origin);
	}
}
