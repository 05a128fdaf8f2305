; A reply: one pass through the network per character, until EOS or 50 characters.

MAX_REPLY equ 50

; Answers the query that was summed.
reply:	call start_reply
reply_char:
	call step		; A = class
	cp CLASSES-1
	ret z			; EOS is the last
	ld hl,charset
	ld e,a
	ld d,0
	add hl,de
	ld c,(hl)
	push af
	ld hl,(REPLY_END)
	ld (hl),c
	inc hl
	ld (REPLY_END),hl
	ld a,c
	push bc
	call echo
	pop bc
	pop af
	ld hl,(NODE)
	ld e,a
	ld a,h
	or l
	ld a,e
	jr z,reply_context
	call follow
	jr reply_next
reply_context:
	ld a,c
	call push_context
reply_next:
	ld hl,REPLY_LEFT
	dec (hl)
	jr nz,reply_char
	ret

start_reply:
	ld a,MAX_REPLY
	ld (REPLY_LEFT),a
	ld hl,REPLY
	ld (REPLY_END),hl
	call start_context
	call prepare_first_layer
	ld hl,0
	or a			; wide: no trie
	jr nz,start_node
	ld hl,TRIE
start_node:
	ld (NODE),hl
	ret

; One forward pass: A = index of the highest logit.
step:	ld hl,(NODE)
	ld a,h
	or l
	call z,add_context
	call run_layers
	jp argmax
