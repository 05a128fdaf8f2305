import fc from "fast-check";
import { expect, it } from "vitest";
import { AGAIN, END, packColumn } from "./packed-lists.js";

/** What the machine makes of a column, read as packed.asm reads it. */
function walk(bytes: readonly number[], width: number): number[] {
	const sums = new Array<number>(width).fill(0);
	let at = 0;
	for (const sign of [1, -1]) {
		let neuron = -1;
		const on = (distance: number) => {
			neuron += distance;
			expect(neuron).toBeGreaterThanOrEqual(0);
			expect(neuron).toBeLessThan(width);
			sums[neuron] = (sums[neuron] as number) + sign;
		};
		for (let isEnd = false; !isEnd; ) {
			const byte = bytes[at++] as number;
			isEnd = (byte & 15) === 0 && byte !== AGAIN;
			if (byte === END) continue;
			if ((byte & 15) !== 0) on(byte & 15);
			on(byte === AGAIN ? 0 : byte >> 4);
		}
	}
	expect(at).toBe(bytes.length);
	return sums;
}

const anyColumn = fc.integer({ min: 0, max: 100 }).chain((density) =>
	fc.array(
		fc.integer({ min: 0, max: 99 }).chain((n) => (n < density ? fc.constantFrom(1, -1, -2) : fc.constant(0))),
		{ minLength: 1, maxLength: 256 },
	),
);

it("gives every neuron its weight, whatever stops it makes", () => {
	fc.assert(
		fc.property(anyColumn, (column) => {
			expect(walk(packColumn(column), column.length)).toEqual(column);
		}),
	);
});

it("writes distances, two in a byte", () => {
	const column = new Array<number>(40).fill(0);
	column[2] = 1;
	column[5] = 1;
	column[9] = 1;
	column[14] = -2;
	expect(packColumn(column)).toEqual([0x33, 0x40, 0x0f, END]);
});

it("goes by way of neuron 13 to neuron 20, and takes that back", () => {
	const column = new Array<number>(40).fill(0);
	column[20] = 1;
	expect(packColumn(column)).toEqual([0x7e, END, 0xe0]);
});
