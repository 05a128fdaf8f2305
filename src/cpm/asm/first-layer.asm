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
; query.asm keeps v plus 64, and so does the reply trie (trie.asm). Off the trie BASE is v plus 128.

V_NO_WRAP equ 0FC80h		; -960, plus 64

; Once per query: BASE (or SUM_LOW, SUM_HIGH) -> BASE. A = WIDE.
prepare_first_layer:
	ld a,64
	ld (LAST_NEURON),a	; the one behind the last, which ends the scan
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

; BASE = v plus 128, from which windows can be taken out: no reply trie, or a reply that leaves it.
plain_base:
	ld hl,BASE*256
	ld bc,WIDTH_1_ROUNDS*256+64
	jp plain_1+4*WIDTH_1_SKIP
	rept n = 1 to 8
plain_{n}:
	ld a,(hl)		; 7
	add a,c			; 4
	ld (hl),a		; 7
	inc l			; 4
	endr
	djnz plain_1		; 13 for 8
	ld a,128
	ld (LAST_NEURON),a
	ret

; Scans layer 1 and scatters every active neuron into layer 2. DE = what the context adds, a byte a neuron, plus 192 or
; 128: what BASE lacks to 256. So the sum of both carries exactly where v >= 0, and is v. One more neuron behind the last
; always has a v of 0: its column is SCAN_END.
;   a neuron at rest 30 T      an active one 116 T to the column, 37 back (58 where it is counted)
scan_first:
	ld a,(WIDE)
	or a
	jp nz,scan_first_wide
scan_first_all:
	none_active
	ld ix,0
	add ix,sp
	ld hl,BASE*256
	ld iy,first_back
	jr first_neuron
first_back:
	one_active		; 21, or none
	ld h,BASE		; 7
	ld l,c			; 4
first_rest:
	inc l			; 4
	inc e			; 4   what the context adds does not cross a page
first_neuron:
	ld a,(de)		; 7
	add a,(hl)		; 7
	jr c,first_active	; 7
	rept n = 1 to 15
	inc l			; 4
	inc e			; 4
	ld a,(de)		; 7
	add a,(hl)		; 7
	jr c,first_active	; 7
	endr
	jr first_rest		; 12 for 16
first_active:			; A = v, L = neuron
	ld c,l			; 4
	cp 31			; 7
	jr nc,first_large	; 7
	add a,a			; 4
	add a,a			; 4
	add a,a			; 4
	ld h,OFFSETS		; 7
	add a,(hl)		; 7   x = 8*v + offset, at most 248
first_column:
	ld h,COLUMNS_1		; 7
	ld b,(hl)		; 7
	inc h			; 4
	ld h,(hl)		; 7
	ld l,b			; 4
	enter_scatter LOW_2	; 35
first_large:			; x may be above 255
	ld (VECTOR),de
	ld l,a
	ld h,0
	call first_x
	ld iy,first_large_done
	jr first_times
first_large_done:
	ld de,(VECTOR)
	ld iy,first_back
	many_active
	jp first_back

; In: HL = v (not negative, or any 16 bits), C = neuron. Out: HL = 8*v + offset, 16 bits. Destroys DE.
first_x:
	add hl,hl
	add hl,hl
	add hl,hl
	ld d,OFFSETS
	ld e,c
	ld a,(de)
	ld e,a
	ld d,0
	add hl,de
	ret

; Adds the column of neuron C, HL times (from 1): low part, high part (layers.asm). Goes on at IY. Destroys DE.
first_times:
	ld a,h
	ld (HIGH_PART),a
	ld (TIMES_NEXT),iy
	ld iy,first_high_part
	ld a,l
	ld l,c
	or a
	jr nz,first_column
first_high_part:
	ld iy,(TIMES_NEXT)
	ld a,(HIGH_PART)
	or a
	jr nz,first_high_run
	jp iy
first_high_run:
	ld h,COLUMNS_1
	ld l,c
	ld b,(hl)
	inc h
	ld h,(hl)
	ld l,b
	enter_scatter LOW_2+1

; The wide path: v = query half (16 bits) + context, x = (8*v + offset) as the 14 bits that a 16-bit sum keeps after its
; shift by two; bit 13 is its sign.
scan_first_wide:
	many_active
	ld ix,0
	add ix,sp
	ld c,0
wide_neuron:
	ld l,c
	ld h,BASE
	ld a,(hl)
	ld h,SUMS
	add a,(hl)
	sub 128
	ld e,a
	add a,a
	sbc a,a
	ld d,a			; DE = context
	ld h,SUM_LOW
	ld a,(hl)
	inc h
	ld h,(hl)
	ld l,a
	add hl,de		; HL = v
	call first_x
	bit 5,h
	jr nz,wide_next
	ld a,h
	and 1Fh
	ld h,a
	or l
	ld iy,wide_next
	jr nz,first_times
wide_next:
	inc c
	ld a,c
	cp WIDTH_1_LOOP
	jr nz,wide_neuron
	ret
