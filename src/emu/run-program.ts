/**
 * Runs one CP/M program to its end, with the host's streams as its console: `zulm run X.COM ARGS`.
 *
 *   stdin ─► (\n → CR) ─► direct console ─► program ─► stdout, bytes as given
 *
 * No UART, no CCP, no waiting: the machine runs as fast as it can. At the end of input the program reads one ^Z; when it
 * asks for more after that, the run is over.
 */
import { setImmediate as nextMacrotask } from "node:timers/promises";
import { throwIfAborted, ZulmError } from "../base/errors.js";
import { DirectConsole } from "./direct-console.js";
import type { Drive } from "./drive.js";
import { layoutFor, TPA } from "./layout.js";
import { Machine } from "./machine.js";
import { RC2014 } from "./machine-config.js";

const LF = 0x0a;
const CR = 0x0d;
const CTRL_Z = 0x1a;
/** T-states between looks at the signal and the input: some 10 ms of our time. */
const SLICE_T_STATES = 1_000_000;

export interface RunProgramOptions {
	/** All of the input, or input as it comes. Nothing: the input is at its end. */
	readonly stdin?: Uint8Array | AsyncIterable<Uint8Array>;
	/** Called with output as it is written. */
	readonly stdout?: (bytes: Uint8Array) => void;
	/** Drive A; an empty one in memory when not given. */
	readonly drive?: Drive;
	/** The run is cut off after so many T-states. */
	readonly maxTStates?: number;
	readonly signal?: AbortSignal;
}

/** A program that has polled so often without writing anything, and hardly does anything else, waits for input. */
const IDLE_POLLS = 20_000;
const T_STATES_PER_IDLE_POLL = 2_000;

/** How a run ended. */
export type RunExit =
	/** RET to the CCP. */
	| "returned"
	/** JP 0, BDOS 0, ^C or a disk error. */
	| "warm-boot"
	/** It asked for input beyond the end. */
	| "end-of-input"
	/** `maxTStates` are over. */
	| "cut-off";

export interface RunResult {
	readonly tStates: number;
	readonly output: Uint8Array;
	readonly exit: RunExit;
}

/**
 * @param com the program, as in a .COM file. @param args its command tail.
 * @throws ZulmError `program-too-large`, `interrupted`
 */
export async function runProgram(com: Uint8Array, args: string, options: RunProgramOptions = {}): Promise<RunResult> {
	checkSize(com);
	const console = new DirectConsole();
	const machine = new Machine({ console, ...(options.drive === undefined ? {} : { drive: options.drive }) });
	machine.startProgram(com, args);
	const startT = machine.tStates;
	const limitT = startT + (options.maxTStates ?? Number.POSITIVE_INFINITY);
	const output = new Output(console, options.stdout);
	const input = new InputFeed(console, options.stdin, options.signal);
	const idle = new IdleDetector(machine, console);
	const result = (exit: RunExit): RunResult => ({ tStates: machine.tStates - startT, output: output.bytes(), exit });
	try {
		for (;;) {
			throwIfAborted(options.signal);
			const stop = machine.runUntil(Math.min(limitT, machine.tStates + SLICE_T_STATES));
			output.flush();
			if (machine.ended !== undefined) return result(machine.ended);
			if (machine.tStates >= limitT) return result("cut-off");
			const waiting = stop === "starved" || (input.over && idle.isIdle());
			if (waiting && !(await input.more())) return result("end-of-input");
			// Lets input and signals in.
			await nextMacrotask();
		}
	} finally {
		output.flush();
		input.stop();
	}
}

/** @throws ZulmError `program-too-large` when a program does not fit below the CCP. */
export function checkSize(com: Uint8Array): void {
	const room = layoutFor(RC2014.fbase).ccp - TPA;
	if (com.length <= room) return;
	throw new ZulmError("program-too-large", `The program has ${com.length} bytes; the machine takes ${room}.`, {
		hint: "Use a smaller model or a packed kernel.",
	});
}

/** Gathers output and passes it on in pieces. */
class Output {
	private readonly all: number[] = [];
	private passed = 0;

	constructor(
		console: DirectConsole,
		private readonly stdout: ((bytes: Uint8Array) => void) | undefined,
	) {
		console.onOutput = (byte) => {
			this.all.push(byte);
		};
	}

	flush(): void {
		if (this.passed === this.all.length) return;
		this.stdout?.(Uint8Array.from(this.all.slice(this.passed)));
		this.passed = this.all.length;
	}

	bytes(): Uint8Array {
		return Uint8Array.from(this.all);
	}
}

/** Tells a program that polls the keyboard and does nothing else. */
class IdleDetector {
	private polls = 0;
	private sinceT: number;

	constructor(
		private readonly machine: Machine,
		console: DirectConsole,
	) {
		this.sinceT = machine.tStates;
		console.onIdlePoll = () => {
			this.polls++;
		};
		machine.listeners.onConsoleOutput = () => this.restart();
		machine.listeners.onConsoleInput = () => this.restart();
	}

	isIdle(): boolean {
		if (this.polls < IDLE_POLLS) return false;
		return this.machine.tStates - this.sinceT < this.polls * T_STATES_PER_IDLE_POLL;
	}

	private restart(): void {
		this.polls = 0;
		this.sinceT = this.machine.tStates;
	}
}

/** Moves the host's input into the console, line ends as a CP/M keyboard sends them. */
class InputFeed {
	/** There will be no more than what the console has. */
	over = false;
	private readonly iterator: AsyncIterator<Uint8Array> | undefined;
	private readonly aborted: Promise<void>;
	private reading: Promise<void> = Promise.resolve();
	private failure: unknown;
	private previous = 0;

	constructor(
		private readonly console: DirectConsole,
		stdin: Uint8Array | AsyncIterable<Uint8Array> | undefined,
		private readonly signal: AbortSignal | undefined,
	) {
		this.aborted = new Promise((resolve) => {
			signal?.addEventListener("abort", () => resolve(), { once: true });
		});
		if (stdin === undefined || stdin instanceof Uint8Array) {
			if (stdin !== undefined) this.type(stdin);
			this.end();
		} else {
			this.iterator = stdin[Symbol.asyncIterator]();
			this.reading = this.read(this.iterator);
		}
	}

	/** Waits until there is input. @returns false when there will be none. @throws ZulmError `interrupted` */
	async more(): Promise<boolean> {
		while (this.console.pending === 0) {
			throwIfAborted(this.signal);
			if (this.failure !== undefined) {
				throw new ZulmError("file-unreadable", "Cannot read the program's input.", { cause: this.failure });
			}
			if (this.over) return false;
			await Promise.race([this.reading, this.aborted]);
		}
		return true;
	}

	stop(): void {
		this.over = true;
		// Not awaited: a terminal's read ends only with the next key.
		void this.iterator?.return?.();
	}

	/** One piece of input; then the next one is on its way. Never rejects: `more` reports. */
	private async read(iterator: AsyncIterator<Uint8Array>): Promise<void> {
		try {
			const { done, value } = await iterator.next();
			if (this.over) return;
			if (done) {
				this.end();
				return;
			}
			this.type(value);
			this.reading = this.read(iterator);
		} catch (cause) {
			this.failure = cause;
			this.over = true;
		}
	}

	private end(): void {
		this.over = true;
		this.console.type(Uint8Array.of(CTRL_Z));
	}

	/** LF, CR and CR LF are all one RETURN key. */
	private type(bytes: Uint8Array): void {
		const keys: number[] = [];
		for (const byte of bytes) {
			if (byte !== LF) keys.push(byte);
			else if (this.previous !== CR) keys.push(CR);
			this.previous = byte;
		}
		this.console.type(Uint8Array.from(keys));
	}
}
