; The first character of the reply, worked out before Enter is pressed: when a person pauses, the line may be complete.
; A key that changes the line takes it back.
;
; What the space behind the text does to BASE is undone by a copy. It waits in SUM_LOW, which only queries in 16 bits
; need; those are summed anew when the line goes on.

; Everything that stands on the line is summed: takes it for the query, as far as the first character.
guess_reply:
	ld a,GUESSES		; 0: a network so slow that keys would be lost meanwhile
	or a
	ret z
	ld hl,(QUERY_NEXT)
	ld de,(QUERY_TEXT)
	or a
	sbc hl,de
	ret z
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
guess_step:
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
	ld a,(QUERY_WIDE)
	or a
	ld hl,(QUERY_TEXT)
	jp nz,start_query
	ld hl,(KEPT_PAIR)
	ld (QUERY_PAIR),hl
	ld hl,(KEPT_31)
	ld (QUERY_31),hl
	ld hl,SUM_LOW*256
	ld de,BASE*256
	jp copy_sums
