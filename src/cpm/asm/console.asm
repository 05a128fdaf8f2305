; Numbers and line ends on the console. Every routine may lose all registers but those it names.

new_line:
	ld de,crlf
	jr print
crlf:	db 13,10,"$"

; HL as four hex digits. print_hex_byte: A as two.
print_hex_word:
	push hl
	ld a,h
	call print_hex_byte
	pop hl
	ld a,l
print_hex_byte:
	push af
	rrca
	rrca
	rrca
	rrca
	call print_hex_digit
	pop af
print_hex_digit:
	and 0Fh
	add a,90h		; the classic: 0-9 and A-F without a branch
	daa
	adc a,40h
	daa
	jr put_char

; HL in decimal, no leading zeros.
print_decimal:
	ld bc,0FFFFh		; a mark below the digits
	push bc
digit:	ld de,10
	call divide		; HL = quotient, A = remainder
	add a,'0'
	push af
	ld a,h
	or l
	jr nz,digit
show_digit:
	pop af
	cp 0FFh
	ret z
	call put_char
	jr show_digit

; HL / E: quotient in HL, remainder in A.
divide:	xor a
	ld b,16
divide_bit:
	add hl,hl
	rla
	cp e
	jr c,divide_next
	sub e
	inc l
divide_next:
	djnz divide_bit
	ret

; Decimal number at HL into DE; HL past it. Wraps above 65535.
read_decimal:
	call skip_blanks
	ld de,0
read_digit:
	ld a,(hl)
	sub '0'
	cp 10
	ret nc
	inc hl
	push hl
	ld h,d
	ld l,e
	add hl,hl
	add hl,hl
	add hl,de
	add hl,hl		; DE * 10
	ld e,a
	ld d,0
	add hl,de
	ex de,hl
	pop hl
	jr read_digit
