; Start: is this a Z80, is there room, and what does the command line ask for?
; Until the processor is known, only instructions of the 8080 are used.

BDOS	equ 0005h
BDOS_BASE equ 0006h		; word: first address that is not ours
TAIL	equ 0080h		; command tail: length, then text

startup:
	sub a			; 8080: P/V is parity, and 0 is even. Z80: no overflow, so odd.
	jp po,on_z80
	ld de,not_z80
	ld c,9
	call BDOS
	jp 0
on_z80:
	ld hl,(BDOS_BASE)
	ld de,MEMORY_TOP
	or a
	sbc hl,de
	jr nc,enough
	ld de,too_small
	call print
	ld hl,MEMORY_TOP
	call print_hex_word
	ld de,too_small_end
	call print
	jp 0
enough:	ld sp,STACK		; the CCP's may lie where an interrupt now would spoil what follows; ours is empty yet
	ld hl,TAIL
	ld e,(hl)
	ld d,0
	inc hl			; HL = text, E = length
	ld a,e
	cp 127
	jr c,tail_fits
	ld e,127
tail_fits:
	push hl
	add hl,de
	ld (hl),0		; zero terminated from here on
	pop hl
	call skip_blanks
	or a
	jr z,chat
	cp '/'
	jr nz,one_shot
	inc hl
	ld a,(hl)
	call fold_case
	cp 'v'
	jp z,verify
	cp 'b'
	jp z,bench
	dec hl
one_shot:
	call prepare
	call set_query
	call reply
	call echo_line_end
	jp 0

; Chat until "!" alone on a line, or ^C in column 0.
chat:	call prepare
	ld hl,greeting
greet:	ld a,(hl)		; through BDOS 6, like all that a chat prints: BDOS 9 would swallow a key typed ahead
	or a
	jr z,chat_line
	push hl
	call echo
	pop hl
	inc hl
	jr greet
chat_line:
	ld a,'>'
	call echo
	ld a,' '
	call echo
	call read_line		; HL = the line without blanks in front, A = its first character
	or a
	jr z,chat_line
	cp '!'
	jr nz,chat_query
	inc hl
	call skip_blanks
	or a
	jp z,0
chat_query:
	ld a,(GUESSED)
	or a
	jr nz,chat_guessed
	call finish_query
	call reply
	jr chat_answered
chat_guessed:
	ld a,(GUESS)
	call reply_char
chat_answered:
	call echo_line_end
	jr chat_line

; What changes memory besides the stack happens here, after /V has had its look. Keeps HL.
prepare:
	push hl
	xor a
	ld (GUESSING),a
	call prepare_network
	pop hl
	ret

; HL past blanks and control characters; A = the character there, 0 at the end.
skip_blanks:
	ld a,(hl)
	or a
	ret z
	cp 21h
	ret nc
	inc hl
	jr skip_blanks

; A folded from A-Z to a-z.
fold_case:
	cp 'A'
	ret c
	cp 'Z'+1
	ret nc
	or 20h
	ret

greeting:	db "Type to chat, ! to leave.",13,10,0
not_z80:	db "ZULM: this program needs a Z80.",13,10,"$"
too_small:	db "ZULM: not enough memory: this program needs BDOS at $"
too_small_end:	db "H or above.",13,10,"$"
