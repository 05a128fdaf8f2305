/**
 * One array as NumPy writes it (format 1.0–3.0, numpy/lib/format.py):
 *
 *   93h "NUMPY" · version · header length · {'descr': '<i2', 'fortran_order': False, 'shape': (64,), } · data
 *
 * Only what models hold: int8, little-endian int16, and 0-d byte strings; C order.
 */
import { malformed, unsupported } from "./model-errors.js";

const MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
const MAX_ELEMENTS = 1 << 24;
/** NumPy pads the header so that the data starts at a multiple of this. */
const ALIGNMENT = 64;

export interface NpyArray {
	/** NumPy's type string: "|i1", "<i2", "|S71". */
	readonly dtype: string;
	readonly shape: readonly number[];
	readonly data: Uint8Array;
}

/** @throws ZulmError `model-malformed`, `model-unsupported` */
export function decodeNpy(name: string, bytes: Uint8Array): NpyArray {
	if (bytes.length < 10 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw malformed(`${name} is not a NumPy array`);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const version = bytes[6] as number;
	if (version < 1 || version > 3) throw unsupported(`has ${name} in NumPy format ${version}`);
	const start = version === 1 ? 10 : 12;
	if (bytes.length < start) throw malformed(`the header of ${name} is cut short`);
	const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
	if (start + length > bytes.length) throw malformed(`the header of ${name} is cut short`);

	const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
	const dtype = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
	const order = /'fortran_order'\s*:\s*(True|False)\b/.exec(header)?.[1];
	const shapeText = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header)?.[1];
	if (dtype === undefined || order === undefined || shapeText === undefined) {
		throw malformed(`the header of ${name} does not state type, order and shape`);
	}
	const shape = (shapeText.match(/\d+/g) ?? []).map(Number);
	if (order === "True" && shape.length > 1) throw unsupported(`has ${name} in Fortran order`);

	const count = shape.reduce((product, size) => product * size, 1);
	if (!(count <= MAX_ELEMENTS))
		throw unsupported(`has ${name} with shape (${shape.join(", ")}), which is far too large`);
	const data = bytes.subarray(start + length);
	if (data.length !== count * itemSize(name, dtype))
		throw malformed(`${name} does not hold as much data as its shape says`);
	return { dtype, shape, data };
}

/** Bytes of one element. */
function itemSize(name: string, dtype: string): number {
	if (dtype === "|i1") return 1;
	if (dtype === "<i2") return 2;
	const text = /^\|S(\d{1,9})$/.exec(dtype);
	if (text === null) throw unsupported(`has ${name} of type ${dtype}`);
	return Number(text[1]);
}

export function encodeNpy(array: NpyArray): Uint8Array {
	const shape = array.shape.length === 1 ? `(${array.shape[0]},)` : `(${array.shape.join(", ")})`;
	const header = `{'descr': '${array.dtype}', 'fortran_order': False, 'shape': ${shape}, }`;
	const start = MAGIC.length + 4;
	const dataStart = Math.ceil((start + header.length + 1) / ALIGNMENT) * ALIGNMENT;
	const bytes = new Uint8Array(dataStart + array.data.length).fill(0x20, start, dataStart);
	bytes.set(MAGIC);
	bytes.set([1, 0, (dataStart - start) & 0xff, (dataStart - start) >> 8], MAGIC.length);
	bytes.set(new TextEncoder().encode(header), start);
	bytes[dataStart - 1] = 0x0a;
	bytes.set(array.data, dataStart);
	return bytes;
}

/** [rows, columns] of int8. */
export function int8Matrix(values: Int8Array, rows: number, columns: number): NpyArray {
	return {
		dtype: "|i1",
		shape: [rows, columns],
		data: new Uint8Array(values.buffer, values.byteOffset, values.length),
	};
}

export function int16Vector(values: Int16Array): NpyArray {
	const data = new Uint8Array(values.length * 2);
	const view = new DataView(data.buffer);
	for (const [i, value] of values.entries()) view.setInt16(i * 2, value, true);
	return { dtype: "<i2", shape: [values.length], data };
}

/** A 0-d byte string, UTF-8. */
export function byteString(text: string): NpyArray {
	const data = new TextEncoder().encode(text);
	return { dtype: `|S${data.length}`, shape: [], data };
}

export function readInt8(array: NpyArray): Int8Array {
	return new Int8Array(array.data.buffer, array.data.byteOffset, array.data.length).slice();
}

export function readInt16(array: NpyArray): Int16Array {
	const view = new DataView(array.data.buffer, array.data.byteOffset, array.data.byteLength);
	return Int16Array.from({ length: array.data.length / 2 }, (_, i) => view.getInt16(i * 2, true));
}
