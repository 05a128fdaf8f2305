; Layer 1 in small numbers. Every input is a multiple of 32, so with S = the sum of weights of all hits
;
;   (32*S + bias) >> 2  =  8*S + (bias >> 2),  active from S >= threshold = ceil((1 - (bias >> 2)) / 8)
;   v = S - threshold,  x = 8*v + offset,  offset = 8*threshold + (bias >> 2), in 1..8
;
; v >= 0 says active; one signed byte holds it. The sums of the query (query.asm) hold v as it is after 8 spaces, in 16
; bits; it is then kept as a byte. Context moves it by -63 to +63 from there (21 windows of spaces go, 21 others come, each
; worth -2 to +1). So what is below -65 stays inactive and is kept as -65, and what is above 64 does not fit. A query
; with such a neuron, or with one so low that the machine's 16-bit sums would wrap (8*v < -8192), takes the wide path
; below: exact, slow, and rare.

V_LOWEST equ -65
V_HIGHEST equ 64
V_NO_WRAP equ 0FC40h		; -960

; Once per query: SUM_LOW, SUM_HIGH and QUERY_COUNTS -> BASE, A = WIDE. On the reply trie (trie.asm) BASE is kept plus
; 128: FLIP is 80h.
prepare_first_layer:
	xor a
	ld (WIDE),a
	ld hl,QUERY_COUNTS*256
	ld b,WIDTH_1_LOOP
narrow:	ld a,(hl)		; 7
	ld e,a			; 4
	add a,a			; 4
	sbc a,a			; 4
	ld d,a			; 4
	ld h,SUM_LOW		; 7
	ld a,(hl)		; 7
	add a,e			; 4
	ld e,a			; 4
	inc h			; 4
	ld a,(hl)		; 7
	adc a,d			; 4   AE = v of the query
	or a
	jr z,positive
	cp 0FFh
	jr nz,far_below
	ld a,e
	cp 256+V_LOWEST
	jr nc,narrow_store
	jr narrow_lowest
positive:
	ld a,e
	cp V_HIGHEST+1
	jr c,narrow_store
not_narrow:
	ld a,1
	ld (WIDE),a
	jr narrow_lowest
far_below:
	cp hi(V_NO_WRAP)
	jr c,not_narrow		; also catches 256 and more
	jr nz,narrow_lowest
	ld a,e
	cp lo(V_NO_WRAP)
	jr c,not_narrow
narrow_lowest:
	ld a,256+V_LOWEST
narrow_store:
	xor FLIP
	ld h,BASE
	ld (hl),a
	ld h,QUERY_COUNTS
	inc l
	djnz narrow
	ld a,1
	ld (LAST_NEURON),a	; the one behind the last: trie.asm
	ld a,(WIDE)
	or a
	ret z
	call add_counts
	ld hl,BASE*256		; wide: SUMS holds the context alone
	ld b,WIDTH_1_LOOP
no_base:
	ld (hl),0
	inc l
	djnz no_base
	ld a,(WIDE)
	ret

; Scans layer 1 and scatters every active neuron into layer 2.
scan_first:
	ld a,(WIDE)
	or a
	jp nz,scan_first_wide
	push ix
	push iy
	ld ix,0
	add ix,sp
	ld hl,SUMS*256
	ld b,WIDTH_1_ROUNDS
	jp first_1+5*WIDTH_1_SKIP
	rept n = 1 to 8
first_{n}:
	ld a,(hl)		; 7
	add a,a			; 4   sign -> carry
	jr nc,first_hit_{n}	; 7
first_next_{n}:
	inc l			; 4
	endr
	djnz first_1		; 13 for 8
	pop iy
	pop ix
	ret
	rept n = 1 to 8
first_hit_{n}:
	ld iy,first_next_{n}	; 14
	jr first_active		; 12
	endr
first_active:			; A = 2*v
	add a,a
	jr c,first_large
	add a,a
	jr c,first_large
	ld h,OFFSETS
	add a,(hl)		; x = 8*v + offset
	jr c,first_large
	ld h,COLUMNS_1
	ld e,(hl)
	inc h
	ld d,(hl)
	ld h,SUMS
	enter_scatter LOW_2,BYTES_2
first_large:			; x > 255
	ld h,SUMS
	ld e,(hl)
	ld d,0
	call first_x
	call first_wide
	jp iy

; In: DE = v (not negative, or any 16 bits), L = neuron. Out: DE = 8*v + offset, 16 bits.
first_x:
	push hl
	ld h,OFFSETS
	ld a,(hl)
	ex de,hl
	add hl,hl
	add hl,hl
	add hl,hl
	ld e,a
	ld d,0
	add hl,de
	ex de,hl
	pop hl
	ret

; Adds the column of neuron L, DE times (any x from 1). Keeps HL, B.
first_wide:
	push bc
	push hl
	ld h,COLUMNS_1
	ld c,(hl)
	inc h
	ld b,(hl)
	ld a,LOW_2
	ld l,BYTES_2		; for packed.asm
	call wide_column
	pop hl
	pop bc
	ret

; The wide path: v = query half (16 bits) + context (a byte), x = (8*v + offset) as the 14 bits that a 16-bit sum keeps
; after its shift by two; bit 13 is its sign.
scan_first_wide:
	ld hl,SUMS*256
	ld b,WIDTH_1_LOOP
wide_neuron:
	push bc
	ld a,(hl)
	ld e,a
	add a,a
	sbc a,a
	ld d,a			; DE = context
	push hl
	ld h,SUM_LOW
	ld c,(hl)
	inc h
	ld b,(hl)
	ex de,hl
	add hl,bc
	ex de,hl		; DE = v
	pop hl
	call first_x
	bit 5,d
	jr nz,wide_next
	ld a,d
	and 1Fh
	ld d,a
	or e
	jr z,wide_next
	call first_wide
wide_next:
	pop bc
	inc l
	djnz wide_neuron
	ret
