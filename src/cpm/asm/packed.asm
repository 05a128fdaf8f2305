; Packed kernel: half a byte a weight that is not zero, for machines without room for a byte. Still column by column, and
; still only the columns of active inputs.
;
; A column is two lists, the neurons of weight +1 and those of -1 (a neuron of -2 is there twice). A list starts before
; neuron 0 and says how far it is from one neuron to the next, two in a byte:
;
;   h l      l (1..15) on to a neuron, h (0..15) on to another
;   0 0      the end
;   h 0      h (1..14) on to the last neuron, and the end
;   F 0      the neuron before once more
;
; Where the next neuron is too far, a stop on the way is in both lists: +x and -x (packed-lists.ts). So there is nothing
; to test for but l = 0:
;
;   a byte   68 + 47 T, two neurons; a carry 24 more, of the second 29.  A list that ends with 0 0: 66 T, with h 0: 117 T
;
; Registers: IXL = x (1..255), H = page of low bytes (high bytes in the page behind), L = neuron, DE = list, B = page of
; GAPS: the upper nibble of every byte, C = index into it.

scatter_list macro &plus,&inc
#local
	ld l,255		; 7
byte:	ld a,(de)		; 7
	inc de			; 6
	ld c,a			; 4
	and 0Fh			; 7
	jr z,rare		; 7
	add a,l			; 4
	ld l,a			; 4
	ld a,(hl)		; 7
	&plus a,ixl		; 8
	ld (hl),a		; 7
	jr c,carry		; 7 / 12
	ld a,(bc)		; 7
	add a,l			; 4
	ld l,a			; 4
again:	ld a,(hl)		; 7
	&plus a,ixl		; 8
	ld (hl),a		; 7
	jp nc,byte		; 10
	inc h
	&inc (hl)
	dec h
	jp byte			; 10
carry:	inc h			; 4
	&inc (hl)		; 11
	dec h			; 4
	ld a,(bc)		; as above
	add a,l
	ld l,a
	ld a,(hl)
	&plus a,ixl
	ld (hl),a
	jp nc,byte
	inc h
	&inc (hl)
	dec h
	jp byte
rare:	ld a,(bc)		; 7
	or a			; 4
	jr z,end		; 7 / 12
	cp 15			; 7
	jr z,again		; 7 / 12
	add a,l			; 4
	ld l,a			; 4
	ld a,(hl)		; 7
	&plus a,ixl		; 8
	ld (hl),a		; 7
	jr nc,end		; 12
	inc h
	&inc (hl)
	dec h
end:
#endlocal
	endm

; In: IXL = x, DE = column, H = page of low bytes; DE and BC of the scan on the stack. Goes on at IY.
packed_scatter:
	ld b,GAPS		; 7
	scatter_list add,inc
	scatter_list sub,dec
	pop bc			; 10
	pop de			; 10
	jp iy			; 8
