; The first character of the reply, worked out before Enter is pressed: when a person pauses, the line may be complete.
; A key that changes the line takes it back.
;
; What the space behind the text does to BASE is undone by a copy. It waits in SUM_LOW, which only queries in 16 bits
; need; those are summed anew when the line goes on.

; Everything that stands on the line is summed: takes it for the query, as far as the first character.
; A = a key that came meanwhile, 0: none.
guess_reply:
	ld hl,(QUERY_NEXT)
	ld de,(QUERY_TEXT)
	xor a
	sbc hl,de
	ret z			; nothing there
	ld (KEY_AHEAD),a
	ld a,GUESSES		; 0: so slow that keys would be lost
	or a
	ret z
	ld (GUESSED),a
	ld (GUESSING),a
	ld a,(QUERY_WIDE)
	or a
	jr nz,guess_step
	ld hl,BASE*256
	ld de,SUM_LOW*256
	call copy_sums
	ld hl,(QUERY_PAIR)
	ld (KEPT_PAIR),hl
	ld hl,(QUERY_31)
	ld (KEPT_31),hl
	keep_quadgrams
guess_step:
	ld (GUESS_SP),sp
	call close_query
	call start_reply
	call step
	ld (GUESS),a
	ld a,(KEY_AHEAD)
guess_over:
	ld hl,GUESSING
	ld (hl),0
	ret

; Between two layers: looks at the keyboard while the reply is only guessed. The end of the line is what the guess is
; made for; any other key ends it.
between_layers:
	ld a,(GUESSING)		; 13
	or a			; 4
	ret z			; 11
	poll_key
	or a
	ret z
	cp 13
	jr z,guess_right
	cp 10
	jr z,guess_right
	ld sp,(GUESS_SP)
	jr guess_over
guess_right:
	ld (KEY_AHEAD),a
	xor a
	ld (GUESSING),a
	ret

; The line goes on: sums as they were before guess_reply, if it guessed.
forget_guess:
	ld a,(GUESSED)
	or a
	ret z
	xor a
	ld (GUESSED),a
	ld a,(QUERY_WIDE)
	or a
	ld hl,(QUERY_TEXT)
	jp nz,start_query
	ld hl,(KEPT_PAIR)
	ld (QUERY_PAIR),hl
	ld hl,(KEPT_31)
	ld (QUERY_31),hl
	restore_quadgrams
	ld hl,SUM_LOW*256
	ld de,BASE*256
	jp copy_sums
