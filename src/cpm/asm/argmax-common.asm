; The next character where logits have a common sum (common-sum.ts), which lies behind them: as argmax.asm, but a class's
; sum is its own and the common one, modulo 65536. The sum of their high bytes is that of the whole or, where the low ones
; carry, one less: 26 T for a class that loses even so, and the others are looked at again with their low bytes. Where few
; neurons are active there is a quicker way (argmax-few.asm).

; C = high byte of the common sum, DE = highest sum so far, its two lowest bits set, B = D less one, or 0. HL = high byte of
; class L. The place of the common sum becomes the one that always wins: its complement, FFFFh with it.
argmax_any:
	ld hl,LOGITS*256+CLASSES
	ld a,(hl)
	ld (COMMON_LOW),a
	cpl
	ld (hl),a
	inc h
	ld c,(hl)
	ld a,c
	cpl
	ld (hl),a
	ld l,0
	ld de,3			; class 0 leads even with the least logit there is
	ld a,l
	ld (HIGHEST),a
	jr may_lead
next_sums:
	inc l			; 4
	ld a,(hl)		; 7
	add a,c			; 4
	cp b			; 4
	jr nc,may_lead		; 7
	rept n = 1 to 7
	inc l			; 4
	ld a,(hl)		; 7
	add a,c			; 4
	cp b			; 4
	jr nc,may_lead		; 7
	endr
	jr next_sums		; 12 for 8
may_lead:
	dec h			; 4
	ld a,(COMMON_LOW)	; 13
	add a,(hl)		; 7
	inc h			; 4
	ld a,(hl)		; 7
	adc a,c			; 4
	cp d			; 4
	jr c,next_sums	; 7 / 12
	jr nz,leads		; 7 / 12
equal_high:
	dec h			; 4
	ld a,(COMMON_LOW)	; 13
	add a,(hl)		; 7
	inc h			; 4
	cp e			; 4
	jr c,loses		; 7 / 12
	ld a,d			; 4
	jr nz,leads		; 7 / 12
loses:	ld a,l			; 4
	cp CLASSES		; 7
	jr nz,next_sums	; 7 / 12
	jr all_seen		; 12
leads:	ld d,a			; 4
	ld a,l			; 4
	cp CLASSES		; 7
	jr z,all_seen		; 7 / 12
	ld (HIGHEST),a		; 13
	dec h			; 4
	ld a,(COMMON_LOW)	; 13
	add a,(hl)		; 7
	inc h			; 4
	or 3			; 7
	ld e,a			; 4
	ld a,d			; 4
	sub 1			; 7
	adc a,0			; 7   0 stays 0
	ld b,a			; 4
	jr next_sums		; 12
all_seen:
	ld a,(HIGHEST)
	ret
