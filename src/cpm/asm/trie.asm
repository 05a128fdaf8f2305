; Replies that the model knows. What the context adds to layer 1 depends on nothing but what was said so far, and that
; is nearly always the beginning of a known reply. So the packer stores it for every such beginning (reply-trie.ts), and
; on the trie a step needs no hashes, no context columns and no copies.
;
;   node:    dw vector; db children; then for each child db class, dw node
;   vector:  a byte per neuron: change of v against 8 spaces, plus 192; then 0FFh
;
; With BASE kept plus 64, the sum of both carries exactly where v >= 0, and is v. One more neuron behind the last,
; always active, has a column that ends the scan.

; After prepare_first_layer: A = WIDE. A wide query goes without the trie, whose bytes could not hold it.
start_trie:
	ld hl,0
	or a
	jr nz,start_node
	ld hl,TRIE
start_node:
	ld (NODE),hl
	ret

; On the trie the context is known.
context_step:
	ld hl,(NODE)
	ld a,h
	or l
	ret nz
	jp add_context

scan_first_layer:
	ld hl,(NODE)
	ld a,h
	or l
	jp z,scan_first

; Scans layer 1 at node HL and scatters every active neuron into layer 2.
scan_node:
	ld e,(hl)
	inc hl
	ld d,(hl)
	push ix
	push iy
	ld ix,0
	add ix,sp
	ld iy,node_next
	ld hl,BASE*256
	jr node_neuron
node_next:
	inc l			; 4
	inc e			; 4   vectors do not cross pages
node_neuron:
	ld a,(de)		; 7
	add a,(hl)		; 7
	jp nc,node_next		; 10  = 32 T for a neuron at rest
	cp 32			; 7   A = v
	jr nc,node_large	; 7
	ld c,l			; 4
	add a,a			; 4
	add a,a			; 4
	add a,a			; 4
	ld h,OFFSETS		; 7
	add a,(hl)		; 7   x = 8*v + offset
	jr c,node_256		; 7
	ld h,COLUMNS_1		; 7
	ld b,(hl)		; 7
	inc h			; 4
	ld h,(hl)		; 7
	ld l,b			; 4
	di			; 4
	ld sp,hl		; 6
	ld h,BASE		; 7
	ld l,c			; 4
	exx			; 4
	ld e,a			; 4
	ld h,LOW_2		; 7
	ret			; 10  into the column; column_done comes back to node_next
node_256:
	ld h,BASE
	ld a,31			; v = 31, offset 8
node_large:			; x > 255
	push de
	ld e,a
	ld d,0
	call first_x
	call first_wide
	pop de
	jp iy

; The column of the neuron behind the last.
scan_end:
	exx
	ld sp,ix
scan_end_ei:
	ei
	pop iy
	pop ix
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
