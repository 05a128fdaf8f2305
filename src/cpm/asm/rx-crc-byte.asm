; One byte into the CRC, for RX and SX: A into DE, with the tables of rx-crc.asm. Destroys A and BC.
;
;   crc = (crc << 8) ^ table[(crc >> 8) ^ byte]

crc_byte macro
		xor d
		ld c,a
		ld b,hi(crc_high)
		ld a,(bc)
		xor e
		ld d,a
		inc b
		ld a,(bc)
		ld e,a
		endm
