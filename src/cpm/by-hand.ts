/**
 * A program onto a machine whose console is not on the line (PC-8801): a person types there, what has to be typed is
 * said in steps, and the line carries the file only.
 *
 *   "type: XMODEM CHAT.COM /R /X1 /Q" … person … ◄ C   XMODEM ►            a receiver is on the disk
 *   "type: PIP RX.HEX=RDR:" … ready() ─HEX, paced, ^Z─► "type: LOAD RX, RX CHAT.COM" ◄ C   XMODEM ►     nothing is
 *
 * Nobody here sees the machine's screen: that the program is whole is for the person to compare (`/V`).
 */
import { ZulmError } from "../base/errors.js";
import { ByteReader, textToBytes } from "../transport/byte-reader.js";
import type { Link } from "../transport/link.js";
import type { ByHand, Profile } from "../transport/profile.js";
import { sendXmodem, type TransferResult } from "../transport/xmodem/send-xmodem.js";
import { receiverUart } from "./bootstrap.js";
import type { CcpOptions } from "./ccp.js";
import { toIntelHex } from "./hex.js";
import { programName, stemOf } from "./names.js";
import { readProgram } from "./program.js";
import type { Transfer } from "./receive.js";
import { assembleReceiver, RECEIVER_NAME } from "./receiver.js";
import { hexWord } from "./verify.js";

export interface ByHandOptions extends CcpOptions {
	/** What the program is to be called, such as "CHAT.COM". */
	readonly name: string;
	/** `id` of one of the profile's ways; by default any receiver that is on the disk. */
	readonly way?: string | undefined;
	/** Resolves when the person says that the machine is waiting; without it HEX is sent after a while. */
	readonly ready?: (() => Promise<void>) | undefined;
	/** How long a person may take at the machine, seconds; 10 minutes by default. */
	readonly patienceS?: number | undefined;
}

export interface ByHandDelivery {
	readonly name: string;
	/** `id` of the way. */
	readonly receiver: string;
	readonly transfer: Transfer;
}

const PATIENCE_S = 600;
/** Where nobody can say "ready": to read the steps and type one line. */
const TYPING_S = 60;
/** Text this long fits PIP's buffer, so that PIP does not stop listening in the middle. */
const LONGEST_HEX = 24_000;
const LINE_END = /(?<=\n)/;
const END_OF_TEXT = "\x1a";

/**
 * Sends `program` to a machine where a person types.
 * @throws ZulmError `usage` (no such way), `no-answer` (the machine did not ask for the file in time), `no-receiver`
 * (nothing to send it with), `transfer-failed`, `transfer-cancelled`, `line-lost`, `interrupted`
 */
export async function deliverByHand(
	link: Link,
	profile: Profile,
	program: Uint8Array,
	options: ByHandOptions,
): Promise<ByHandDelivery> {
	const name = programName(options.name);
	const ways = waysOf(profile, options.way);
	const hex = ways.find(({ sends }) => sends === "hex");
	const reader = new ByteReader(link);
	try {
		const session = new Session(link, reader, profile, name, options);
		const delivery = hex === undefined ? await session.receiver(ways, program) : await session.typedFirst(hex, program);
		session.sayHowToVerify(program);
		return delivery;
	} finally {
		reader.close();
	}
}

class Session {
	constructor(
		private readonly link: Link,
		private readonly reader: ByteReader,
		private readonly profile: Profile,
		private readonly name: string,
		private readonly options: ByHandOptions,
	) {}

	/** Waits for a receiver that the person starts, whichever it is. */
	async receiver(ways: readonly ByHand[], program: Uint8Array): Promise<ByHandDelivery> {
		const steps = ways.flatMap(({ when, steps }) => (ways.length === 1 ? steps : [when, ...steps]));
		this.#say("Start receiving at the machine", steps);
		const id = ways.length === 1 ? (ways[0] as ByHand).id : "by-hand";
		return this.#delivery(id, await this.#xmodem(program), false);
	}

	/** HEX first: of our receiver where there is one for this machine, else of the program itself. */
	async typedFirst(way: ByHand, program: Uint8Array): Promise<ByHandDelivery> {
		const uart = this.profile.uart === undefined ? undefined : receiverUart({ uart: this.profile.uart });
		if (uart === undefined || uart === "bios") return this.#asHex(way, program);
		const receiver = assembleReceiver(uart);
		await this.#stream(way, RECEIVER_NAME, receiver);
		const stem = stemOf(RECEIVER_NAME);
		this.#say("The receiver is over there: make a program of it and start it", [
			`When the prompt is back, type:  LOAD ${stem}  and press RETURN.`,
			`It has to say:  BYTES READ    ${hexWord(receiver.length)}  and nothing about an error.`,
			`Type:  ${stem} ${this.name}  and press RETURN.`,
		]);
		return this.#delivery(way.id, await this.#xmodem(program), true);
	}

	sayHowToVerify(program: Uint8Array): void {
		const info = readProgram(program);
		if (info === undefined) return;
		this.#say("Check it", [
			`At the machine, type:  ${stemOf(this.name)} /V  and press RETURN.`,
			`The line it prints has to end with:  ${info.buildId} ${info.length} ${hexWord(info.crc16)} OK`,
		]);
	}

	async #asHex(way: ByHand, program: Uint8Array): Promise<ByHandDelivery> {
		if (toIntelHex(program).length > LONGEST_HEX) {
			throw new ZulmError("no-receiver", `The program is too long to be sent as text: ${program.length} bytes.`, {
				hint: "Put an XMODEM receiver on the machine's disk first.",
			});
		}
		const startS = this.link.clock.now();
		await this.#stream(way, this.name, program);
		const stem = stemOf(this.name);
		this.#say("The program is over there as text", [
			`When the prompt is back, type:  LOAD ${stem}  and press RETURN.`,
			`It has to say:  BYTES READ    ${hexWord(program.length)}  and nothing about an error.`,
		]);
		const seconds = this.link.clock.now() - startS;
		const { length } = program;
		return {
			name: this.name,
			receiver: way.id,
			transfer: {
				protocol: "intel-hex",
				blockSize: 16,
				bytes: length,
				seconds,
				bytesPerSecond: length / seconds,
				retries: 0,
				skipped: false,
				bootstrapped: true,
			},
		};
	}

	/** Sends `bytes` as HEX, line by line, once somebody is listening. The link paces. */
	async #stream(way: ByHand, name: string, bytes: Uint8Array): Promise<void> {
		const { clock } = this.link;
		const { signal, ready, onEvent } = this.options;
		const steps = way.steps.map((step) => fillIn(step, name));
		const wait = ready ? "Then say here that it is done." : `You have ${TYPING_S} seconds.`;
		this.#say("Let the machine read from the line", [...steps, wait]);
		await (ready ? ready() : clock.sleep(TYPING_S, signal));
		const text = toIntelHex(bytes);
		let characters = 0;
		onEvent?.({ type: "bootstrap", what: "receiver", bytes: bytes.length, tool: "PIP" });
		try {
			for (const line of text.split(LINE_END)) {
				await this.link.write(textToBytes(line));
				await this.link.drain();
				// A line's own time has passed; the machine's takes as long again at worst.
				await clock.sleep(this.profile.line.lineDelayS + line.length * this.profile.line.characterDelayS, signal);
				characters += line.length;
				onEvent?.({ type: "typing", characters, of: text.length, again: 0 });
			}
		} finally {
			// After Ctrl-C too: PIP would wait for ever, and nobody at this end can stop it otherwise.
			await this.#endText().catch(() => {});
		}
	}

	async #endText(): Promise<void> {
		await this.link.write(textToBytes(END_OF_TEXT));
		await this.link.drain();
	}

	#xmodem(program: Uint8Array): Promise<TransferResult> {
		const { signal, onEvent, patienceS = PATIENCE_S } = this.options;
		return sendXmodem(this.link, program, {
			reader: this.reader,
			startTimeoutS: patienceS,
			textOnLine: false,
			onProgress: (progress) => onEvent?.({ type: "progress", progress }),
			...(signal && { signal }),
		});
	}

	#delivery(receiver: string, result: TransferResult, bootstrapped: boolean): ByHandDelivery {
		const { protocol, blockSize, bytes, seconds, bytesPerSecond, retries } = result;
		const transfer = { protocol, blockSize, bytes, seconds, bytesPerSecond, retries, skipped: false, bootstrapped };
		return { name: this.name, receiver, transfer };
	}

	#say(title: string, steps: readonly string[]): void {
		this.options.onEvent?.({ type: "instructions", title, steps: steps.map((step) => fillIn(step, this.name)) });
	}
}

function waysOf({ byHand }: Profile, id: string | undefined): readonly ByHand[] {
	if (id === undefined) {
		const receivers = byHand.filter(({ sends }) => sends === "xmodem");
		return receivers.length > 0 ? receivers : byHand;
	}
	const way = byHand.find((candidate) => candidate.id === id);
	if (way) return [way];
	throw new ZulmError("usage", `This machine's profile has no way called "${id}".`, {
		hint: `Choose one of ${byHand.map((candidate) => candidate.id).join(", ")}.`,
	});
}

function fillIn(step: string, name: string): string {
	return step.replaceAll("{name}", name).replaceAll("{stem}", stemOf(name));
}
