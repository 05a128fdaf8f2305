; A reply: one pass through the network per character, until EOS or 50 characters.

MAX_REPLY equ 50

; Answers the query that set_query took.
reply:	call start_reply
reply_char:
	call step		; A = class
	cp CLASSES-1
	ret z			; EOS is the last
	ld hl,charset
	ld e,a
	ld d,0
	add hl,de
	ld a,(hl)
	push af
	call put_char
	pop af
	call push_context
	ld hl,REPLY_LEFT
	dec (hl)
	jr nz,reply_char
	ret

start_reply:
	ld a,MAX_REPLY
	ld (REPLY_LEFT),a
	ld a,8
	ld (SPACES),a
	ld hl,CONTEXT
	ld de,CONTEXT+1
	ld bc,7
	ld (hl),' '
	ldir
	jp prepare_first_layer

; One forward pass: A = index of the highest logit.
step:	call add_context
	call run_layers
	jp argmax
