import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ColumnCode, countStream, scatterStream, shareStream } from "./columns.js";

/** A made-up address for each label: high byte by kind, low byte by length. */
const KINDS = ["add", "sub", "count_inc", "count_dec", "count_drop", "count_inc_last", "count_dec_last"];
const symbols = new Map<string, number>([
	["double", 0x100],
	["column_done", 0x101],
	["breathe", 0x102],
]);
/** Steps without a breath: 53 T each at most (columns.ts). */
const MOST_STEPS = 89;
for (let n = 1; n <= 4; n++) symbols.set(`share_same_${n}`, 0x200 + n).set(`share_opposite_${n}`, 0x300 + n);
KINDS.forEach((kind, k) => {
	for (let n = 1; n <= 24; n++) symbols.set(`${kind}_${n}`, 0x1000 + 256 * k + n);
});
const labels = new Map([...symbols].map(([label, address]) => [address, label]));
const code = new ColumnCode(symbols);

const SHARE_BYTES = 4;

interface Part {
	readonly label: string;
	readonly neurons: readonly number[];
}

/**
 * Reads a stream as the Z80 does: an address, then as many neurons as its entry takes. An odd number follows a byte that
 * is wasted in scatter.asm, and not in count.asm.
 */
function parts(stream: Uint8Array): Part[] {
	const found: Part[] = [];
	for (let at = 0; at < stream.length; ) {
		const label = labels.get((stream[at] as number) | ((stream[at + 1] as number) << 8)) ?? "?";
		at += 2;
		const count = Number(/_(\d+)$/.exec(label)?.[1] ?? 0) * (label.startsWith("share") ? SHARE_BYTES : 1);
		if (!label.startsWith("count_")) at += count % 2;
		found.push({ label, neurons: [...stream.subarray(at, at + count)] });
		at += count;
	}
	return found;
}

const WORTH = { add: 1, sub: -1, count_inc: 1, count_dec: -1, count_drop: -2, count_inc_last: 1, count_dec_last: -1 };

/** What a stream adds to each neuron. */
function sums(stream: Uint8Array, width: number): number[] {
	const result = new Array<number>(width).fill(0);
	let factor = 1;
	for (const { label, neurons } of parts(stream)) {
		if (label === "double") factor = 2;
		const worth = WORTH[label.replace(/_\d+$/, "") as keyof typeof WORTH] ?? 0;
		for (const neuron of neurons) result[neuron] = (result[neuron] as number) + factor * worth;
	}
	return result;
}

/** Up to 3 besides a common sum (common-sum.ts). */
const weights = fc.array(fc.constantFrom(-3, -2, -1, 0, 0, 1, 2, 3), { minLength: 1, maxLength: 256 });

describe("streams", () => {
	it("list what is added, what is subtracted and what counts twice", () => {
		expect(parts(scatterStream([1, 0, -1, -2, 1, -2], code))).toEqual([
			{ label: "add_2", neurons: [0, 4] },
			{ label: "sub_1", neurons: [2] },
			{ label: "double", neurons: [] },
			{ label: "sub_2", neurons: [3, 5] },
			{ label: "column_done", neurons: [] },
		]);
		expect(parts(scatterStream([0, -2], code)).map(({ label }) => label)).toEqual(["sub_2", "column_done"]);
		expect(parts(scatterStream([3, 2, -3, 0], code))).toEqual([
			{ label: "add_1", neurons: [0] },
			{ label: "sub_1", neurons: [2] },
			{ label: "double", neurons: [] },
			{ label: "add_2", neurons: [0, 1] },
			{ label: "sub_1", neurons: [2] },
			{ label: "column_done", neurons: [] },
		]);
		expect(parts(scatterStream([0, 0], code)).map(({ label }) => label)).toEqual(["column_done"]);
	});

	it("add up to the weights, whatever they are", () => {
		fc.assert(
			fc.property(weights, (w) => {
				expect(sums(scatterStream(w, code), w.length)).toEqual(w);
				expect(sums(countStream(w, code), w.length)).toEqual(w);
			}),
		);
	});

	it("end once, and let interrupts in often enough", () => {
		fc.assert(
			fc.property(weights, (w) => {
				for (const stream of [scatterStream(w, code), countStream(w, code)]) {
					const all = parts(stream);
					const ends = all.filter(({ label }) => label === "column_done" || label.includes("_last_"));
					expect(ends).toEqual(all.slice(-1));
					let steps = 0;
					for (const { label, neurons } of all) {
						steps = label === "breathe" ? 0 : steps + neurons.length;
						expect(steps).toBeLessThanOrEqual(MOST_STEPS);
					}
				}
			}),
		);
	});

	it("hand on shared sums with their operands", () => {
		const share = { sum: 200, first: 3, second: 9, opposite: true };
		const stream = shareStream([share, { ...share, sum: 201 }, { ...share, opposite: false }], 0xc1, code);
		expect(parts(stream).map(({ label }) => label)).toEqual(["share_opposite_2", "share_same_1", "column_done"]);
		expect([...stream.subarray(2, 10)]).toEqual([3, 9, 200, 0xc1, 3, 9, 201, 0xc1]);
	});

	it("say which label the program lacks", () => {
		expect(() => new ColumnCode(new Map([["x", 1]])).address("add_3")).toThrow("add_3");
		expect(new ColumnCode(new Map()).address("add_3")).toBe(0);
	});
});
