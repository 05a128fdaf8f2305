; CRC-16/XMODEM, for RX and SX, by table: 512 bytes made at start (about 11 ms at 7.3728 MHz), because computing the remainder bit by
; bit costs some 400 T-states a byte, and a byte lasts only 640 at 115200 baud.
;
;   crc_high[i], crc_low[i] = remainder of i * 2^16 modulo 11021h; both tables fill one page each

crc_table:	ld hl,crc_high
crc_entry:	ld d,l
		ld e,0
		ld b,8
crc_bit:	sla e
		rl d
		jr nc,crc_next
		ld a,e
		xor 21h
		ld e,a
		ld a,d
		xor 10h
		ld d,a
crc_next:	djnz crc_bit
		ld (hl),d
		inc h
		ld (hl),e
		dec h
		inc l
		jr nz,crc_entry
		ret
