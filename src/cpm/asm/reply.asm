; A reply: one pass through the network per character, until EOS or 50 characters.

MAX_REPLY equ 50

; Answers the query that was summed.
reply:	call start_reply
	call step

; The same with the class of the first character, A, known.
reply_char:
	cp CLASSES-1
	ret z			; EOS is the last
	ld hl,charset
	ld e,a
	ld d,0
	add hl,de
	ld c,(hl)
	ld hl,(REPLY_END)
	ld (hl),c
	inc hl
	ld (REPLY_END),hl
	push af
	push bc
	ld a,c
	call echo
	pop bc
	pop af
	call said		; class A, character C
	ld hl,REPLY_LEFT
	dec (hl)
	ret z
	call step
	jr reply_char

start_reply:
	ld a,MAX_REPLY
	ld (REPLY_LEFT),a
	ld hl,REPLY
	ld (REPLY_END),hl
	call start_context
	call prepare_first_layer
	jp start_trie		; A = WIDE

; One forward pass: A = index of the highest logit.
step:	call run_layers
	jp argmax
