/** The part of xmodem.js 0.1.0 that the conformance tests use; the package has no types of its own. */
declare module "xmodem.js" {
	import type { EventEmitter } from "node:events";

	interface Socket {
		on(event: "data", listener: (data: Uint8Array) => void): unknown;
		removeListener(event: "data", listener: (data: Uint8Array) => void): unknown;
		write(bytes: Uint8Array): void;
	}

	interface Xmodem extends EventEmitter {
		/** 'crc' or 'normal' (checksum); set by the first control byte, read for every block. */
		XMODEM_OP_MODE: "crc" | "normal";
		block_size: number;
		/** Receives a file and writes it to `filename` as it ends. Never checks a CRC; wants whole frames as chunks. */
		receive(socket: Socket, filename: string): void;
		/** Splits `data` into blocks, then sends one for each control byte that the socket's "data" event brings. */
		send(socket: Socket, data: Buffer): void;
	}

	const xmodem: Xmodem;
	export default xmodem;
}
