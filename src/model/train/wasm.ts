/**
 * A small writer of WebAssembly modules: just the instructions that kernels.ts needs, named as in the specification.
 *
 *   const f = new FunctionBuilder("double");  const [x] = f.parameters(I32);  f.set(x, i32.add(x.get, x.get));
 *
 * An expression is the bytes that leave its value on the stack; a function builder collects statements. Types are not
 * checked here: the engine validates the module when it compiles it. One imported shared memory, no results, no calls.
 * (WebAssembly 2.0 core specification, sections 5.3–5.5, with fixed-width SIMD and threads' shared memory.)
 */
export type Code = readonly number[];
export type ValueType = typeof I32 | typeof F32 | typeof V128;

export const I32 = 0x7f;
export const F32 = 0x7d;
export const V128 = 0x7b;

const NO_RESULT = 0x40;
const SIMD_PREFIX = 0xfd;
/** Log₂ of the alignment promised to a load or store; v128 addresses are kept at multiples of 16 but need not be. */
const NATURAL_ALIGNMENT = { byte: 0, short: 1, word: 2, half: 3, vector: 4 } as const;

function unsigned(value: number): number[] {
	const bytes: number[] = [];
	let rest = value;
	do {
		const low = rest & 0x7f;
		rest >>>= 7;
		bytes.push(rest === 0 ? low : low | 0x80);
	} while (rest !== 0);
	return bytes;
}

function signed(value: number): number[] {
	const bytes: number[] = [];
	for (let rest = value | 0; ; rest >>= 7) {
		const low = rest & 0x7f;
		const isLast = rest >> 6 === 0 || rest >> 6 === -1;
		bytes.push(isLast ? low : low | 0x80);
		if (isLast) return bytes;
	}
}

function floatBytes(value: number): number[] {
	return [...new Uint8Array(Float32Array.of(value).buffer)];
}

const binary =
	(opcode: number) =>
	(a: Code, b: Code): Code => [...a, ...b, opcode];
const simd = (opcode: number): Code => [SIMD_PREFIX, ...unsigned(opcode)];
const simdUnary =
	(opcode: number) =>
	(a: Code): Code => [...a, ...simd(opcode)];
const simdBinary =
	(opcode: number) =>
	(a: Code, b: Code): Code => [...a, ...b, ...simd(opcode)];
const load =
	(opcode: Code, alignment: number) =>
	(address: Code, offset = 0): Code => [...address, ...opcode, alignment, ...unsigned(offset)];
const store =
	(opcode: number, alignment: number) =>
	(address: Code, value: Code): Code => [...address, ...value, opcode, alignment, 0];

export const i32 = {
	const: (value: number): Code => [0x41, ...signed(value)],
	add: binary(0x6a),
	sub: binary(0x6b),
	mul: binary(0x6c),
	ne: binary(0x47),
	shl: binary(0x74),
	lt: binary(0x48),
	ge: binary(0x4e),
	load8: load([0x2d], NATURAL_ALIGNMENT.byte),
	load16: load([0x2f], NATURAL_ALIGNMENT.short),
	load16Signed: load([0x2e], NATURAL_ALIGNMENT.short),
	load: load([0x28], NATURAL_ALIGNMENT.word),
	store8: store(0x3a, NATURAL_ALIGNMENT.byte),
	store16: store(0x3b, NATURAL_ALIGNMENT.short),
	store: store(0x36, NATURAL_ALIGNMENT.word),
};

export const f32 = {
	const: (value: number): Code => [0x43, ...floatBytes(value)],
	add: binary(0x92),
	sub: binary(0x93),
	mul: binary(0x94),
	div: binary(0x95),
	convertI32: (a: Code): Code => [...a, 0xb2],
	load: load([0x2a], NATURAL_ALIGNMENT.word),
	store: store(0x38, NATURAL_ALIGNMENT.word),
};

export const v128 = {
	load: load(simd(0x00), NATURAL_ALIGNMENT.vector),
	/** Four signed 16-bit numbers, widened to 32 bits. */
	load16x4: load(simd(0x03), NATURAL_ALIGNMENT.half),
	/** One 16-bit number in all eight places. */
	load16Splat: load(simd(0x08), NATURAL_ALIGNMENT.short),
	/** One 64-bit number in both places. */
	load64Splat: load(simd(0x0a), NATURAL_ALIGNMENT.half),
	store: (address: Code, value: Code, offset = 0): Code => [
		...address,
		...value,
		...simd(0x0b),
		NATURAL_ALIGNMENT.vector,
		...unsigned(offset),
	],
};

export const i16x8 = {
	and: simdBinary(0x4e),
	splat: simdUnary(0x10),
	add: simdBinary(0x8e),
	mul: simdBinary(0x95),
	max: simdBinary(0x98),
	shiftRight: (a: Code, bits: number): Code => [...a, ...i32.const(bits), ...simd(0x8c)],
	narrow: simdBinary(0x85),
};

export const i32x4 = {
	splat: simdUnary(0x11),
	sub: simdBinary(0xb1),
};

export const f32x4 = {
	splat: simdUnary(0x13),
	lane: (a: Code, lane: number): Code => [...a, ...simd(0x1f), lane],
	add: simdBinary(0xe4),
	sub: simdBinary(0xe5),
	mul: simdBinary(0xe6),
	div: simdBinary(0xe7),
	/** "Pseudo" minimum and maximum, b < a ? b : a and a < b ? b : a: one instruction, where min and max take five. */
	min: simdBinary(0xea),
	max: simdBinary(0xeb),
	sqrt: simdUnary(0xe3),
	floor: simdUnary(0x68),
	convertI32: simdUnary(0xfa),
};

export const f64x2 = {
	add: simdBinary(0xf0),
	mul: simdBinary(0xf2),
};

export interface Local {
	readonly index: number;
	readonly get: Code;
}

export type LocalsOf<T extends ValueType[]> = { [K in keyof T]: Local };

export class FunctionBuilder {
	readonly name: string;
	readonly parameterTypes: ValueType[] = [];
	readonly #locals: ValueType[] = [];
	readonly #code: number[] = [];

	constructor(name: string) {
		this.name = name;
	}

	/** Local variables 0, 1, …: declare them before any other local. */
	parameters<T extends ValueType[]>(...types: T): LocalsOf<T> {
		this.parameterTypes.push(...types);
		return types.map((_, i) => localAt(this.parameterTypes.length - types.length + i)) as LocalsOf<T>;
	}

	locals<T extends ValueType[]>(...types: T): LocalsOf<T> {
		return types.map((type) => this.local(type)) as LocalsOf<T>;
	}

	local(type: ValueType): Local {
		this.#locals.push(type);
		return localAt(this.parameterTypes.length + this.#locals.length - 1);
	}

	do(statement: Code): void {
		for (const byte of statement) this.#code.push(byte);
	}

	set(local: Local, value: Code): void {
		this.do([...value, 0x21, ...unsigned(local.index)]);
	}

	/** for (counter = from; counter < to; counter += step) body */
	for(counter: Local, from: Code, to: Code, step: number, body: () => void): void {
		this.set(counter, from);
		this.do([0x02, NO_RESULT, 0x03, NO_RESULT, ...i32.ge(counter.get, to), 0x0d, 1]);
		body();
		this.set(counter, i32.add(counter.get, i32.const(step)));
		this.do([0x0c, 0, 0x0b, 0x0b]);
	}

	/** if (condition ≠ 0) body */
	if(condition: Code, body: () => void): void {
		this.do([...condition, 0x04, NO_RESULT]);
		body();
		this.do([0x0b]);
	}

	/** Locals declared one by one, then the code. */
	body(): number[] {
		const locals = this.#locals.flatMap((type) => [1, type]);
		const code = [...unsigned(this.#locals.length), ...locals, ...this.#code, 0x0b];
		return [...unsigned(code.length), ...code];
	}
}

function localAt(index: number): Local {
	return { index, get: [0x20, ...unsigned(index)] };
}

/** The module: memory "env" "memory" imported, every function exported by its name. */
export function encodeModule(
	functions: readonly FunctionBuilder[],
	minimumPages: number,
	maximumPages: number,
): Uint8Array<ArrayBuffer> {
	const text = (value: string): number[] => [...unsigned(value.length), ...new TextEncoder().encode(value)];
	const section = (id: number, items: readonly (readonly number[])[]): number[] => {
		const content = [...unsigned(items.length), ...items.flat()];
		return [id, ...unsigned(content.length), ...content];
	};
	const types = functions.map((f) => [0x60, ...unsigned(f.parameterTypes.length), ...f.parameterTypes, 0]);
	const memory = [...text("env"), ...text("memory"), 2, 3, ...unsigned(minimumPages), ...unsigned(maximumPages)];
	return Uint8Array.from([
		...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
		...section(1, types),
		...section(2, [memory]),
		...section(
			3,
			functions.map((_, i) => unsigned(i)),
		),
		...section(
			7,
			functions.map((f, i) => [...text(f.name), 0, ...unsigned(i)]),
		),
		...section(
			10,
			functions.map((f) => f.body()),
		),
	]);
}
