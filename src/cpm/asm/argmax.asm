; The next character: A = index of the highest logit, the lowest index among equals.
; A logit is acc >> 2, so two bits of the accumulator do not count. Signed words compare like unsigned ones with the
; top bit turned over.

argmax:	ld hl,LOGITS*256
	ld de,0			; best so far, top bit turned over: nothing is lower
	ld bc,CLASSES*257	; B = classes left, C = B at the best so far
logit:	ld a,(hl)		; 7
	and 0FCh		; 7
	inc h			; 4
	push hl
	ld h,(hl)
	ld l,a
	ld a,h
	xor 80h
	ld h,a
	or a
	ex de,hl
	sbc hl,de		; best - this
	jr nc,not_better
	ld c,b
	jr better
not_better:
	add hl,de
	ex de,hl		; the best again
better:	pop hl
	dec h
	inc l
	djnz logit
	ld a,CLASSES
	sub c
	ret
