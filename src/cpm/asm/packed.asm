; Packed kernel: 2 bits a weight, for machines without room for lists. Still column by column, and still only the columns
; of active inputs.
;
;   byte   nn nn nn nn    four neurons, the first in the top bits: 00 = 0, 01 = +1, 10 = -1, 11 = -2
;
;   a byte   33 T      a zero   26 T      +1, -1   67, 71 T, 14 more with a carry

; In: C = x, DE = column, H = page of low bytes, IXL = bytes; DE and BC of the scan on the stack. Goes on at IY.
packed_scatter:
	ld l,0
	jr scatter_byte

	rept n = 1 to 2
scatter_plus_{n}:
	ld b,a			; 4   the weights to come
	ld a,(hl)		; 7
	add a,c			; 4
	ld (hl),a		; 7
	ld a,b			; 4
	jr nc,scatter_past_{n}	; 12
	inc h
	inc (hl)
	dec h
	jr scatter_past_{n}
scatter_minus_{n}:
	add a,a			; 4   carry: -2
	ld b,a			; 4
	jr nc,scatter_once_{n}	; 12
	ld a,(hl)
	sub c
	ld (hl),a
	jr nc,scatter_once_{n}
	inc h
	dec (hl)
	dec h
scatter_once_{n}:
	ld a,(hl)		; 7
	sub c			; 4
	ld (hl),a		; 7
	ld a,b			; 4
	jr nc,scatter_past_{n}	; 12
	inc h
	dec (hl)
	dec h
	jr scatter_past_{n}
	endr

scatter_byte:
	ld a,(de)		; 7
	inc de			; 6
	rept n = 1 to 4
	add a,a			; 4
	jr c,scatter_minus_{n}	; 7
	add a,a			; 4
	jr c,scatter_plus_{n}	; 7
scatter_past_{n}:
	inc l			; 4
	endr
	dec ixl			; 8
	jr nz,scatter_byte	; 12
	pop bc
	pop de
	jp iy

	rept n = 3 to 4
scatter_plus_{n}:
	ld b,a
	ld a,(hl)
	add a,c
	ld (hl),a
	ld a,b
	jr nc,scatter_past_{n}
	inc h
	inc (hl)
	dec h
	jr scatter_past_{n}
scatter_minus_{n}:
	add a,a
	ld b,a
	jr nc,scatter_once_{n}
	ld a,(hl)
	sub c
	ld (hl),a
	jr nc,scatter_once_{n}
	inc h
	dec (hl)
	dec h
scatter_once_{n}:
	ld a,(hl)
	sub c
	ld (hl),a
	ld a,b
	jr nc,scatter_past_{n}
	inc h
	dec (hl)
	dec h
	jr scatter_past_{n}
	endr

; One hit: the weights of a column into a page of signed bytes (count), or out of it (uncount).
; In: A = page, address of the column on the stack. Keeps BC, DE, HL. Goes on at IY.
count_column macro &up,&down
#local
	ex (sp),hl
	push de
	push bc
	ex de,hl
	ld h,a
	ld l,0
	ld b,BYTES_1
byte:	ld a,(de)		; 7
	inc de			; 6
	or a			; 4
	jr nz,four		; 7 / 12
	ld a,l			; 4
	add a,4			; 7
	ld l,a			; 4
next:	djnz byte		; 13
	pop bc
	pop de
	pop hl
	jp iy
four:
	rept n = 1 to 4
	add a,a			; 4
	jr c,minus_{n}		; 7
	add a,a			; 4
	jr c,plus_{n}		; 7
past_{n}:
	inc l			; 4
	endr
	jr next			; 12
	rept n = 1 to 4
plus_{n}:
	&up (hl)		; 11
	jr past_{n}		; 12
minus_{n}:
	&down (hl)		; 11
	add a,a			; 4   carry: -2
	jr nc,past_{n}		; 12
	&down (hl)
	jr past_{n}
	endr
#endlocal
	endm

packed_count:
	count_column inc,dec
packed_uncount:
	count_column dec,inc

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

; Addresses of columns, which this kernel does not carry in the file: start_kernel (network.asm) works them out.
; split_addresses: B columns (0: 256) of DE bytes from HL on; low bytes into page C, high bytes into the page behind.
split_addresses:
	ld a,0
split_address:
	push bc
	push hl
	ld b,h			; BC = address of the column
	ld h,c
	ld c,l
	ld l,a
	ld (hl),c
	inc h
	ld (hl),b
	pop hl
	pop bc
	add hl,de
	inc a
	djnz split_address
	ret

; word_addresses: BC columns of DE bytes from HL on; words into the table at IX.
word_addresses:
	ld (ix+0),l
	ld (ix+1),h
	inc ix
	inc ix
	add hl,de
	dec bc
	ld a,b
	or c
	jr nz,word_addresses
	ret
