; The first character of the reply, worked out before Enter is pressed: when a person pauses, the line may be complete.
; A key that changes the line takes it back.

; Everything that stands on the line is summed: takes it for the query, as far as the first character.
guess_reply:
	ld a,GUESSES		; 0: no room to keep the counts
	or a
	ret z
	ld a,(QUERY_FED)
	or a
	ret z
	inc a
	cp COUNTS_HOLD		; here the counts go into the sums, from where they do not come back
	ret z
	cp 2*COUNTS_HOLD
	ret z
	ld hl,QUERY_COUNTS*256
	ld de,KEPT_COUNTS
	ld bc,WIDTH_1
	ldir
	ld hl,(QUERY_PAIR)
	ld (KEPT_PAIR),hl
	ld a,(QUERY_LAST)
	ld (KEPT_LAST),a
	call close_query
	call start_reply
	call step
	ld (GUESS),a
	ld a,1
	ld (GUESSED),a
	ret

; The line goes on: sums as they were before guess_reply, if it guessed.
forget_guess:
	ld a,(GUESSED)
	or a
	ret z
	xor a
	ld (GUESSED),a
	ld a,(WIDE)
	or a
	ld hl,(QUERY_TEXT)
	jp nz,start_query	; a wide query put its counts into the sums (first-layer.asm): sum again from the start
	ld hl,KEPT_COUNTS
	ld de,QUERY_COUNTS*256
	ld bc,WIDTH_1
	ldir
	ld hl,(KEPT_PAIR)
	ld (QUERY_PAIR),hl
	ld a,(KEPT_LAST)
	ld (QUERY_LAST),a
	ld hl,QUERY_FED
	dec (hl)
	ret
