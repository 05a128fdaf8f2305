; Sums that two neurons share (shared-sums.ts finds them): one accumulator, added to both when the layer is complete.
; A stream like a column's: address of share_same_3 or share_opposite_2, as many times the two neurons, accumulator and
; page; ... ; address of column_done.  134 T a share.

	rept n = 4 to 1
share_same_{n}:
	pop bc			; 10  C = first neuron, B = second
	pop hl			; 10  L = accumulator, H = page of low bytes
	ld e,(hl)		; 7
	inc h			; 4
	ld d,(hl)		; 7
	dec h			; 4
	ld l,c			; 4
	ld a,(hl)		; 7
	add a,e			; 4
	ld (hl),a		; 7
	inc h			; 4
	ld a,(hl)		; 7
	adc a,d			; 4
	ld (hl),a		; 7
	dec h			; 4
	ld l,b			; 4
	ld a,(hl)		; 7
	add a,e			; 4
	ld (hl),a		; 7
	inc h			; 4
	ld a,(hl)		; 7
	adc a,d			; 4
	ld (hl),a		; 7
	endr
	ret			; 10

	rept n = 4 to 1
share_opposite_{n}:
	pop bc
	pop hl
	ld e,(hl)
	inc h
	ld d,(hl)
	dec h
	ld l,c
	ld a,(hl)
	add a,e
	ld (hl),a
	inc h
	ld a,(hl)
	adc a,d
	ld (hl),a
	dec h
	ld l,b
	ld a,(hl)
	sub e
	ld (hl),a
	inc h
	ld a,(hl)
	sbc a,d
	ld (hl),a
	endr
	ret

; Hands on the shared sums of a layer: HL = its stream.
share_sums:
	ld ix,0
	add ix,sp
	ld iy,shared
	push hl
	di
	exx
	pop hl
	ld sp,hl
	ret
shared:	ret
