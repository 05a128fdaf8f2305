/**
 * Somebody at a terminal on the emulated machine's line, for tests: types, reads what comes, on virtual time.
 */
import { type EmulatorLink, type EmulatorLinkOptions, openEmulatorLink } from "../emulator-link.js";
import { ascii } from "./z80-programs.js";

/** Longer than anything the machine says without computing. */
const QUIET_S = 0.2;
const LONGEST_WAIT_S = 60;

export class Terminal {
	/** All that has come so far. */
	output = "";
	/** T-state-exact arrival time of each character, in seconds. */
	readonly arrivalsS: number[] = [];

	/** @param quietS silence after which the machine is taken to be done; more than its disk's stalls. */
	constructor(
		readonly emulator: EmulatorLink,
		private readonly quietS = QUIET_S,
	) {
		emulator.link.onData((bytes, arrivalS) => {
			for (const byte of bytes) {
				this.output += String.fromCharCode(byte);
				this.arrivalsS.push(arrivalS);
			}
		});
	}

	/** Powers a machine on and waits for its prompt. */
	static async boot(options: EmulatorLinkOptions = {}, quietS = QUIET_S): Promise<Terminal> {
		const terminal = new Terminal(openEmulatorLink(options), quietS);
		await terminal.quiet();
		return terminal;
	}

	/**
	 * Types keys, all at once, and returns what came until the line was quiet.
	 * @param least characters to wait for, a minute at most, before quiet counts.
	 */
	async type(keys: string, least = 0): Promise<string> {
		const start = this.output.length;
		const { link } = this.emulator;
		await link.write(ascii(keys));
		await link.drain();
		const limitS = link.clock.now() + LONGEST_WAIT_S;
		while (this.output.length < start + least && link.clock.now() < limitS) await link.clock.sleep(QUIET_S);
		await this.quiet();
		return this.output.slice(start);
	}

	/** Types a command and RETURN; returns what came after the echo of the command. */
	async command(line: string): Promise<string> {
		const answer = await this.type(`${line}\r`);
		return answer.startsWith(`${line}\r`) ? answer.slice(line.length + 1) : answer;
	}

	private async quiet(): Promise<void> {
		let seen: number;
		do {
			seen = this.output.length;
			await this.emulator.link.clock.sleep(this.quietS);
		} while (this.output.length !== seen);
	}
}
