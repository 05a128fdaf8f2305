/** Figures as people read them: seconds, bytes, rates, shares. One place, so that terminal and report agree. */

/** 0.00123 → "1.23 ms", 2.5 → "2.50 s", 75 → "1 min 15 s". */
export function formatSeconds(seconds: number): string {
	if (!Number.isFinite(seconds)) return "–";
	if (seconds === 0) return "0 s";
	if (seconds < 1e-3) return `${threeDigits(seconds * 1e6)} µs`;
	if (seconds < 1) return `${threeDigits(seconds * 1e3)} ms`;
	if (seconds < 60) return `${threeDigits(seconds)} s`;
	const whole = Math.round(seconds);
	return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** 34944 → "34,944". */
export function formatCount(count: number): string {
	return Number.isFinite(count) ? Math.round(count).toLocaleString("en-GB") : "–";
}

/** (1, "block") → "1 block", (1234, "block") → "1,234 blocks". */
export function formatNumberOf(count: number, noun: string): string {
	return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** 10234.5 → "10,235 bytes/s". */
export function formatRate(bytesPerSecond: number): string {
	return `${formatCount(bytesPerSecond)} bytes/s`;
}

/** 0.8712 → "87.1%". */
export function formatShare(fraction: number): string {
	return Number.isFinite(fraction) ? `${(fraction * 100).toFixed(1)}%` : "–";
}

/** 7372800 → "7.3728 MHz". */
export function formatClock(clockHz: number): string {
	return `${Number((clockHz / 1e6).toFixed(4))} MHz`;
}

/** Three significant digits and no exponent: 1.23, 12.3, 123, 1,234. */
export function threeDigits(value: number): string {
	const size = Math.abs(value);
	if (size >= 99.95) return formatCount(value);
	return value.toFixed(size >= 9.995 ? 1 : 2);
}

/** 0.5 → "━━━━━━━━────────", 16 wide. */
export function formatBar(fraction: number): string {
	const width = 16;
	const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
	return "━".repeat(full) + "─".repeat(width - full);
}
