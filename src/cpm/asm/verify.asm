; /V: the CRC-16 (XMODEM) of this very image in memory, beside what the packer put in the header.
; Prints  ZULM name buildid length crc OK|BAD

verify:
	ld hl,start
	ld bc,IMAGE_LENGTH
	ld de,0			; CRC
crc_byte:
	ld a,(hl)
	xor d
	ld d,a
	push bc
	ld b,8
crc_bit:
	sla e
	rl d
	jr nc,crc_no_carry
	ld a,e			; polynomial 1021h
	xor 21h
	ld e,a
	ld a,d
	xor 10h
	ld d,a
crc_no_carry:
	djnz crc_bit
	pop bc
	inc hl
	dec bc
	ld a,b
	or c
	jr nz,crc_byte
	push de

	ld de,signature
	call print
	ld hl,name
name_char:
	ld a,(hl)
	or a
	jr z,name_done
	push hl
	call put_char
	pop hl
	inc hl
	jr name_char
name_done:
	call blank
	ld hl,build
	ld b,4
build_byte:
	push bc
	push hl
	ld a,(hl)
	call print_hex_byte
	pop hl
	pop bc
	inc hl
	djnz build_byte
	call blank
	ld hl,IMAGE_LENGTH
	call print_decimal
	call blank
	pop hl
	push hl
	call print_hex_word
	pop hl
	ld de,(crc)
	or a
	sbc hl,de
	ld de,good
	jr z,verdict
	ld de,bad
verdict:
	call print
	jp 0

blank:	ld a,' '
	jp put_char

signature:	db "ZULM $"
good:		db " OK",13,10,"$"
bad:		db " BAD",13,10,"$"
