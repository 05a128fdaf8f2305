/**
 * Where things go in the program's memory: whole pages where the code finds tables by the high byte of an address,
 * everything else first-fit into what is left, so that half-empty pages cost nothing.
 */

interface Gap {
	start: number;
	end: number;
}

export class MemoryMap {
	readonly #gaps: Gap[] = [];
	#end: number;

	/** @param start first free address */
	constructor(start: number) {
		this.#end = start;
	}

	/** First address behind everything placed so far. */
	get end(): number {
		return this.#end;
	}

	/** `lengths.length` pages in a row, of which the first `lengths[i]` bytes are taken. Returns the first page's number. */
	pages(...lengths: number[]): number {
		const first = Math.ceil(this.#end / 256);
		this.#free(this.#end, first * 256);
		lengths.forEach((length, i) => {
			const start = (first + i) * 256;
			this.#end = start + length;
			if (i < lengths.length - 1) this.#free(start + length, start + 256);
		});
		return first;
	}

	/** `length` bytes anywhere. Returns their address. */
	bytes(length: number): number {
		const gap = this.#gaps.find(({ start, end }) => end - start >= length);
		if (gap !== undefined) {
			const address = gap.start;
			gap.start += length;
			return address;
		}
		const address = this.#end;
		this.#end += length;
		return address;
	}

	/** `length` bytes that do not cross a page (at most 256). Returns their address. */
	bytesInPage(length: number): number {
		for (const gap of this.#gaps) {
			const address = inOnePage(gap.start, length);
			if (address + length > gap.end) continue;
			const { end } = gap;
			gap.end = address;
			this.#free(address + length, end);
			return address;
		}
		const address = inOnePage(this.#end, length);
		this.#free(this.#end, address);
		this.#end = address + length;
		return address;
	}

	#free(start: number, end: number): void {
		if (end > start) this.#gaps.push({ start, end });
	}
}

/** The first address from `start` on at which `length` bytes do not cross a page. */
function inOnePage(start: number, length: number): number {
	const left = 256 - (start % 256);
	return left >= length ? start : start + left;
}
