; Line input of the chat, with the keys of BDOS 10: backspace and DEL take a character back, ^U and ^X the line, ^R shows
; it again, ^C in column 0 leaves. Unlike BDOS 10 it keeps all 8 bits and works while the person types: in pauses the
; windows of what stands there are summed (query.asm), so that the reply starts soon after Enter.
;
; Keys and echo go the way of io-console.asm or io-aux.asm.

PAUSE equ 16			; polls without a key before a character is summed

; Reads a line to LINE_TEXT, zero terminated. Returns HL = its first character that is not blank (A, 0: none), with the
; query begun there.
read_line:
	ld hl,LINE_TEXT
	ld (LINE_END),hl
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
	ld hl,IDLE
	inc (hl)
	jr z,line_idle
	ld a,(hl)
	cp PAUSE
	jr z,line_pause
	cp GUESS_PAUSE
	jr nz,line_poll
	call guess_reply
	or a			; a key that came meanwhile
	jr z,line_poll
	jr line_key
line_idle:
	dec (hl)		; 255 polls are enough
	jr line_poll
line_pause:
	dec (hl)		; stays here until all is summed
	call feed_query
	jr nz,line_poll
	ld hl,IDLE
	inc (hl)
	jr line_poll

line_feed:			; the second half of CR LF is nothing, alone it ends a line
	call at_start
	jr z,line_waiting
line_done:
	call echo_line_end
	ld hl,(QUERY_TEXT)
	ld a,(hl)
	ret

line_key:
	ld c,a
	cp 13
	jr z,line_done
	cp 10
	jr z,line_feed
	push bc
	call forget_guess
	pop bc
	ld a,c
	cp ' '
	jr c,line_control
	cp 127
	jr z,line_back
	cp 0FDh
	jr nc,line_waiting	; BDOS 6 has uses of its own for these
line_put:
	ld hl,(LINE_END)
	ld a,l
	cp lo(LINE_TEXT+LINE_SIZE)
	ld a,7			; full: bell
	jr z,line_echo
	ld (hl),c
	inc hl
	ld (hl),0
	ld (LINE_END),hl
	ld a,c
	call echo
	ld hl,(QUERY_TEXT)	; blanks in front do not belong to the query
	ld a,(hl)
	cp 21h
	jp nc,line_waiting
	inc hl
	ld (QUERY_TEXT),hl
	ld (QUERY_NEXT),hl
	jp line_waiting
line_echo:
	call echo
	jp line_waiting

line_control:
	cp 8
	jr z,line_back
	cp 3
	jr z,line_leave
	cp 24			; ^X
	jr z,line_erase
	cp 21			; ^U
	jr z,line_again
	cp 18			; ^R
	jr z,line_show
	cp 9
	ld c,' '		; TAB
	jr z,line_put
	jp line_waiting		; other control characters are nothing

line_leave:
	call at_start
	jp nz,line_waiting
	jp 0

line_back:
	call take_back
	jp line_waiting

line_erase:
	call at_start
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

; HL = end of the line, Z: it is empty.
at_start:
	ld hl,(LINE_END)
	ld a,l
	cp lo(LINE_TEXT)
	ret

; Takes back the last character, if there is one.
take_back:
	call at_start
	ret z
	dec hl
	ld (hl),0
	ld (LINE_END),hl
	ld de,(QUERY_TEXT)
	ld a,l
	cp e			; one page, as all of the line
	jr c,taken_blank
	ld a,(QUERY_NEXT)
	dec a
	cp l
	jr c,taken		; not summed yet
	ex de,hl		; what was summed goes: sum again from the start
	call start_query
	jr taken
taken_blank:			; a blank in front of everything
	dec de
	ld (QUERY_TEXT),de
	ld (QUERY_NEXT),de
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
