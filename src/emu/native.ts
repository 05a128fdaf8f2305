/**
 * Native code inside the machine: CP/M's own routines, called by Z80 programs through trapped addresses.
 *
 *   CPU at a trap ──► generator ──► done: RET
 *                        │yield wait ──► CPU stays on the trap; time runs to the next event; interrupts are taken there
 *                        └yield call ──► a Z80 routine runs and comes back to the return trap
 *
 * So a BDOS call can wait for the line as long as it likes, and a program that patches the BIOS jump table is obeyed.
 * Operations nest (a routine called by native code may itself call CP/M). An operation that a program abandons by
 * resetting the stack stays until the next warm boot; nothing resumes it.
 */
import type { Cpu } from "./cpu.js";

export type Wait =
	/** Something on the line: the transmitter, or a timed event. */
	| { readonly kind: "event" }
	/** A character from the console. */
	| { readonly kind: "input" }
	/** A Z80 routine, as if by CALL. */
	| { readonly kind: "call"; readonly address: number };

export const WAIT_EVENT: Wait = { kind: "event" };
export const WAIT_INPUT: Wait = { kind: "input" };

/** How the CPU goes on: RET (the usual), or the operation has set the program counter itself. */
export type Next = "return" | "jump";

export type Native<T> = Generator<Wait, T, void>;

/** What became of a step. "ran" includes a finished operation. */
export type StepResult = "ran" | "waiting" | "waiting-for-input";

/** Thrown by native code that ends in a warm boot (^C, a disk error). */
export class WarmBoot extends Error {
	override readonly name = "WarmBoot";
}

interface Operation {
	readonly code: Native<Next>;
	/** The trap it stands on, and the stack there: how it is known again after an interrupt. */
	readonly pc: number;
	sp: number;
	calling: boolean;
}

const RET_OPCODE = 0xc9;

export class NativeCode {
	private readonly handlers = new Map<number, () => Native<Next>>();
	private stack: Operation[] = [];

	/**
	 * @param returnAddress the trap that Z80 routines called by native code return to.
	 * @param warmBootAddress where a `WarmBoot` goes.
	 */
	constructor(
		private readonly cpu: Cpu,
		private readonly returnAddress: number,
		private readonly warmBootAddress: number,
	) {
		this.place(returnAddress);
	}

	/** From now on `handler` runs whenever the CPU gets to `address`. */
	trap(address: number, handler: () => Native<Next>): void {
		this.handlers.set(address, handler);
		this.place(address);
	}

	/** Drops everything under way. */
	clear(): void {
		this.stack = [];
	}

	/** The CPU stands on a trap: starts or continues what belongs there. */
	step(): StepResult {
		const operation = this.current();
		try {
			const { done, value } = operation.code.next();
			if (done) {
				this.stack.splice(this.stack.indexOf(operation), 1);
				if (value === "return") this.cpu.returnFromCall();
				return "ran";
			}
			// A boot has moved the stack meanwhile.
			operation.sp = this.cpu.regs.sp;
			if (value.kind === "call") {
				operation.calling = true;
				this.cpu.push(this.returnAddress);
				this.cpu.regs.pc = value.address;
				return "ran";
			}
			return value.kind === "input" ? "waiting-for-input" : "waiting";
		} catch (error) {
			if (!(error instanceof WarmBoot)) throw error;
			this.clear();
			this.cpu.regs.pc = this.warmBootAddress;
			return "ran";
		}
	}

	private current(): Operation {
		const { pc, sp } = this.cpu.regs;
		const top = this.stack.at(-1);
		if (pc === this.returnAddress) {
			const caller = this.stack.findLast((operation) => operation.calling && operation.sp === sp);
			if (caller === undefined) {
				// A program jumped here by itself: nothing sensible can follow but a warm boot.
				return this.push(this.bootAgain(), pc, sp);
			}
			caller.calling = false;
			this.cpu.regs.pc = caller.pc;
			return caller;
		}
		if (top !== undefined && !top.calling && top.pc === pc && top.sp === sp) return top;
		const handler = this.handlers.get(pc);
		return this.push(handler === undefined ? this.bootAgain() : handler(), pc, sp);
	}

	private push(code: Native<Next>, pc: number, sp: number): Operation {
		const operation: Operation = { code, pc, sp, calling: false };
		this.stack.push(operation);
		return operation;
	}

	// biome-ignore lint/correctness/useYield: a native routine that never waits
	private *bootAgain(): Native<Next> {
		throw new WarmBoot();
	}

	private place(address: number): void {
		this.cpu.traps[address] = 1;
		this.cpu.memory[address] = RET_OPCODE;
	}
}
