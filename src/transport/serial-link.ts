/**
 * A real serial port as a Link, through the serialport package (13.x).
 *
 *   adapter ──► SerialPort ──► onData         write, drain ──► SerialPort ──► adapter        (see quick-port.ts)
 *
 * On a pty every open option is accepted and control lines fail; a peer that vanishes shows at the next write; "close"
 * may then come twice. What it does not do: reopen, change speed, XON/XOFF (it would eat bytes of a binary transfer).
 */
import type { SerialPort, SerialPortMock } from "serialport";
import { ZulmError } from "../base/errors.js";
import { realClock } from "./clock.js";
import type { ControlLines, Link, LinkDescription } from "./link.js";
import { LinkListeners } from "./link-listeners.js";
import { listPorts, type PortInfo } from "./ports.js";
import { readPort, writeNow } from "./quick-port.js";
import { lineLost, openFailure } from "./serial-errors.js";

export interface SerialOptions {
	/** Bits per second; always 8 data bits, no parity, 1 stop bit. */
	readonly baud: number;
	/** Hardware flow control; false by default. */
	readonly rtscts?: boolean;
	/** Makes the port object; a mock in tests. */
	readonly create?: (settings: SerialSettings) => Port;
	readonly ports?: () => Promise<readonly PortInfo[]>;
}

/** What the serialport package is given. */
export type SerialSettings = {
	readonly path: string;
	readonly baudRate: number;
	readonly rtscts: boolean;
	readonly hupcl: boolean;
	readonly autoOpen: false;
};

type Port = SerialPort | SerialPortMock;
type Done = (error?: Error | null) => void;

/**
 * Opens `path` for this process alone.
 * @throws ZulmError `port-unknown`, `port-busy`, `port-denied`, `line-failed` (also where the package does not load)
 */
export async function openSerial(path: string, options: SerialOptions): Promise<Link> {
	const ports = options.ports ?? (() => listPorts());
	const create = options.create ?? (await serialPortMaker());
	const port = create({
		path,
		baudRate: options.baud,
		rtscts: options.rtscts ?? false,
		// With HUPCL the driver drops DTR on close, and boards that wire DTR to reset restart (node-serialport pull 495):
		// each command of ours would end in a reboot. The package only ever sets the flag; clearing it is up to stty.
		hupcl: false,
		autoOpen: false,
	});
	try {
		await promised((done) => port.open(done));
	} catch (cause) {
		throw openFailure(path, cause, await ports());
	}
	const hasControlLines = await promised((done) => port.get((error) => done(error))).then(
		() => true,
		() => false,
	);
	const info = (await ports()).find((candidate) => candidate.path === path);
	return new SerialLink(port, options.baud, hasControlLines, info);
}

/** The package is loaded when a port is opened: without its native part all the rest of zulm goes on working. */
async function serialPortMaker(): Promise<(settings: SerialSettings) => SerialPort> {
	try {
		const { SerialPort } = await import("serialport");
		return (settings) => new SerialPort(settings);
	} catch (cause) {
		throw new ZulmError("line-failed", "The serialport package does not load.", {
			hint: "Run npm install again on this computer; zulm doctor tells more.",
			cause,
		});
	}
}

class SerialLink implements Link {
	readonly clock = realClock;
	readonly controlLines: ControlLines | undefined;
	readonly #port: Port;
	readonly #description: LinkDescription;
	readonly #listeners = new LinkListeners();
	#closing: Promise<void> | undefined;

	constructor(port: Port, baud: number, hasControlLines: boolean, info: PortInfo | undefined) {
		this.#port = port;
		const { vendorId, productId, serialNumber } = info ?? {};
		this.#description = {
			kind: "serial",
			port: port.path,
			baud,
			...(vendorId === undefined ? {} : { vendorId }),
			...(productId === undefined ? {} : { productId }),
			...(serialNumber === undefined ? {} : { serialNumber }),
		};
		this.controlLines = hasControlLines ? controlLinesOf(port) : undefined;
		readPort(port, (bytes) => this.#listeners.data(bytes, this.clock.now()));
		port.on("close", (error: Error | null) => this.#lose(error));
		port.on("error", (error: Error) => this.#lose(error));
		port.on("end", () => this.#lose(new Error("end of file")));
	}

	describe(): LinkDescription {
		return this.#description;
	}

	async write(bytes: Uint8Array): Promise<void> {
		const rest = bytes.subarray(this.#listeners.closed ? 0 : writeNow(this.#port, bytes));
		if (rest.length > 0) await this.#whileOpen((done) => this.#port.write(Buffer.from(rest), done));
	}

	async drain(): Promise<void> {
		await this.#whileOpen((done) => this.#port.drain(done));
	}

	onData = this.#listeners.onData.bind(this.#listeners);
	onClose = this.#listeners.onClose.bind(this.#listeners);

	close(): Promise<void> {
		// Listeners first: what the port says while it closes is no news.
		this.#listeners.close();
		this.#closing ??= this.#port.isOpen
			? promised((done) => this.#port.close(done)).catch(() => {})
			: Promise.resolve();
		return this.#closing;
	}

	#lose(cause: unknown): void {
		this.#listeners.close(lineLost(this.#description.port, cause ?? undefined));
	}

	/** The package never calls back for what was queued when the port went, so losing the line has to end the wait. */
	async #whileOpen(start: (done: Done) => void): Promise<void> {
		const { port } = this.#description;
		if (this.#listeners.closed) throw this.#listeners.error ?? lineLost(port, "closed");
		await new Promise<void>((resolve, reject) => {
			const stopListening = this.#listeners.onClose((error) => reject(error ?? lineLost(port, "closed")));
			start((cause) => {
				stopListening();
				if (!cause) resolve();
				else {
					this.#lose(cause);
					reject(this.#listeners.error ?? lineLost(port, cause));
				}
			});
		});
	}
}

/** The package sets all lines on each call, those not named to its defaults; this remembers what was set. */
function controlLinesOf(port: Port): ControlLines {
	let state = { rts: true, dtr: true, brk: false };
	return {
		set: async (lines) => {
			state = { ...state, ...lines };
			await promised((done) => port.set(state, done));
		},
		get: () =>
			new Promise((resolve, reject) => {
				port.get((error, status) => (error || !status ? reject(error) : resolve(status)));
			}),
	};
}

function promised(start: (done: Done) => void): Promise<void> {
	return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}
