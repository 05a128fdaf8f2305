; Line input of the chat, with the keys of BDOS 10: backspace and DEL take a character back, ^U and ^X the line, ^R shows
; it again, ^C in column 0 leaves. Unlike BDOS 10 it keeps all 8 bits and works while the person types: in pauses the
; windows of what stands there are summed (query.asm), so that the reply starts soon after Enter.
;
; Keys and echo go the way of io-console.asm or io-aux.asm.

PAUSE equ 64			; polls without a key before there is time to sum

; Reads a line to LINE_TEXT, zero terminated. Returns HL = its first character that is not blank (A, 0: none), with the
; query begun there.
read_line:
	ld hl,LINE_TEXT
	ld (hl),0
	xor a
	ld (GUESSED),a
	call start_query
line_waiting:
	xor a
	ld (IDLE),a
line_poll:
	poll_key
	or a
	jr nz,line_key
	ld a,(IDLE)
	cp PAUSE
	jr nc,line_idle
	inc a
	ld (IDLE),a
	jr line_poll
line_idle:
	ld a,(GUESSED)
	or a
	jr nz,line_poll
	call feed_query
	call z,guess_reply
	jr line_poll

line_key:
	ld c,a
	cp 13
	jr z,line_done
	cp 10
	jr z,line_feed
	push bc
	call forget_guess
	pop bc
	call line_end		; HL = end of the line, B = its length
	ld a,c
	cp 3
	jr z,line_leave
	cp 8
	jr z,line_back
	cp 127
	jr z,line_back
	cp 24			; ^X
	jr z,line_erase
	cp 21			; ^U
	jr z,line_again
	cp 18			; ^R
	jr z,line_show
	cp 9
	jr nz,line_not_tab
	ld a,' '
line_not_tab:
	cp ' '
	jp c,line_waiting	; other control characters are nothing
	cp 0FDh
	jp nc,line_waiting	; BDOS 6 has uses of its own for these
	ld c,a
	ld a,b
	cp LINE_SIZE
	ld a,7			; full: bell
	jr nc,line_echo
	ld (hl),c
	inc hl
	ld (hl),0
	ld a,c
	call echo
	ld hl,(QUERY_TEXT)	; blanks in front do not belong to the query
	ld a,(hl)
	cp 21h
	jp nc,line_waiting
	inc hl
	ld (QUERY_TEXT),hl
	jp line_waiting
line_echo:
	call echo
	jp line_waiting

line_feed:			; the second half of CR LF is nothing, alone it ends a line
	call line_end
	ld a,b
	or a
	jp z,line_waiting
line_done:
	call echo_line_end
	ld hl,(QUERY_TEXT)
	ld a,(hl)
	ret

line_leave:
	ld a,b
	or a
	jp nz,line_waiting
	jp 0

line_back:
	call take_back
	jp line_waiting

line_erase:
	call line_end
	ld a,b
	or a
	jp z,line_waiting
	call take_back
	jr line_erase

line_again:
	call echo_hash
	jp read_line

line_show:
	call echo_hash
	ld hl,LINE_TEXT
line_show_char:
	ld a,(hl)
	or a
	jp z,line_waiting
	push hl
	call echo
	pop hl
	inc hl
	jr line_show_char

; Takes back the last character, if there is one; B = length, HL = end of the line.
take_back:
	ld a,b
	or a
	ret z
	dec hl
	ld (hl),0
	ld de,(QUERY_TEXT)
	or a
	sbc hl,de		; characters of the query that are left
	jr c,taken_blank
	ld a,(QUERY_FED)
	cp l
	jr c,taken
	jr z,taken
	ld hl,(QUERY_TEXT)	; what was summed goes: sum again from the start
	call start_query
	jr taken
taken_blank:			; a blank in front of everything
	dec de
	ld (QUERY_TEXT),de
taken:	ld a,8
	call echo
	ld a,' '
	call echo
	ld a,8
	jp echo

echo_hash:
	ld a,'#'
	call echo
echo_line_end:
	ld a,13
	call echo
	ld a,10
	jp echo

; HL = end of the line, B = its length. Keeps C.
line_end:
	ld hl,LINE_TEXT
	ld b,0
line_end_char:
	ld a,(hl)
	or a
	ret z
	inc hl
	inc b
	jr line_end_char
