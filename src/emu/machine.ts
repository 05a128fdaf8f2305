/**
 * The machine: CPU, 68B50 and CP/M on one time line, counted in T-states.
 *
 *   host bytes ─► HostUart ─10 bits each─► ACIA ─► BIOS / program        cable: RTS ◄── ACIA, CTS ──► ACIA
 *   listener  ◄──────────10 bits each──── ACIA ◄─ BIOS / program
 *
 * `runUntil` is all there is to it: instructions up to the next event, the event, and so on. The same calls give the
 * same bytes at the same T-states. Does not know about wall time: see emulator-link.ts (virtual) and serve.ts (real).
 */

import { AciaConsole } from "./acia-console.js";
import { Acia6850 } from "./acia6850.js";
import type { ConsoleDevice, TimedDevice } from "./console-device.js";
import { Cpm, type ProgramEnd } from "./cpm.js";
import { Cpu, FLOATING_BUS } from "./cpu.js";
import type { Drive } from "./drive.js";
import { HostUart } from "./host-uart.js";
import { layoutFor } from "./layout.js";
import { type MachineConfig, RC2014 } from "./machine-config.js";
import { MemoryDrive } from "./memory-drive.js";
import { type FrameTiming, receiveFrame } from "./serial-frame.js";
import { Timer } from "./timer.js";
import { toolFiles } from "./tools/tools.js";

const ACIA_STATUS_PORT = 0x80;
const ACIA_DATA_PORT = 0x81;
const ACIA_DIVIDER = 64;

export interface MachineOptions extends Partial<MachineConfig> {
	/** Drive A. */
	readonly drive?: Drive;
	/** Further drives by letter, "B" to "P". */
	readonly drives?: Readonly<Record<string, Drive>>;
	/** Files of drive A, in memory, besides the machine's tools, when no drive is given. */
	readonly files?: ReadonlyMap<string, Uint8Array>;
	/** Instead of the UART. */
	readonly console?: ConsoleDevice;
}

/** Why `runUntil` came back. */
export type RunStop =
	/** The time is reached. */
	| "deadline"
	/** `pause` was called from a listener. */
	| "paused"
	/** A program waits for input that only the host can give (direct console). */
	| "starved"
	/** The program of `startProgram` is over. */
	| "ended";

/** Called as it happens; `tState` is the machine's time. */
export interface MachineListeners {
	/** A character has left on the line, its last stop bit at `tState`. */
	onTransmit?: (byte: number, tState: number) => void;
	onRtsChange?: (asserted: boolean, tState: number) => void;
	/** A character that a program or CP/M writes to the console, as the BIOS takes it. */
	onConsoleOutput?: (byte: number, tState: number) => void;
	/** A character handed to a program or to CP/M. */
	onConsoleInput?: (byte: number, tState: number) => void;
	/** A line returned by BDOS function 10 to a program. */
	onConsoleLine?: (line: Uint8Array, tState: number) => void;
	onList?: (byte: number, tState: number) => void;
	onPunch?: (byte: number, tState: number) => void;
}

export class Machine {
	readonly config: MachineConfig;
	readonly cpu: Cpu;
	readonly acia: Acia6850;
	readonly listeners: MachineListeners = {};
	private readonly hostUart: HostUart;
	private readonly console: ConsoleDevice;
	private readonly cpm: Cpm;
	private readonly devices: readonly TimedDevice[];
	private pausing = false;
	private programEnd: ProgramEnd | undefined;

	/** Powered on: the first `runUntil` boots CP/M. @throws ZulmError `usage` */
	constructor(options: MachineOptions = {}) {
		this.config = configOf(options);
		const { clockHz, baud } = this.config;
		this.cpu = new Cpu({
			read: (port) => this.readPort(port),
			write: (port, value) => this.writePort(port, value),
		});
		this.acia = new Acia6850(clockHz / baud / ACIA_DIVIDER, {
			onTransmit: (byte, timing, tState) => this.transmitted(byte, timing, tState),
			onRtsChange: (asserted, tState) => {
				this.hostUart.setClearToSend(asserted, tState);
				this.listeners.onRtsChange?.(asserted, tState);
			},
			onChange: () => this.replan(),
		});
		this.hostUart = new HostUart({
			bitTStates: clockHz / baud,
			flowControl: this.config.flowControl,
			onSent: (byte, timing) => this.acia.receive(receiveFrame(byte, timing, this.acia.timing)),
		});
		const { receiveRing, stripBit7 } = this.config;
		const aciaConsole = new AciaConsole(this.acia, receiveRing, () => this.tStates, stripBit7);
		this.console = options.console ?? aciaConsole;
		const timer = new Timer(() => this.tStates, clockHz);
		this.devices = [this.acia, this.hostUart, this.console, timer];
		const now = () => this.tStates;
		this.cpm = new Cpm({
			cpu: this.cpu,
			layout: layoutFor(this.config.fbase),
			console: this.console,
			auxiliary: undefined,
			drives: drivesOf(options, this.config),
			timer,
			config: this.config,
			serviceInterrupt: () => aciaConsole.service(),
			onConsoleInput: (byte) => this.listeners.onConsoleInput?.(byte, now()),
			onConsoleOutput: (byte) => this.listeners.onConsoleOutput?.(byte, now()),
			onConsoleLine: (line) => this.listeners.onConsoleLine?.(line, now()),
			onList: (byte) => this.listeners.onList?.(byte, now()),
			onPunch: (byte) => this.listeners.onPunch?.(byte, now()),
			onProgramEnd: (how) => {
				this.programEnd = how;
			},
		});
		this.reset();
	}

	/** T-states since power-on. */
	get tStates(): number {
		return this.cpu.tStateCount;
	}

	/** Seconds since power-on. */
	get timeS(): number {
		return this.tStates / this.config.clockHz;
	}

	get memory(): Uint8Array {
		return this.cpu.memory;
	}

	/** The RTS output: true asks the host to go on. */
	get rts(): boolean {
		return this.acia.rts;
	}

	/** Characters from the host that have not arrived yet. */
	get linePending(): number {
		return this.hostUart.pending;
	}

	/** How the program of `startProgram` ended; undefined while it runs. */
	get ended(): ProgramEnd | undefined {
		return this.programEnd;
	}

	/** The reset button: CP/M boots again. Memory, drives and time stay. */
	reset(): void {
		this.cpu.reset();
		this.programEnd = undefined;
		this.cpm.reset();
	}

	/**
	 * Puts a program at 0100h, ready to run without a CCP behind it.
	 * @param image at most up to the CCP. @param args the command tail, as typed after the program's name.
	 */
	startProgram(image: Uint8Array, args = ""): void {
		this.cpu.reset();
		this.programEnd = undefined;
		this.cpm.startProgram(image, args);
	}

	/** Queues bytes at the host's end of the line; they arrive one after the other at the line's rate. */
	sendToMachine(bytes: Uint8Array): void {
		this.hostUart.send(bytes, this.tStates);
		this.replan();
	}

	/** A character arrives whole now, whatever RTS says. */
	receive(byte: number): void {
		this.acia.receive(receiveFrame(byte, this.hostUart.timing, this.acia.timing));
	}

	/** The host's RTS, on the machine's CTS input. */
	setCts(asserted: boolean): void {
		this.acia.setCts(asserted, this.tStates);
	}

	/** The cable is pulled: characters on their way to the machine are gone. */
	dropLine(): void {
		this.hostUart.clear();
	}

	/** Makes `runUntil` come back after the instruction or event at hand; for listeners. */
	pause(): void {
		this.pausing = true;
		this.cpu.deadline = 0;
	}

	/** Runs to T-state `limit` (an instruction may overshoot it), or until there is a reason to stop before. */
	runUntil(limit: number): RunStop {
		this.pausing = false;
		for (;;) {
			this.advanceDevices();
			if (this.pausing) return "paused";
			if (this.programEnd !== undefined) return "ended";
			if (this.tStates >= limit) return "deadline";
			this.cpu.deadline = Math.min(limit, this.nextEvent());
			if (this.cpu.run() === "deadline") continue;
			const result = this.cpm.native.step();
			if (result === "ran" || this.cpu.interruptNow()) continue;
			if (result === "waiting-for-input" && this.console.starved()) return "starved";
			this.cpu.tStateCount = Math.max(this.tStates, Math.min(limit, this.nextEvent()));
		}
	}

	private nextEvent(): number {
		let next = Number.POSITIVE_INFINITY;
		for (const device of this.devices) next = Math.min(next, device.nextEvent);
		return next;
	}

	/** Lets devices do what is due, in order of time. */
	private advanceDevices(): void {
		const now = this.tStates;
		for (let due = this.nextEvent(); due <= now; due = this.nextEvent()) {
			for (const device of this.devices) device.advance(due);
		}
		this.console.advance(now);
	}

	/** A device has changed its mind about when it needs attention, or about the interrupt line. */
	private replan(): void {
		this.cpu.irq = this.acia.irq;
		this.cpu.deadline = Math.min(this.cpu.deadline, this.nextEvent());
	}

	private transmitted(byte: number, timing: FrameTiming, tState: number): void {
		this.listeners.onTransmit?.(receiveFrame(byte, timing, this.hostUart.timing).byte, tState);
	}

	private readPort(port: number): number {
		this.advanceDevices();
		if (port === ACIA_STATUS_PORT) return this.acia.status;
		return port === ACIA_DATA_PORT ? this.acia.readData() : FLOATING_BUS;
	}

	private writePort(port: number, value: number): void {
		this.advanceDevices();
		if (port === ACIA_STATUS_PORT) this.acia.writeControl(value, this.tStates);
		else if (port === ACIA_DATA_PORT) this.acia.writeData(value, this.tStates);
	}
}

/** The RC2014 with what the options change. An option that is undefined changes nothing, but for the receive ring. */
function configOf(options: MachineOptions): MachineConfig {
	const given = Object.entries(options).filter(
		([name, value]) => name in RC2014 && (value !== undefined || name === "receiveRing"),
	);
	return { ...RC2014, ...Object.fromEntries(given) };
}

function drivesOf(options: MachineOptions, { tools }: MachineConfig): (Drive | undefined)[] {
	const drives: (Drive | undefined)[] = new Array(16).fill(undefined);
	for (const [letter, drive] of Object.entries(options.drives ?? {})) drives[letter.charCodeAt(0) - 0x41] = drive;
	const files = () => new Map([...toolFiles(tools), ...(options.files ?? [])]);
	drives[0] = options.drive ?? drives[0] ?? new MemoryDrive({ files: files() });
	return drives;
}
