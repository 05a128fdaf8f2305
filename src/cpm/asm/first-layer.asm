; Layer 1 in small numbers. Every input is a multiple of 32, so with S = the sum of weights of all hits
;
;   (32*S + bias) >> 2  =  8*S + (bias >> 2),  active from S >= threshold = ceil((1 - (bias >> 2)) / 8)
;   v = S - threshold,  x = 8*v + offset,  offset = 8*threshold + (bias >> 2), in 1..8
;
; v >= 0 says active; one signed byte holds it. Context moves it by -63 to +63 from where it is after the query and 8
; spaces (21 windows of spaces go, 21 others come, each worth -2 to +1). So what the query leaves below -64 stays
; inactive and is kept as -64, and what it leaves above 63 does not fit. A query with such a neuron, or with one so low
; that the machine's 16-bit sums would wrap (8*v < -8192), takes the wide path below: exact, slow, and rare.
;
; query.asm keeps v plus 64, and so does the reply trie (trie.asm). Without a trie BASE is v itself.

V_NO_WRAP equ 0FC80h		; -960, plus 64

; Once per query: BASE (or SUM_LOW, SUM_HIGH) -> BASE. A = WIDE.
prepare_first_layer:
	ld a,1
	ld (LAST_NEURON),a	; the one behind the last: trie.asm
	xor a
	ld (WIDE),a
	ld a,(QUERY_WIDE)
	or a
	jr nz,prepare_sums
	call look_at_counts
	jp p,prepared
	call sum_wide
	call finish_query
prepare_sums:
	call add_counts
	ld hl,SUM_LOW*256
	ld b,WIDTH_1_LOOP
narrow:	ld h,SUM_LOW
	ld e,(hl)
	inc h
	ld a,(hl)		; AE = v + 64 of the query
	or a
	jr nz,not_positive
	bit 7,e
	jr z,narrow_store
not_narrow:
	ld a,1
	ld (WIDE),a
	jr narrow_lowest
not_positive:
	cp hi(V_NO_WRAP)
	jr c,not_narrow		; also catches 256 and more
	jr nz,narrow_lowest
	ld a,e
	cp lo(V_NO_WRAP)
	jr c,not_narrow
narrow_lowest:
	ld e,0
narrow_store:
	ld h,BASE
	ld (hl),e
	inc l
	djnz narrow
	ld a,(WIDE)
	or a
	jr nz,prepare_wide
prepared:
	ld a,hi(TRIE)		; 0: none
	or a
	call z,plain_base
	xor a
	ret

; SUM_LOW, SUM_HIGH hold v, and SUMS will hold the context alone.
prepare_wide:
	ld hl,SUM_LOW*256
	ld b,WIDTH_1_LOOP
wide_sum:
	ld a,(hl)
	sub 64
	ld (hl),a
	inc h
	jr nc,wide_sum_high
	dec (hl)
wide_sum_high:
	dec h
	inc l
	djnz wide_sum
	call clear_base
	ld a,1
	ret

; BASE = v for the context to be counted into: no reply trie, or a reply that leaves it.
plain_base:
	ld hl,BASE*256
	ld bc,WIDTH_1_ROUNDS*256+64
	jp plain_1+4*WIDTH_1_SKIP
	rept n = 1 to 8
plain_{n}:
	ld a,(hl)		; 7
	sub c			; 4
	ld (hl),a		; 7
	inc l			; 4
	endr
	djnz plain_1		; 13 for 8
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
