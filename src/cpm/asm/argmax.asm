; The next character: A = index of the highest logit, the lowest index among equals.
; A logit is acc >> 2, so the two lowest bits of the accumulator do not count. The accumulators of this layer start with
; the top bit of the bias turned over, so that signed sums compare like unsigned ones. Most classes lose by their high
; byte: 40 T each.

argmax:	ld hl,LOGITS*256+256	; H = page of high bytes
	ld d,(hl)		; DE = best so far: class 0
	dec h
	ld a,(hl)
	and 0FCh
	ld e,a
	inc h
	ld bc,CLASSES*256-256	; B = classes left, C = index of the best
logit:	inc l			; 4
	ld a,(hl)		; 7
	cp d			; 4
	jr nc,maybe_better	; 7
	djnz logit		; 13
	ld a,c
	ret
maybe_better:
	jr nz,higher
	dec h
	ld a,(hl)
	inc h
	and 0FCh
	cp e
	jr c,not_better
	jr z,not_better
	jr better
higher:	ld d,a
	dec h
	ld a,(hl)
	inc h
	and 0FCh
better:	ld e,a
	ld c,l
not_better:
	djnz logit
	ld a,c
	ret
