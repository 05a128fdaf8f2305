/** Collects what a program is made of while it is laid out: constants for the assembly sources and bytes at addresses. */
import { MemoryMap } from "./memory-map.js";

export interface Block {
	readonly address: number;
	readonly bytes: ArrayLike<number>;
}

export class Placer {
	readonly constants = new Map<string, number>();
	readonly blocks: Block[] = [];
	readonly memory: MemoryMap;

	/** @param start first address behind the code */
	constructor(start: number) {
		this.memory = new MemoryMap(start);
	}

	set(name: string, value: number): void {
		this.constants.set(name, value);
	}

	/** Pages reached by the high byte of their address, named by their number; returns the address of the first. */
	page(name: string, ...lengths: number[]): number {
		const page = this.memory.pages(...lengths);
		this.set(name, page);
		return page * 256;
	}

	load(address: number, bytes: ArrayLike<number>): void {
		this.blocks.push({ address, bytes });
	}

	/** Loads bytes wherever there is room; returns their address. */
	place(bytes: ArrayLike<number>): number {
		const address = this.memory.bytes(bytes.length);
		this.load(address, bytes);
		return address;
	}

	put(name: string, bytes: ArrayLike<number>): void {
		this.set(name, this.place(bytes));
	}
}

export function lowBytes(values: readonly number[]): number[] {
	return values.map((value) => value & 255);
}

export function highBytes(values: readonly number[]): number[] {
	return values.map((value) => (value >> 8) & 255);
}

export function words(values: readonly number[]): number[] {
	return values.flatMap((value) => [value & 255, value >> 8]);
}

/** Lengths of the pages that a table of so many words takes, a multiple of 128. */
export function wordPages(count: number): number[] {
	return new Array<number>(count / 128).fill(256);
}
