/**
 * Distributions of measured figures, in the one form that every `--json` result and report uses. Quantiles interpolate
 * linearly between order statistics (type 7 of Hyndman and Fan, 1996), so that p50 of an even count is the usual median.
 */

export interface Distribution {
	readonly n: number;
	readonly mean: number;
	readonly p5: number;
	readonly p50: number;
	readonly p95: number;
	readonly max: number;
}

/** Summary of `values` in their own unit. With no values every figure but `n` is NaN, which JSON writes as null. */
export function distribution(values: Iterable<number>): Distribution {
	const sorted = Float64Array.from(values).sort();
	const n = sorted.length;
	return {
		n,
		mean: sorted.reduce((sum, value) => sum + value, 0) / n,
		p5: quantile(sorted, 0.05),
		p50: quantile(sorted, 0.5),
		p95: quantile(sorted, 0.95),
		max: n === 0 ? Number.NaN : (sorted[n - 1] as number),
	};
}

/** Quantile `q` in 0–1 of values in ascending order. */
function quantile(sorted: Float64Array, q: number): number {
	const position = (sorted.length - 1) * q;
	const below = sorted[Math.floor(position)] ?? Number.NaN;
	const above = sorted[Math.ceil(position)] ?? Number.NaN;
	return below + (above - below) * (position - Math.floor(position));
}
