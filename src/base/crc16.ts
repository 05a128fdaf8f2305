/**
 * CRC-16/XMODEM: polynomial 1021h, initial value 0, most significant bit first, no final XOR. One CRC for XMODEM
 * blocks, for the program's own check (`/V`) and for what `zulm pack` prints, so that any CRC tool can confirm it.
 */
const TABLE = new Uint16Array(256).map((_, byte) => {
	let crc = byte << 8;
	for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
	return crc & 0xffff;
});

/** CRC-16/XMODEM of `bytes`, continuing from `crc`. */
export function crc16(bytes: ArrayLike<number>, crc = 0): number {
	for (let i = 0; i < bytes.length; i++) {
		crc = ((crc << 8) ^ (TABLE[(crc >> 8) ^ (bytes[i] as number)] as number)) & 0xffff;
	}
	return crc;
}
