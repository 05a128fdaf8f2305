; The context half of layer 1: the last 8 characters, as 21 windows, counted into the sums of the query half.
;
; For each start i = 0..7 the windows of n = 1, 2 and 3 bytes, seed 7*i, h = h*31 + byte, modulo 128. Only 7 bits of h are
; kept, so 8-bit arithmetic will do: h*31 = (h << 5) - h. CONTEXT_COLUMNS is a page of 128 words, so that doubling A
; drops the eighth bit and gives the address in one go.
;
; A reply starts with 8 spaces, and short replies keep most of them. So the sums start with all 21 windows of spaces in
; them (the packer folds them into the thresholds), a character that comes takes out of BASE the three windows of spaces
; that it ends, and a step counts only the windows that reach a character: 3 a character instead of 21.

; Out: SUMS, a byte a neuron plus 128: the windows that reach a character. DE = SUMS.
add_context:
	call clear_context
	ld a,(SPACES)
	cp 8
	jr z,context_counted	; nothing said yet
	ld ix,0
	add ix,sp
	sub 2			; the first start whose window of 3 reaches a character
	jr nc,context_from
	xor a
context_from:
	ld e,a
	ld d,0
	ld hl,CONTEXT
	add hl,de
	cpl
	add a,9
	ld b,a			; B = 8 - i
	push hl
	ld hl,context_seeds
	add hl,de
	ex de,hl
	pop hl
	ld a,(SPACES)
	cpl
	add a,9
	ld (EMITTED),a		; k = 8 - SPACES: a window (i, n) reaches a character where B < k + n
context_start:
	ld a,(de)		; 7*i*31
	inc de
	add a,(hl)
	ld c,a
	ld a,(EMITTED)
	inc a
	cp b
	ld iy,context_2
	jr z,context_2
	jr nc,context_hit
context_2:
	ld a,b
	cp 2
	jr c,context_next	; i = 7: no room for 2
	inc hl
	call context_byte
	ld a,(EMITTED)
	add a,2
	cp b
	ld iy,context_3
	jr z,context_3
	jr nc,context_hit
context_3:
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
context_counted:
	ld de,SUMS*256
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
	push hl
	ld a,c
	add a,a			; 7 bits of hash, times two bytes
	ld h,CONTEXT_COLUMNS
	ld l,a
	ld a,(hl)
	inc l
	ld h,(hl)
	ld l,a
	ex (sp),hl
	enter_count SUMS

; Eight spaces.
start_context:
	ld a,8
	ld (SPACES),a
	ld hl,CONTEXT
	ld de,CONTEXT+1
	ld bc,7
	ld (hl),' '
	ldir
	ret

; The character in A becomes the last of the eight, in lower case.
push_context:
	ld hl,CONTEXT+1
	ld de,CONTEXT
	ld bc,7
	ldir
	call fold_case
	ld (de),a
	ld a,(SPACES)
	or a
	ret z
	dec a
	ld (SPACES),a
	jp uncount_spaces

context_seeds:			; 7*i*31 modulo 256
	db 0,217,178,139,100,61,22,239
