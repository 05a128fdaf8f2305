/**
 * One block of memory that kernels, JavaScript and other threads all see: arrays are carved off its end and never
 * freed, each starting at a multiple of 16 bytes. It grows as needed, to 1 GiB; training takes some tens of megabytes.
 */
import { ZulmError } from "../../base/errors.js";

const PAGE = 65536;
const ALIGNMENT = 16;
export const MINIMUM_PAGES = 16;
export const MAXIMUM_PAGES = 16384;

/** What the language's own types lack: TypeScript keeps WebAssembly among the browser's. */
export interface SharedMemory {
	readonly buffer: SharedArrayBuffer;
	grow(pages: number): number;
}

interface WebAssemblyApi {
	readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => SharedMemory;
	readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
	readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}

export const wasmApi = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;

export interface ArrayType<T> {
	new (buffer: SharedArrayBuffer, byteOffset: number, length: number): T;
	readonly BYTES_PER_ELEMENT: number;
}

export class Arena {
	readonly memory: SharedMemory = new wasmApi.Memory({
		initial: MINIMUM_PAGES,
		maximum: MAXIMUM_PAGES,
		shared: true,
	});
	#used = 0;

	/** A zeroed array. @throws ZulmError `usage` when the memory is full */
	take<T>(type: ArrayType<T>, length: number): T {
		const start = Math.ceil(this.#used / ALIGNMENT) * ALIGNMENT;
		this.#used = start + length * type.BYTES_PER_ELEMENT;
		const missing = this.#used - this.memory.buffer.byteLength;
		if (missing > 0) this.#grow(Math.ceil(missing / PAGE));
		return new type(this.memory.buffer, start, length);
	}

	#grow(pages: number): void {
		try {
			this.memory.grow(pages);
		} catch (cause) {
			throw new ZulmError("usage", "Training this corpus with this network needs more than 1 GiB of memory.", {
				hint: "Use a smaller corpus or narrower hidden layers.",
				cause,
			});
		}
	}
}
