/** What the charts share: round steps along an axis, and coordinates short enough for a file that people mail. */

/** 1, 2 or 5 times a power of ten, at least `raw`. */
export function roundStep(raw: number): number {
	const power = 10 ** Math.floor(Math.log10(raw > 0 ? raw : 1e-3));
	return ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
}

/** From 0 in equal round steps to the first one that is at least `end`; about `count` of them. */
export function roundTicks(end: number, count: number): number[] {
	const step = roundStep(end / count);
	return Array.from({ length: Math.max(1, Math.ceil(end / step - 1e-9)) + 1 }, (_, i) => i * step);
}

/** A coordinate, to a tenth. */
export function round(value: number): number {
	return Math.round(value * 10) / 10;
}
