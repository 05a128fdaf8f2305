; Packed kernel, layer 1: the lists of packed.asm, every hit of which counts one, in one signed byte a neuron.
; A byte of a list 86 T.

count_list macro &inc
#local
	ld l,255		; 7
byte:	ld a,(de)		; 7
	inc de			; 6
	ld c,a			; 4
	and 0Fh			; 7
	jr z,rare		; 7
	add a,l			; 4
	ld l,a			; 4
	&inc (hl)		; 11
	ld a,(bc)		; 7
	add a,l			; 4
	ld l,a			; 4
again:	&inc (hl)		; 11
	jp byte			; 10
rare:	ld a,(bc)		; 7
	or a			; 4
	jr z,end		; 7 / 12
	cp 15			; 7
	jr z,again		; 7 / 12
	add a,l			; 4
	ld l,a			; 4
	&inc (hl)		; 11
end:
#endlocal
	endm

; One hit: the weights of a column into a page of signed bytes (count), or out of it (uncount).
; In: A = page, address of the column on the stack. Keeps BC, DE, HL. Goes on at IY.
packed_count:
	ex (sp),hl		; 19
	push de			; 11
	push bc			; 11
	ex de,hl		; 4
	ld h,a			; 4
	ld b,GAPS		; 7
	count_list inc
	count_list dec
counted:
	pop bc			; 10
	pop de			; 10
	pop hl			; 10
	jp iy			; 8

packed_uncount:
	ex (sp),hl
	push de
	push bc
	ex de,hl
	ld h,a
	ld b,GAPS
	count_list dec
	count_list inc
	jr counted		; 12

; Takes the windows of spaces that a character ended out of BASE: A = spaces left. space_windows has three columns for
; each number of spaces, 0 for none.
uncount_spaces:
	ld l,a
	add a,a
	add a,l
	add a,a			; 6 bytes each
	ld l,a
	ld h,0
	ld de,space_windows
	add hl,de
	push iy
	ld iy,space_next
	ld b,4
space_next:
	dec b
	jr z,spaces_done
	ld e,(hl)
	inc hl
	ld d,(hl)
	inc hl
	ld a,d
	or e
	jr z,space_next
	push de
	ld a,BASE
	jp packed_uncount
spaces_done:
	pop iy
	ret
