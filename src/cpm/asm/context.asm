; The context half of layer 1: 21 hits of the last 8 characters, added to a copy of the query half.
;
; For each start i = 0..7 the windows of 1, 2 and 3 bytes, seed 7*i, h = h*31 + byte, modulo 128. Only 7 bits of h are
; kept, so 8-bit arithmetic will do: h*31 = (h << 5) - h. CONTEXT_COLUMNS is a page of 128 words, so that doubling A
; drops the eighth bit and gives the address in one go.

; In: the sums of first-layer.asm. Out: SUMS (one signed byte a neuron) with the context added.
add_context:
	call copy_sums
	push ix
	push iy
	ld ix,0
	add ix,sp
	ld hl,CONTEXT
	ld de,context_seeds
	ld b,8
context_start:
	ld a,(de)		; 7*i*31
	inc de
	add a,(hl)
	ld c,a
	ld iy,after_1
	jr context_hit
after_1:
	ld a,b
	cp 2
	jr c,context_next	; i = 7: no room for 2
	inc hl
	call context_byte
	ld iy,after_2
	jr context_hit
after_2:
	ld a,b
	cp 3
	jr c,context_back	; i = 6: no room for 3
	inc hl
	call context_byte
	dec hl
	ld iy,context_back
	jr context_hit
context_back:
	dec hl
context_next:
	inc hl
	djnz context_start
	pop iy
	pop ix
	ret

; C = C*31 + (HL)
context_byte:
	ld a,c
	rrca
	rrca
	rrca
	and 0E0h
	sub c
	add a,(hl)
	ld c,a
	ret

; Counts the column of bucket C into SUMS; continues at IY. Keeps BC, DE, HL.
context_hit:
	ld a,c
	add a,a			; 7 bits of hash, times two bytes
	di
	exx
	ld h,CONTEXT_COLUMNS
	ld l,a
	ld a,(hl)
	inc l
	ld h,(hl)
	ld l,a
	ld sp,hl
	ld h,SUMS
	ret

context_seeds:			; 7*i*31 modulo 256
	db 0,217,178,139,100,61,22,239
