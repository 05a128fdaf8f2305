; A program that looks at the machine and tells: for zulm doctor. 8080 instructions only.
;
;   ZULM PROBE D806 <80h 81h … FFh> END
;
; D806: the word at 0006h. Then every byte with bit 7 set, so that the host sees which of them survive console and line.
; The table behind the code is there so that the file holds all byte values: if it arrives, they all did.

BDOS		equ 5
WRITE		equ 2
PRINT		equ 9
MEMORY_TOP	equ 6

		org 100h

		ld de,text_start
		ld c,PRINT
		call BDOS
		ld a,(MEMORY_TOP+1)
		call print_byte
		ld a,(MEMORY_TOP)
		call print_byte
		ld a,' '
		call print_char
		ld a,80h
next_byte:
		push af
		call print_char
		pop af
		inc a
		jp nz,next_byte
		ld de,text_end
		ld c,PRINT
		jp BDOS			; its RET goes to the CCP, which is still there

; A as two hexadecimal digits.
print_byte:
		push af
		rrca
		rrca
		rrca
		rrca
		call print_digit
		pop af
print_digit:
		and 0Fh
		add a,90h		; the classic: 0-9 and A-F without a branch
		daa
		adc a,40h
		daa
print_char:
		ld e,a
		ld c,WRITE
		jp BDOS

text_start:	db 13,10,"ZULM PROBE $"
text_end:	db " END",13,10,"$"
