; Sums that two neurons share (shared-sums.ts finds them): one accumulator, added to both when the layer is complete.
; A stream like a column's: address of share_same or share_opposite, the two neurons, accumulator and page; ... ;
; address of column_done.  164 T a share.
;
; A shared sum is set to zero as it is read, for the next character; startup.asm does it for the first.

share_same:
	pop bc			; 10  C = first neuron, B = second
	pop hl			; 10  L = accumulator, H = page of low bytes
	ld e,(hl)		; 7
	ld (hl),0		; 10
	inc h			; 4
	ld d,(hl)		; 7
	ld (hl),0		; 10
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
	ret			; 10

share_opposite:
	pop bc
	pop hl
	ld e,(hl)
	ld (hl),0
	inc h
	ld d,(hl)
	ld (hl),0
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
	ret

; Sets B shared sums at HL to zero again where carries of a wide input may have fallen into them (wide_column).
clear_spilled:
	ld a,(SPILLED)
	or a
	ret z
	xor a
clear_share:
	ld (hl),a
	inc l
	djnz clear_share
	ld (SPILLED),a
	ret

; Hands on the shared sums of a layer: HL = its stream.
share_sums:
	push ix
	push iy
	ld ix,0
	add ix,sp
	ld iy,shared
	push hl
	di
	exx
	pop hl
	ld sp,hl
	ret
shared:	pop iy
	pop ix
	ret
