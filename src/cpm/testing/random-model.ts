/** Random networks for exactness tests: any shape, density, query features, biases and charset the format allows. */
import fc from "fast-check";
import { Random } from "../../base/random.js";
import { fromMachineBytes } from "../../model/charset.js";
import {
	CONTEXT_BUCKETS,
	EOS,
	type Layer,
	type Model,
	QUERY_BUCKETS,
	QUERY_NGRAMS,
	type QueryFeatures,
} from "../../model/network.js";
import { generate } from "../../model/reference.js";

export interface RandomModelShape {
	readonly features: QueryFeatures;
	readonly hidden: readonly number[];
	/** Characters besides EOS. */
	readonly characters: number;
	/** Share of non-zero weights. */
	readonly density: number;
	/** Biases are drawn from ±this. */
	readonly biasRange: number;
	/** Which weights a non-zero one is drawn from; all three when not given. */
	readonly weights?: readonly number[];
	/** Which any weight of the output layer is drawn from; as the others when not given. */
	readonly outputWeights?: readonly number[] | undefined;
}

/** Output weights like those of trained networks, which have a common sum then. */
export const MOSTLY_MINUS_TWO = [-2, -2, -2, -2, -2, 0, -1, 1] as const;

/** Every byte that a charset may hold: ASCII first, half-width katakana behind it. */
const WRITABLE = fromMachineBytes(
	Uint8Array.from([
		...Array.from({ length: 0x5f }, (_, i) => 0x20 + i),
		...Array.from({ length: 0x3f }, (_, i) => 0xa1 + i),
	]),
);

export function randomModel(seed: number, shape: RandomModelShape): Model {
	const random = new Random(seed);
	const widths = [shape.features.buckets + CONTEXT_BUCKETS, ...shape.hidden, shape.characters + 1];
	const kinds = shape.weights ?? [-2, -1, 1];
	const layers: Layer[] = [];
	for (let l = 1; l < widths.length; l++) {
		const inputs = widths[l - 1] as number;
		const outputs = widths[l] as number;
		const isOutput = l === widths.length - 1;
		const weights = Int8Array.from({ length: inputs * outputs }, () => {
			if (isOutput && shape.outputWeights !== undefined) return random.pick(shape.outputWeights);
			return random.next() < shape.density ? random.pick(kinds) : 0;
		});
		const biases = Int16Array.from({ length: outputs }, () => random.int(2 * shape.biasRange + 1) - shape.biasRange);
		layers.push({ inputs, outputs, weights, biases });
	}
	const writable = random.shuffle([...WRITABLE]).slice(0, shape.characters);
	return { network: { features: shape.features, layers, charset: [...writable, EOS] }, metadata: {} };
}

/** Any shape within the format whose program fits the Z80's memory; small ones mostly, for time. */
export const anyShape: fc.Arbitrary<RandomModelShape> = fc
	.record({
		features: fc.record({
			buckets: fc.constantFrom(...QUERY_BUCKETS),
			ngrams: fc.subarray([...QUERY_NGRAMS], { minLength: 1 }),
		}),
		hidden: fc.array(
			fc.oneof(
				{ arbitrary: fc.integer({ min: 1, max: 40 }), weight: 12 },
				{ arbitrary: fc.integer({ min: 1, max: 256 }), weight: 2 },
				{ arbitrary: fc.constantFrom(1, 8, 16, 17, 255, 256), weight: 1 },
			),
			{ minLength: 1, maxLength: 4 },
		),
		characters: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 96 })),
		density: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.1, 0.3, 1)),
		biasRange: fc.constantFrom(0, 40, 300, 4000, 32767),
		weights: fc.constantFrom([-2, -1, 1], [1], [-1, 1], [-2], [-2, 1]),
		outputWeights: fc.constantFrom(undefined, undefined, MOSTLY_MINUS_TWO, [-2, 1], [1, 1, 0, -2]),
	})
	.map((shape) => ({ ...shape, density: Math.min(shape.density, densestThatFits(shape)) }));

/** A weight takes a byte in a column, and columns have some 45,000 bytes. */
function densestThatFits({ features, hidden, characters }: Omit<RandomModelShape, "density">): number {
	const widths = [features.buckets + CONTEXT_BUCKETS, ...hidden, characters + 1];
	const weights = widths.slice(1).reduce((sum, width, l) => sum + width * (widths[l] as number), 0);
	return Math.min(1, 36_000 / weights);
}

/** Replies that the trie may hold: what the network says to `queries`, and some that it never says. */
export function repliesOf({ network }: Model, queries: readonly (string | Uint8Array)[], seed: number): string[] {
	const random = new Random(seed);
	const writable = network.charset.slice(0, -1);
	const invented = Array.from({ length: 3 }, () =>
		Array.from({ length: random.int(12) }, () => random.pick(writable)).join(""),
	);
	return [...new Set([...queries.map((query) => generate(network, query)), ...invented])];
}

/** A small network that happens to answer everyday queries briefly and differently, katakana among it. */
export function chatterbox(): Model {
	return randomModel(2523, {
		features: { buckets: 256, ngrams: [2, 3] },
		hidden: [24],
		characters: 14,
		density: 0.35,
		biasRange: 200,
	});
}
