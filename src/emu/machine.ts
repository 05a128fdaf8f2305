/**
 * The machine: CPU, serial chip and CP/M on one time line, counted in T-states.
 *
 *   host bytes ─► HostUart ─10 bits each─► UART ─► BIOS / program        cable: RTS ◄── UART, CTS ──► UART
 *   listener  ◄──────────10 bits each──── UART ◄─ BIOS / program
 *
 * `runUntil` is all there is to it: instructions up to the next event, the event, and so on. The same calls give the
 * same bytes at the same T-states. Does not know about wall time: see emulator-link.ts (virtual) and serve.ts (real).
 */

import { AciaUart } from "./acia-uart.js";
import type { ConsoleDevice, TimedDevice } from "./console-device.js";
import { Cpm, type ProgramEnd } from "./cpm.js";
import { Cpu, FLOATING_BUS } from "./cpu.js";
import type { Drive } from "./drive.js";
import { HostUart } from "./host-uart.js";
import { layoutFor } from "./layout.js";
import { type MachineConfig, RC2014 } from "./machine-config.js";
import { MemoryDrive } from "./memory-drive.js";
import { ScreenConsole } from "./screen-console.js";
import { type FrameTiming, receiveFrame } from "./serial-frame.js";
import { Sio2 } from "./sio2.js";
import { Timer } from "./timer.js";
import { toolFiles } from "./tools/tools.js";
import type { Uart, UartWiring } from "./uart.js";
import { UartConsole } from "./uart-console.js";
import { Usart8251 } from "./usart8251.js";

const UARTS = { "68b50": AciaUart, "sio2": Sio2, "8251": Usart8251 } as const;

export interface MachineOptions extends Partial<MachineConfig> {
	/** Drive A. */
	readonly drive?: Drive;
	/** Further drives by letter, "B" to "P". */
	readonly drives?: Readonly<Record<string, Drive>>;
	/** Files of drive A, in memory, besides the machine's tools, when no drive is given. */
	readonly files?: ReadonlyMap<string, Uint8Array>;
	/** Instead of the UART. */
	readonly console?: ConsoleDevice;
	/** RDR: and PUN:, where they are not what the machine has there. */
	readonly auxiliary?: ConsoleDevice;
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
	onReader?: (byte: number, tState: number) => void;
}

export class Machine {
	readonly config: MachineConfig;
	readonly cpu: Cpu;
	readonly uart: Uart;
	/** The machine's own screen and keyboard, where the console is not on the line. */
	readonly screen: ScreenConsole | undefined;
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
		const wiring: UartWiring = {
			nowT: () => this.tStates,
			onTransmit: (byte, timing, tState) => this.transmitted(byte, timing, tState),
			onRtsChange: (asserted, tState) => {
				this.hostUart.setClearToSend(asserted, tState);
				this.listeners.onRtsChange?.(asserted, tState);
			},
			onChange: () => this.replan(),
		};
		const { uart, receiveRing, stripBit7, flowControl, consoleOn } = this.config;
		this.uart = new UARTS[uart](clockHz / baud, wiring);
		this.hostUart = new HostUart({
			bitTStates: clockHz / baud,
			flowControl,
			onSent: (byte, timing) => this.uart.receive(receiveFrame(byte, timing, this.uart.timing)),
		});
		const line = new UartConsole(this.uart.driver, receiveRing, stripBit7);
		this.screen = consoleOn === "screen" ? new ScreenConsole() : undefined;
		this.console = options.console ?? this.screen ?? line;
		const timer = new Timer(() => this.tStates, clockHz);
		this.devices = [this.uart, this.hostUart, this.console, timer];
		const now = () => this.tStates;
		this.cpm = new Cpm({
			cpu: this.cpu,
			layout: layoutFor(this.config.fbase),
			console: this.console,
			auxiliary: options.auxiliary ?? (this.screen === undefined ? undefined : line),
			drives: drivesOf(options, this.config),
			timer,
			config: this.config,
			serviceInterrupt: () => line.service(),
			onConsoleInput: (byte) => this.listeners.onConsoleInput?.(byte, now()),
			onConsoleOutput: (byte) => this.listeners.onConsoleOutput?.(byte, now()),
			onConsoleLine: (line) => this.listeners.onConsoleLine?.(line, now()),
			onList: (byte) => this.listeners.onList?.(byte, now()),
			onPunch: (byte) => this.listeners.onPunch?.(byte, now()),
			onReader: (byte) => this.listeners.onReader?.(byte, now()),
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
		return this.uart.rts;
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
		this.uart.receive(receiveFrame(byte, this.hostUart.timing, this.uart.timing));
	}

	/** The host's RTS, on the machine's CTS input. */
	setCts(asserted: boolean): void {
		this.uart.setCts(asserted);
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
		this.cpu.irq = this.uart.irq;
		this.cpu.deadline = Math.min(this.cpu.deadline, this.nextEvent());
	}

	private transmitted(byte: number, timing: FrameTiming, tState: number): void {
		this.listeners.onTransmit?.(receiveFrame(byte, timing, this.hostUart.timing).byte, tState);
	}

	private readPort(port: number): number {
		// A program that polls reads thousands of times between two events; before the deadline none is due.
		if (this.tStates >= this.cpu.deadline) this.advanceDevices();
		return this.uart.readPort(port) ?? FLOATING_BUS;
	}

	private writePort(port: number, value: number): void {
		this.advanceDevices();
		this.uart.writePort(port, value);
	}
}

/** The RC2014 with what the options change. An option that is undefined changes nothing, but for the receive ring. */
function configOf(options: MachineOptions): MachineConfig {
	const given = Object.entries(options).filter(
		([name, value]) => name in RC2014 && (value !== undefined || name === "receiveRing"),
	);
	return { ...RC2014, ...Object.fromEntries(given) };
}

function drivesOf(options: MachineOptions, { tools, romTools }: MachineConfig): (Drive | undefined)[] {
	const drives: (Drive | undefined)[] = new Array(16).fill(undefined);
	if (romTools.length > 0) drives[1] = new MemoryDrive({ files: toolFiles(romTools), readOnly: true });
	for (const [letter, drive] of Object.entries(options.drives ?? {})) drives[letter.charCodeAt(0) - 0x41] = drive;
	const files = () => new Map([...toolFiles(tools), ...(options.files ?? [])]);
	drives[0] = options.drive ?? drives[0] ?? new MemoryDrive({ files: files() });
	return drives;
}
