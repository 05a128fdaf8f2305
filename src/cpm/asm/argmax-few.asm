; The next character where logits have a common sum C and few neurons were active, so few that no sum can wrap, with C or
; without (common-sum.ts): then C need not be added. A logit is (acc + C) >> 2, and of C only the two lowest bits, r, decide
; where one logit ends and the next begins: class k has a higher logit than the best where acc[k] > ((best + r) | 3) - r.
; Most classes lose by their high bytes: 22 T each, and 12 for each eighth.

; DE = greatest sum that does not win, C = class of the best, B = r. HL = high byte of class L. In the place of the common
; sum, behind the last class, stands one that always wins.
argmax:	ld a,(ACTIVE)
	cp MOST_ACTIVE+1
	jr nc,argmax_any
	ld hl,LOGITS*256+CLASSES
	ld a,(hl)
	and 3
	ld b,a
	inc h
	ld (hl),0FFh
	ld l,0
	ld a,(hl)
	jr few_best
next_logits:
	inc l			; 4
	ld a,(hl)		; 7
	cp d			; 4
	jr nc,few_maybe		; 7
	rept n = 1 to 7
	inc l			; 4
	ld a,(hl)		; 7
	cp d			; 4
	jr nc,few_maybe		; 7
	endr
	jr next_logits		; 12 for 8
few_maybe:
	jr nz,few_best		; 7 / 12
	dec h			; 4
	ld a,e			; 4
	cp (hl)			; 7
	inc h			; 4
	jr nc,next_logits	; 7 / 12
	ld a,d			; 4
few_best:
	ld d,a			; 4
	ld a,l			; 4
	cp CLASSES		; 7
	jr z,few_seen		; 7 / 12
	ld c,a			; 4
	dec h			; 4
	ld a,(hl)		; 7
	inc h			; 4
	add a,b			; 4
	jr nc,few_limit		; 7 / 12
	inc d
few_limit:
	or 3			; 7
	sub b			; 4
	ld e,a			; 4
	jr next_logits		; 12
few_seen:
	ld a,c
	ret
