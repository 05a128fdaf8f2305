/**
 * The teacher: a classifier of whole replies that need not fit the Z80. It labels queries nobody wrote, for the network
 * to learn from. Ridge regression on rich features of the query (teacher-features.ts), one row per distinct query:
 *
 *   K = X·Xᵀ + SHARED      A = (K + RIDGE)⁻¹ · Y      scores of a query x = Xᵀ·A · x      Y: shares of each reply
 *
 * Out of fold without training folds: had row i been left out, its scores would have been Yᵢ − Aᵢ / (K + RIDGE)⁻¹ᵢᵢ
 * exactly (Allen's PRESS). From these comes the scale at which softmax(scale · scores) is the most likely.
 *
 * On the public tinychat it was better than ensembles of small nets (36 and 14% of left-out queries, overall and macro,
 * against 35 and 12), takes a second, and nothing about it is random. Time grows with the cube of the queries.
 */
import { SymmetricMatrix } from "./inverse.js";
import { type Distribution, distributionOf } from "./soft-targets.js";
import { TEACHER_BUCKETS, teacherFeatures } from "./teacher-features.js";
import { ALWAYS, TeacherScores } from "./teacher-scores.js";

/** Training pairs: the inverse for 4,000 different queries takes four seconds and 128 MB. */
export const MAX_TEACHER_PAIRS = 4000;
const RIDGE = 0.3;
/** What any two queries have in common: lets the scores have a constant part. */
const SHARED = 0.1;
/** Scales tried, each 1.25 times the last. */
const SCALES = Array.from({ length: 18 }, (_, i) => 2 * 1.25 ** i);
/** Share of the best below which a reply is not worth keeping in a distribution. */
const LEAST_SHARE = 0.01;

export interface Teacher {
	/** What it would have said to training query i had it never seen that query. */
	outOfFold(i: number, sharpness?: number): Distribution;
	/** What it says to each query; `sharpness` 1 is calibrated, more is surer of the best. */
	answers(queries: readonly Uint8Array[], sharpness?: number): Distribution[];
	/** Share of the training pairs whose reply is the best out of fold, 0–1. */
	readonly outOfFoldAccuracy: number;
}

/**
 * @param queries normalised, at most MAX_TEACHER_PAIRS @param replies index of each one's reply
 * @param classes number of replies there are
 */
export function teach(queries: readonly Uint8Array[], replies: readonly number[], classes: number): Teacher {
	const { rows, rowOf } = distinct(queries);
	const features = rows.map(teacherFeatures);
	const inverse = gram(features);
	inverse.invert();
	const wanted = sharesOf(rowOf, replies, rows.length, classes);
	const dual = multiply(inverse, wanted, classes);
	const left = leaveOneOut(inverse, wanted, dual, classes);
	const leftScores = (row: number) => left.subarray(row * classes, (row + 1) * classes);
	const scale = likeliestScale(rowOf.map(leftScores), replies);
	const scores = new TeacherScores(classes);
	setWeights(scores, features, dual, classes);
	return {
		outOfFold: (i, sharpness = 1) => distributionOf(leftScores(rowOf[i] as number), scale * sharpness, LEAST_SHARE),
		answers: (asked, sharpness = 1) => {
			const distributions: Distribution[] = [];
			scores.score(asked, (row) => distributions.push(distributionOf(row, scale * sharpness, LEAST_SHARE)));
			return distributions;
		},
		outOfFoldAccuracy: rowOf.filter((row, i) => indexOfMax(leftScores(row)) === replies[i]).length / rowOf.length,
	};
}

/** Distinct queries in order of appearance, and the row of each query. */
function distinct(queries: readonly Uint8Array[]): { rows: Uint8Array[]; rowOf: number[] } {
	const index = new Map<string, number>();
	const rows: Uint8Array[] = [];
	const rowOf = queries.map((query) => {
		const key = String.fromCharCode(...query);
		let row = index.get(key);
		if (row === undefined) {
			row = rows.length;
			index.set(key, row);
			rows.push(query);
		}
		return row;
	});
	return { rows, rowOf };
}

/** Y: how often each reply is given to each distinct query, [rows · classes]; a row adds up to 1. */
function sharesOf(rowOf: readonly number[], replies: readonly number[], rows: number, classes: number): Float32Array {
	const wanted = new Float32Array(rows * classes);
	const pairs = new Float64Array(rows);
	for (const row of rowOf) pairs[row] = (pairs[row] as number) + 1;
	for (const [i, row] of rowOf.entries()) {
		const at = row * classes + (replies[i] as number);
		wanted[at] = (wanted[at] as number) + 1 / (pairs[row] as number);
	}
	return wanted;
}

/** Cosines of all pairs of rows, plus SHARED, plus RIDGE on the diagonal. */
function gram(features: readonly Int32Array[]): SymmetricMatrix {
	const matrix = new SymmetricMatrix(features.length);
	const hitters: number[][] = Array.from({ length: TEACHER_BUCKETS }, () => []);
	const length = Float64Array.from(features, (buckets) => Math.sqrt(buckets.length) || 1);
	for (const [i, buckets] of features.entries()) {
		const row = matrix.values.subarray(i * matrix.stride, i * matrix.stride + i + 1);
		for (const bucket of buckets) {
			const earlier = hitters[bucket] as number[];
			earlier.push(i);
			for (const j of earlier) row[j] = (row[j] as number) + 1;
		}
		for (let j = 0; j <= i; j++) row[j] = (row[j] as number) / ((length[i] as number) * (length[j] as number)) + SHARED;
		row[i] = (row[i] as number) + RIDGE;
	}
	return matrix;
}

/** inverse · wanted, [n · classes]; `wanted` is nearly all zeros. */
function multiply(inverse: SymmetricMatrix, wanted: Float32Array, classes: number): Float32Array {
	const { n, stride, values } = inverse;
	const terms: { j: number; c: number; share: number }[] = [];
	for (let at = 0; at < wanted.length; at++) {
		const share = wanted[at] as number;
		if (share !== 0) terms.push({ j: Math.floor(at / classes), c: at % classes, share });
	}
	const product = new Float32Array(n * classes);
	for (let i = 0; i < n; i++) {
		const row = values.subarray(i * stride, i * stride + n);
		const sums = product.subarray(i * classes, (i + 1) * classes);
		for (const { j, c, share } of terms) sums[c] = (sums[c] as number) + share * (row[j] as number);
	}
	return product;
}

/** The scores of each training query by a teacher without it, [rows · classes]. */
function leaveOneOut(
	{ stride, values }: SymmetricMatrix,
	wanted: Float32Array,
	dual: Float32Array,
	classes: number,
): Float32Array {
	return wanted.map((value, at) => {
		const row = Math.floor(at / classes);
		return value - (dual[at] as number) / (values[row * stride + row] as number);
	});
}

/** The weights that say the same as `dual`, [rows][classes], does by comparing with every row. */
function setWeights(
	{ weights, stride }: TeacherScores,
	features: readonly Int32Array[],
	dual: Float32Array,
	classes: number,
): void {
	for (const [row, buckets] of features.entries()) {
		const share = 1 / (Math.sqrt(buckets.length) || 1);
		const from = row * classes;
		for (const bucket of buckets) addScaled(weights, bucket * stride, dual, from, share, classes);
		addScaled(weights, ALWAYS * stride, dual, from, SHARED, classes);
	}
}

/** to[at …] += factor · from[start …] */
function addScaled(to: Float32Array, at: number, from: Float32Array, start: number, factor: number, n: number): void {
	for (let c = 0; c < n; c++) to[at + c] = (to[at + c] as number) + factor * (from[start + c] as number);
}

/**
 * The scale at which the replies wanted are most probable. Their log-likelihood is concave in it, so that the first of
 * SCALES from which it falls is the best.
 */
function likeliestScale(scores: readonly Float32Array[], replies: readonly number[]): number {
	let best = SCALES[0] as number;
	let most = Number.NEGATIVE_INFINITY;
	for (const scale of SCALES) {
		const likelihood = logLikelihood(scores, replies, scale);
		if (likelihood <= most) break;
		[best, most] = [scale, likelihood];
	}
	return best;
}

function logLikelihood(scores: readonly Float32Array[], replies: readonly number[], scale: number): number {
	let sum = 0;
	for (const [i, row] of scores.entries()) {
		const best = row[indexOfMax(row)] as number;
		let total = 0;
		for (const score of row) total += Math.exp(scale * (score - best));
		sum += scale * ((row[replies[i] as number] as number) - best) - Math.log(total);
	}
	return sum;
}

function indexOfMax(values: ArrayLike<number>): number {
	let best = 0;
	for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
	return best;
}
