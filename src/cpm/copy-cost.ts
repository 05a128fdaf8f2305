/** What copy.asm costs. */
const LDI_T = 16;
/** JP PE back, once in 16 bytes, and RET. */
const ROUND_T = 10;
const RETURN_T = 10;

/** copy_end with its way in: n bytes. */
export function copyT(n: number): number {
	return n * LDI_T + Math.ceil(n / 16) * ROUND_T + RETURN_T;
}
