/**
 * A bad line: a Link decorator that damages what passes, the same way every time for the same seed.
 *
 *   write ─► flip, lose, double, insert, strip bit 7 ─► stalls ─► link        and the same towards the listeners
 *            bursts of noise at given times, both ways, into silence too
 *
 * Times are counted from the moment of decoration on the link's clock. A stall holds bytes back and delivers them
 * afterwards (RTS, a USB hub); to the machine it holds `write` up, as a driver does. The plug is not pulled here:
 * only whoever opened the link can do that.
 */
import { Random } from "../base/random.js";
import type { DataListener, Link } from "./link.js";
import { LinkListeners } from "./link-listeners.js";

/** What happens to the bytes of one direction; shares are of 1, per byte. */
export interface ByteFaults {
	readonly flip?: number;
	readonly lose?: number;
	readonly double?: number;
	/** A random byte in front of this one. */
	readonly insert?: number;
	/** Seven data bits: bit 7 never arrives. */
	readonly stripBit7?: boolean;
}

export type Direction = "toMachine" | "toHost";

/** From `atS` on for `forS` seconds nothing passes in this direction. */
export interface Stall {
	readonly direction: Direction;
	readonly atS: number;
	readonly forS: number;
}

/** `bytes` random bytes appear at `atS`. */
export interface Burst {
	readonly direction: Direction;
	readonly atS: number;
	readonly bytes: number;
}

export interface LineFaults {
	readonly seed: number;
	readonly toMachine?: ByteFaults;
	readonly toHost?: ByteFaults;
	readonly stalls?: readonly Stall[];
	readonly bursts?: readonly Burst[];
	/** Shares above apply to bytes between these times only; all the time by default. */
	readonly fromS?: number;
	readonly untilS?: number;
}

/** `link` with these faults. Closing it closes `link`. */
export function faultyLink(link: Link, faults: LineFaults): Link {
	return new FaultyLink(link, faults);
}

class FaultyLink implements Link {
	readonly #link: Link;
	readonly #faults: LineFaults;
	readonly #random: Readonly<Record<Direction, Random>>;
	readonly #listeners = new LinkListeners();
	readonly #startS: number;
	readonly #ended = new AbortController();
	/** Bytes for the host that a stall holds back. */
	#held: Uint8Array[] = [];
	/** Writes one after the other, however long a stall holds the first. */
	#writing: Promise<void> = Promise.resolve();

	constructor(link: Link, faults: LineFaults) {
		this.#link = link;
		this.#faults = faults;
		this.#random = { toMachine: new Random(faults.seed), toHost: new Random(~faults.seed) };
		this.#startS = link.clock.now();
		link.onData((bytes, arrivalS) => this.#arrive(this.#damaged(bytes, "toHost"), arrivalS));
		link.onClose((error) => {
			this.#ended.abort();
			this.#listeners.close(error);
		});
		for (const burst of faults.bursts ?? []) void this.#burst(burst);
	}

	get clock() {
		return this.#link.clock;
	}

	get controlLines() {
		return this.#link.controlLines;
	}

	describe() {
		return this.#link.describe();
	}

	async write(bytes: Uint8Array): Promise<void> {
		const damaged = this.#damaged(bytes, "toMachine");
		const written = this.#writing.then(async () => {
			const waitS = this.#stalledForS("toMachine");
			if (waitS > 0) await this.#sleep(waitS);
			await this.#link.write(damaged);
		});
		this.#writing = written.catch(() => {});
		return written;
	}

	drain(): Promise<void> {
		return this.#writing.then(() => this.#link.drain());
	}

	onData(listener: DataListener): () => void {
		return this.#listeners.onData(listener);
	}

	onClose = this.#listeners.onClose.bind(this.#listeners);

	async close(): Promise<void> {
		this.#ended.abort();
		await this.#link.close();
	}

	#damaged(bytes: Uint8Array, direction: Direction): Uint8Array {
		const { fromS = 0, untilS = Number.POSITIVE_INFINITY } = this.#faults;
		const faults = this.#faults[direction];
		const atS = this.#elapsedS();
		if (faults === undefined || atS < fromS || atS >= untilS) return bytes;
		const { flip = 0, lose = 0, double = 0, insert = 0, stripBit7 = false } = faults;
		const random = this.#random[direction];
		const out: number[] = [];
		for (const byte of bytes) {
			if (random.next() < insert) out.push(random.int(256));
			// Drawn for every byte, so that one fault does not move all the others.
			const [lost, doubled, flipped, bit] = [random.next(), random.next(), random.next(), random.int(8)];
			const arriving = (flipped < flip ? byte ^ (1 << bit) : byte) & (stripBit7 ? 0x7f : 0xff);
			if (lost < lose) continue;
			out.push(arriving);
			if (doubled < double) out.push(arriving);
		}
		return Uint8Array.from(out);
	}

	#arrive(bytes: Uint8Array, arrivalS: number): void {
		if (bytes.length === 0) return;
		if (this.#held.length > 0) {
			this.#held.push(bytes);
			return;
		}
		const waitS = this.#stalledForS("toHost");
		if (waitS > 0) {
			this.#held.push(bytes);
			void this.#release(waitS);
			return;
		}
		this.#listeners.data(bytes, arrivalS);
	}

	async #release(waitS: number): Promise<void> {
		await this.#sleep(waitS);
		const held = this.#held;
		this.#held = [];
		for (const bytes of held) this.#listeners.data(bytes, this.clock.now());
	}

	async #burst({ direction, atS, bytes }: Burst): Promise<void> {
		await this.#sleep(atS - this.#elapsedS());
		if (this.#ended.signal.aborted) return;
		const noise = Uint8Array.from({ length: bytes }, () => this.#random[direction].int(256));
		if (direction === "toHost") this.#arrive(noise, this.clock.now());
		else await this.#link.write(noise).catch(() => {});
	}

	/** How long bytes of this direction must still wait. */
	#stalledForS(direction: Direction): number {
		const nowS = this.#elapsedS();
		let untilS = nowS;
		for (const stall of this.#faults.stalls ?? []) {
			const active = stall.direction === direction && stall.atS <= nowS && nowS < stall.atS + stall.forS;
			if (active) untilS = Math.max(untilS, stall.atS + stall.forS);
		}
		return untilS - nowS;
	}

	#elapsedS(): number {
		return this.clock.now() - this.#startS;
	}

	/** Ends early, without an error, when the link has gone. */
	async #sleep(seconds: number): Promise<void> {
		await this.clock.sleep(seconds, this.#ended.signal).catch(() => {});
	}
}
