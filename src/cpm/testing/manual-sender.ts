/** An XMODEM sender that a test drives frame by frame, to say what no good sender would. */
import { crc16 } from "../../base/crc16.js";
import { ByteReader } from "../../transport/byte-reader.js";
import type { Link } from "../../transport/link.js";

export const SOH = 0x01;
export const STX = 0x02;
export const EOT = 0x04;
export const ACK = 0x06;
export const NAK = 0x15;
export const CAN = 0x18;
export const C = 0x43;

/** One block as it goes over the line; 1024 bytes of data make an STX block. */
export function frame(number: number, data: Uint8Array, check: "crc" | "checksum" = "crc"): Uint8Array {
	const crc = crc16(data);
	const sum = data.reduce((a, b) => a + b, 0) & 0xff;
	const tail = check === "crc" ? [crc >> 8, crc & 0xff] : [sum];
	return Uint8Array.of(data.length === 1024 ? STX : SOH, number & 0xff, ~number & 0xff, ...data, ...tail);
}

export class ManualSender {
	readonly reader: ByteReader;

	constructor(private readonly link: Link) {
		this.reader = new ByteReader(link);
	}

	/** Sends bytes and returns the receiver's next byte; undefined after `timeoutS`. */
	async send(bytes: Iterable<number>, timeoutS = 10): Promise<number | undefined> {
		this.reader.discard();
		await this.link.write(Uint8Array.from(bytes));
		const reply = await this.reader.readByte(timeoutS);
		// RX says "CK": the K is part of the request.
		if (reply === C) await this.reader.readByte(timeoutS);
		return reply;
	}

	/** Waits for a control byte, passing over text. RX says C as "CK". */
	async waitFor(byte: number, timeoutS = 60): Promise<void> {
		const found = await this.reader.readUntil(byte === C ? "CK" : String.fromCharCode(byte), timeoutS);
		if (found.match === undefined) throw new Error(`no ${byte} within ${timeoutS} s, but "${found.text}"`);
	}

	/** Text up to and including `pattern`. */
	async text(pattern: RegExp, timeoutS = 60): Promise<string> {
		const found = await this.reader.readUntil(pattern, timeoutS);
		if (found.match === undefined) throw new Error(`no ${pattern} within ${timeoutS} s, but "${found.text}"`);
		return found.text;
	}

	close(): void {
		this.reader.close();
	}
}
