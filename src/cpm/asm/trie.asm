; Replies that the model knows. What the context adds to layer 1 depends on nothing but what was said so far, and that
; is nearly always the beginning of a known reply. So the packer stores it for every such beginning (reply-trie.ts), and
; on the trie a step needs no hashes, no context columns and no copies.
;
;   node:    dw vector; db children; then for each child db class, dw node
;   vector:  a byte per neuron: change of v against 8 spaces, plus 192; then 192 (first-layer.asm scans it)

; After prepare_first_layer: A = WIDE. A wide query goes without the trie, whose bytes could not hold it.
start_trie:
	ld hl,0
	or a
	jr nz,start_node
	ld hl,TRIE
start_node:
	ld (NODE),hl
	ret

; DE = what the context adds to layer 1: known on the trie.
context_step:
	ld hl,(NODE)
	ld a,h
	or l
	jp z,add_context
	ld e,(hl)
	inc hl
	ld d,(hl)
	ret

; A reply goes on with the character C of class A: the next node, or off the trie for the rest of this reply.
said:	ld hl,(NODE)
	ld b,a
	ld a,h
	or l
	ld a,c
	jp z,push_context
	ld a,b
	inc hl
	inc hl
	ld b,(hl)
	inc hl
	inc b
	jr follow_more
follow_child:
	cp (hl)
	inc hl
	jr z,follow_found
	inc hl
	inc hl
follow_more:
	djnz follow_child
	jr leave_trie
follow_found:
	ld e,(hl)
	inc hl
	ld d,(hl)
	ld (NODE),de
	ret

; Off the trie: the context as context.asm keeps it, from the reply so far.
leave_trie:
	ld hl,0
	ld (NODE),hl
	call plain_base
	call start_context
	ld hl,REPLY
	ld a,(REPLY_LEFT)
	ld b,a
	ld a,MAX_REPLY+1
	sub b
	ld b,a			; characters so far, with the new one
say_again:
	ld a,(hl)
	inc hl
	push bc
	push hl
	call push_context
	pop hl
	pop bc
	djnz say_again
	ret
