; The query: its text as the features want it, and its half of layer 1, summed once per query.
;
; Text: blanks around it gone, at most 62 characters, a-z for A-Z, one space before and one after.
; Every window of n bytes (n = 2, 3 as the model says) hashes to a bucket, h = h*31 + byte, modulo QUERY_BUCKETS, and
; each hit adds the bucket's column once to the 16-bit sums SUM_LOW, SUM_HIGH.

MAX_QUERY equ 62

; HL = zero-terminated text without blanks in front.
set_query:
	ld de,QUERY
	ld a,' '
	ld (de),a
	inc de
	ld b,MAX_QUERY
copy_char:
	ld a,(hl)
	or a
	jr z,copied
	call fold_case
	ld (de),a
	inc hl
	inc de
	djnz copy_char
	ld a,(hl)
	or a
	jr nz,cut		; cut at 62: what stands there stays, blank or not
copied:	dec de			; trim blanks behind
	ld a,(de)
	cp 21h
	jr c,copied
	inc de
cut:	ld a,' '
	ld (de),a
	inc de
	xor a
	ld (de),a		; end mark

; The sums start as the 21 windows of spaces less the threshold of each neuron (first-layer.asm).
	ld hl,sum_start_low
	ld de,SUM_LOW*256
	ld bc,WIDTH_1
	call copy_end-2*SUMS_1_LDI
	ld hl,sum_start_high
	ld de,SUM_HIGH*256
	ld bc,WIDTH_1
	call copy_end-2*SUMS_1_LDI

	push ix
	push iy
	ld ix,0
	add ix,sp
	ld hl,QUERY
window:	inc hl
	ld a,(hl)
	or a
	jr z,query_done
	dec hl
	ld e,(hl)		; h = first byte
	ld d,0
	inc hl			; at the second byte
	call hash_byte
	ld a,QUERY_BIGRAMS
	or a
	ld iy,after_bigram
	jr nz,query_hit
after_bigram:
	inc hl
	ld a,(hl)
	dec hl
	or a
	jr z,window
	inc hl
	call hash_byte
	dec hl
	ld a,QUERY_TRIGRAMS
	or a
	jr z,window
	ld iy,window
	jr query_hit
query_done:
	pop iy
	pop ix
	ret

; DE = DE*31 + (HL).  (DE*32 - DE: 5 shifts of 11 T)
hash_byte:
	push hl
	ld a,(hl)
	ld h,d
	ld l,e
	add hl,hl
	add hl,hl
	add hl,hl
	add hl,hl
	add hl,hl
	or a
	sbc hl,de
	ld e,a
	ld d,0
	add hl,de
	ex de,hl
	pop hl
	ret

; Adds the column of bucket DE once; continues at IY. Keeps HL, DE.
query_hit:
	push hl
	ld a,d
	and QUERY_MASK_HIGH
	ld h,a
	ld a,e
	and QUERY_MASK_LOW
	ld l,a
	add hl,hl
	ld bc,query_columns
	add hl,bc
	ld a,(hl)
	inc hl
	ld h,(hl)
	ld l,a
	ex (sp),hl		; HL as it was, the column's address on the stack
	di
	exx
	pop hl
	ld sp,hl
	ld h,SUM_LOW
	ld e,1
	ret			; into the stream; column_done comes back to IY
