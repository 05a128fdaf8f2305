/**
 * xmodem.js as a packet engine: control byte in, frame to send out. Nothing else of it is used.
 *
 *   feed(C or NAK) ─► frame 1    feed(ACK) ─► next frame … EOT … finished    feed(NAK) ─► the same frame again
 *
 * The package has one emitter for everybody, keeps the check mode in a field of that object, and looks only at the
 * first byte of a chunk. So each transfer gets an object of its own and one control byte at a time. Deadlines,
 * banners, retries and cancelling are send-xmodem.ts's.
 */
import { EventEmitter } from "node:events";
import xmodem from "xmodem.js";
import { ACK, BLOCK_BYTES, CRC_REQUEST, EOT, NAK, SOH } from "./control-bytes.js";

export type CheckMode = "crc" | "checksum";

/** A frame to put on the line. */
export interface Frame {
	readonly bytes: Uint8Array;
	/** 1-based and not wrapped at 256, undefined for the EOT frame. */
	readonly block: number | undefined;
}

/** The half of a socket that xmodem.js talks to: it listens for "data" and calls `write`. */
class EngineSocket extends EventEmitter {
	readonly written: Uint8Array[] = [];

	write(bytes: Uint8Array): void {
		this.written.push(bytes);
	}
}

export class XmodemEngine {
	/** Blocks of 128 bytes, the last one padded with ^Z. */
	readonly blocks: number;
	readonly #socket = new EngineSocket();
	#block = 0;
	#finished = false;

	/** @param bytes the file, not empty */
	constructor(bytes: Uint8Array) {
		this.blocks = Math.ceil(bytes.length / BLOCK_BYTES);
		const engine: typeof xmodem = Object.create(xmodem);
		// Gives the object its own listener table; without this it would share the one in the package's prototype.
		EventEmitter.call(engine);
		engine.block_size = BLOCK_BYTES;
		engine.on("stop", () => {
			this.#finished = true;
		});
		engine.send(this.#socket, Buffer.from(bytes));
	}

	/** The receiver has acknowledged the EOT. */
	get finished(): boolean {
		return this.#finished;
	}

	/** Answers the receiver's start byte with block 1. */
	start(mode: CheckMode): Frame {
		return this.#feed(mode === "crc" ? CRC_REQUEST : NAK)!;
	}

	/** The frame in flight was acknowledged. @returns the next one; undefined when the EOT was what was acknowledged */
	acknowledged(): Frame | undefined {
		return this.#feed(ACK);
	}

	/** @returns the frame in flight once more */
	repeat(): Frame {
		return this.#feed(NAK)!;
	}

	#feed(control: number): Frame | undefined {
		this.#socket.emit("data", Uint8Array.of(control));
		const bytes = this.#socket.written.shift();
		if (!bytes) return undefined;
		if (bytes[0] === EOT) return { bytes, block: undefined };
		if (bytes[0] === SOH && control !== NAK) this.#block++;
		// Block 1 answers a start byte, which may itself be a NAK.
		this.#block ||= 1;
		return { bytes, block: this.#block };
	}
}
