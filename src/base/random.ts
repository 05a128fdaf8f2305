/**
 * A seeded pseudo-random generator, the same on every machine and Node version: sfc32 (Chris Doty-Humphrey, PractRand),
 * state filled from the seed by splitmix32. Training, fault injection and tests draw from here, never Math.random.
 */
export class Random {
	#a: number;
	#b: number;
	#c: number;
	#counter = 1;

	constructor(seed: number) {
		let state = seed | 0;
		const splitmix = (): number => {
			state = (state + 0x9e3779b9) | 0;
			let z = state ^ (state >>> 16);
			z = Math.imul(z, 0x21f0aaad);
			z ^= z >>> 15;
			z = Math.imul(z, 0x735a2d97);
			return (z ^ (z >>> 15)) | 0;
		};
		this.#a = splitmix();
		this.#b = splitmix();
		this.#c = splitmix();
		for (let i = 0; i < 12; i++) this.uint32();
	}

	uint32(): number {
		const result = (this.#a + this.#b + this.#counter) | 0;
		this.#counter = (this.#counter + 1) | 0;
		this.#a = this.#b ^ (this.#b >>> 9);
		this.#b = (this.#c + (this.#c << 3)) | 0;
		this.#c = ((this.#c << 21) | (this.#c >>> 11)) + result;
		this.#c |= 0;
		return result >>> 0;
	}

	/** Uniform in [0, 1). */
	next(): number {
		return this.uint32() / 4294967296;
	}

	/** Uniform integer in [0, n). */
	int(n: number): number {
		return Math.floor(this.next() * n);
	}

	/** Standard normal (Box–Muller, one of the pair). */
	normal(): number {
		return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
	}

	pick<T>(items: readonly T[]): T {
		return items[this.int(items.length)] as T;
	}

	/** Fisher–Yates, in place. */
	shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
		for (let i = items.length - 1; i > 0; i--) {
			const j = this.int(i + 1);
			const held = items[i];
			items[i] = items[j];
			items[j] = held;
		}
		return items;
	}
}
