/**
 * An XMODEM receiver for tests, written from Christensen's description and independent of the sender: checks numbers
 * and CRC or checksum, purges before NAK, takes a repeated block once, cancels when out of step. It can be told to
 * misbehave.
 *
 *   banner, pause, C … C    ◄ SOH n ~n data crc    ► ACK | NAK | CAN CAN    ◄ EOT ► ACK, closing text
 */
import { crc16 } from "../../base/crc16.js";
import { ByteReader, textToBytes } from "../byte-reader.js";
import type { Link } from "../link.js";
import { ACK, BLOCK_BYTES, CAN, CRC_REQUEST, EOT, LONG_BLOCK_BYTES, NAK, SOH, STX } from "../xmodem/control-bytes.js";

/** What to answer to a good frame instead of ACK; bytes to say anything at all. */
export type Answer = "ack" | "nak" | "silence" | "cancel" | "die" | readonly number[];

export interface ScriptedReceiverOptions {
	readonly mode?: "crc" | "checksum";
	/** Printed before the first start byte, each piece after a pause. */
	readonly banner?: readonly { readonly afterS: number; readonly text: string }[];
	/** Default: C or NAK by `mode`. */
	readonly startBytes?: readonly number[];
	readonly startEveryS?: number;
	/** After so many requests without an answer it asks for checksums. */
	readonly fallsBackAfter?: number;
	/** XMODEM 2.7 takes CAN for noise. */
	readonly ignoresCancel?: boolean;
	/** What it does with a 1K block: takes it (default), refuses it with NAK, or does not know STX and waits. */
	readonly longBlocks?: "take" | "refuse" | "unknown";
	/** How many good frames so far, this one included (`frame`, 1-based), which block it held. */
	readonly answer?: (frame: number, block: number) => Answer;
	/** Answers to successive EOTs; ACK after the list. */
	readonly eotAnswers?: readonly Answer[];
	readonly closingText?: string;
	/** Time between a frame and its ACK. */
	readonly turnaroundS?: number;
}

export interface Received {
	readonly bytes: Uint8Array;
	readonly ended: "eot" | "cancelled-by-sender" | "cancelled" | "died" | "out-of-step" | "gave-up";
	/** Blocks that came again although already taken. */
	readonly repeated: number;
	/** Frames refused with NAK because they were damaged. */
	readonly damaged: number;
}

export async function scriptedReceiver(link: Link, options: ScriptedReceiverOptions = {}): Promise<Received> {
	const receiver = new ScriptedReceiver(link, options);
	try {
		return await receiver.run();
	} finally {
		receiver.reader.close();
	}
}

class ScriptedReceiver {
	readonly reader: ByteReader;
	readonly #link: Link;
	readonly #options: ScriptedReceiverOptions;
	#crc: boolean;
	#requests = 0;
	readonly #taken: number[] = [];
	#blocks = 0;
	#frames = 0;
	#repeated = 0;
	#damaged = 0;

	constructor(link: Link, options: ScriptedReceiverOptions) {
		this.#link = link;
		this.#options = options;
		this.#crc = (options.mode ?? "crc") === "crc";
		this.reader = new ByteReader(link);
	}

	async run(): Promise<Received> {
		for (const { afterS, text } of this.#options.banner ?? []) {
			await this.#link.clock.sleep(afterS);
			await this.#link.write(textToBytes(text));
		}
		const eotAnswers = [...(this.#options.eotAnswers ?? [])];
		for (let silences = 0; silences < 20; ) {
			if (this.#blocks === 0 && this.reader.buffered === 0) {
				if (this.#requests++ === this.#options.fallsBackAfter) this.#crc = false;
				await this.#say(...(this.#crc ? (this.#options.startBytes ?? [CRC_REQUEST]) : [NAK]));
			}
			const byte = await this.reader.readByte(this.#blocks === 0 ? (this.#options.startEveryS ?? 3) : 10);
			if (byte === undefined) {
				silences++;
				if (this.#blocks > 0) await this.#say(NAK);
			} else if (byte === SOH || (byte === STX && this.#options.longBlocks !== "unknown")) {
				const end = await this.#block(byte === STX ? LONG_BLOCK_BYTES : BLOCK_BYTES);
				if (end) return this.#result(end);
			} else if (byte === EOT && this.#blocks > 0) {
				const answer = eotAnswers.shift() ?? "ack";
				await this.#answer(answer);
				if (answer === "nak" || answer === "silence") continue;
				await this.#link.write(textToBytes(this.#options.closingText ?? ""));
				return this.#result("eot");
			} else if (byte === CAN && !this.#options.ignoresCancel && (await this.reader.readByte(1)) === CAN) {
				return this.#result("cancelled-by-sender");
			}
		}
		return this.#result("gave-up");
	}

	async #block(length: number): Promise<Received["ended"] | undefined> {
		const size = 2 + length + (this.#crc ? 2 : 1);
		const frame = await this.reader.readExactly(size, (size * 10) / (this.#link.describe().baud ?? 9600) + 1);
		const number = frame[0] ?? 0;
		const data = frame.subarray(2, 2 + length);
		const sum = this.#crc ? crc16(data) : data.reduce((a, b) => a + b, 0) & 0xff;
		const [high = 0, low = 0] = frame.subarray(2 + length);
		const sent = this.#crc ? (high << 8) | low : high;
		const refused = length === LONG_BLOCK_BYTES && this.#options.longBlocks === "refuse";
		if (refused || frame.length < size || number + (frame[1] ?? 0) !== 0xff || sum !== sent) {
			this.#damaged++;
			await this.reader.readQuiet(1, 10);
			await this.#say(NAK);
			return undefined;
		}
		const isRepeat = this.#blocks > 0 && number === (this.#blocks & 0xff);
		if (!isRepeat && number !== ((this.#blocks + 1) & 0xff)) {
			await this.#say(CAN, CAN);
			return "out-of-step";
		}
		const answer = this.#options.answer?.(++this.#frames, isRepeat ? this.#blocks : this.#blocks + 1) ?? "ack";
		// A refused block is a block not taken; silence after taking it is a lost ACK.
		if (isRepeat) this.#repeated++;
		else if (answer !== "nak") {
			this.#taken.push(...data);
			this.#blocks++;
		}
		await this.#answer(answer);
		if (answer === "cancel") return "cancelled";
		return answer === "die" ? "died" : undefined;
	}

	async #answer(answer: Answer): Promise<void> {
		if (this.#options.turnaroundS) await this.#link.clock.sleep(this.#options.turnaroundS);
		if (answer === "ack") await this.#say(ACK);
		else if (answer === "nak") await this.#say(NAK);
		else if (answer === "cancel") await this.#say(CAN, CAN);
		else if (typeof answer !== "string") await this.#say(...answer);
	}

	#say(...bytes: number[]): Promise<void> {
		return this.#link.write(Uint8Array.from(bytes));
	}

	#result(ended: Received["ended"]): Received {
		return { bytes: Uint8Array.from(this.#taken), ended, repeated: this.#repeated, damaged: this.#damaged };
	}
}
