import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { centreStarts } from "./centred-starts.js";
import { type Share, shareSums } from "./shared-sums.js";

interface Layer {
	readonly rows: readonly Int8Array[];
	readonly shares: readonly Share[];
	readonly start: number[];
	readonly activity: Float64Array;
}

function layer(seed: number, neurons: number, inputs: number): Layer {
	const random = new Random(seed);
	const own = Array.from({ length: neurons }, () =>
		Int8Array.from({ length: inputs }, () => random.pick([0, 0, 1, -1, -2])),
	);
	const activity = Float64Array.from({ length: inputs }, () => 0.5 + random.next() / 2);
	const biases = own.map(() => random.int(4000) - 2000);
	const { rows, shares } = shareSums(own, activity, 256);
	return { rows, shares, start: [...biases, ...shares.map(() => 0)], activity };
}

/** What the neurons are once all inputs are added and all sums handed on, and how many steps carried. */
function run(
	{ rows, shares }: Layer,
	start: readonly number[],
	x: readonly number[],
): { sums: number[]; carries: number } {
	const sums = [...start];
	let carries = 0;
	x.forEach((value, i) => {
		rows.forEach((row, k) => {
			for (let n = 0; n < Math.abs(row[i] as number); n++) {
				const before = sums[k] as number;
				const after = before + Math.sign(row[i] as number) * value;
				if (before >> 8 !== after >> 8) carries++;
				sums[k] = after;
			}
		});
	});
	for (const { sum, first, second, opposite } of shares) {
		sums[first] = (sums[first] as number) + (sums[sum] as number);
		sums[second] = (sums[second] as number) + (opposite ? -1 : 1) * (sums[sum] as number);
	}
	return { sums: sums.slice(0, rows.length - shares.length).map((sum) => sum & 0xffff), carries };
}

describe("centred starts", () => {
	it("change nothing in what the neurons become", () => {
		fc.assert(
			fc.property(
				fc.integer(),
				fc.array(fc.integer({ min: 0, max: 8191 }), { minLength: 30, maxLength: 30 }),
				(seed, x) => {
					const given = layer(seed, 24, 30);
					const centred = centreStarts(given.start, given.rows, given.shares, given.activity);
					expect(run(given, centred, x).sums).toEqual(run(given, given.start, x).sums);
				},
			),
			{ numRuns: 50 },
		);
	});

	it("save carries", () => {
		const given = layer(3, 40, 60);
		const random = new Random(5);
		const x = Array.from({ length: 60 }, () => (random.next() < 0.6 ? random.int(30) : 0));
		const centred = centreStarts(
			given.start.map(() => -4),
			given.rows,
			given.shares,
			given.activity,
		);
		expect(given.shares.length).toBeGreaterThan(20);
		const before = run(
			given,
			given.start.map(() => -4),
			x,
		).carries;
		expect(run(given, centred, x).carries).toBeLessThan(0.7 * before);
	});

	it("are the given ones where nothing is shared", () => {
		const rows = [Int8Array.of(1, -1), Int8Array.of(0, 1)];
		expect(centreStarts([5, 65_532], rows, [], [1, 1])).toEqual([5, 65_532]);
	});
});
