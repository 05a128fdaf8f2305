; Context columns: the same streams as in scatter.asm, but every hit counts one, in one signed byte a neuron.
;
;   step   pop bc (10, for two)  ld l,c (4)  inc (hl) (11)  = 20 T
;
; A list of an odd number wastes no byte, as it does in scatter.asm, for there are thousands of them: one step back, to
; the last byte of its own address, makes a pair with its first neuron (6 T).
;
; H = page of the bytes. count_inc: w = +1, count_dec: w = -1, count_drop: w = -2. The last list of a column, of +1 or -1,
; ends it by itself as column_done would (..._last): two bytes less for each of a thousand columns, and 10 T.

	rept n = 24 to 2 by 2
count_inc_{n}:
	pop bc			; 10
	ld l,c			; 4
	inc (hl)		; 11
count_inc_low_{n-1}:
	ld l,b
	inc (hl)
	endr
	ret

	rept n = 24 to 2 by 2
count_dec_{n}:
	pop bc
	ld l,c
	dec (hl)
count_dec_low_{n-1}:
	ld l,b
	dec (hl)
	endr
	ret

	rept n = 24 to 2 by 2
count_drop_{n}:
	pop bc
	ld l,c
	dec (hl)
	dec (hl)
count_drop_low_{n-1}:
	ld l,b
	dec (hl)
	dec (hl)
	endr
	ret

	rept n = 24 to 2 by 2
count_inc_last_{n}:
	pop bc
	ld l,c
	inc (hl)
count_inc_last_low_{n-1}:
	ld l,b
	inc (hl)
	endr
	exx			; 4
	ld sp,ix		; 10
count_inc_ei:
	ei			; 4, or NOP
	jp iy			; 8

	rept n = 24 to 2 by 2
count_dec_last_{n}:
	pop bc
	ld l,c
	dec (hl)
count_dec_last_low_{n-1}:
	ld l,b
	dec (hl)
	endr
	exx			; 4
	ld sp,ix		; 10
count_dec_ei:
	ei			; 4, or NOP
	jp iy			; 8

	rept n = 23 to 1 by 2
count_inc_last_{n}:
	dec sp			; 6
	pop bc			; 10
	jp count_inc_last_low_{n} ; 10
count_dec_last_{n}:
	dec sp
	pop bc
	jp count_dec_last_low_{n}
count_inc_{n}:
	dec sp
	pop bc
	jp count_inc_low_{n}
count_dec_{n}:
	dec sp
	pop bc
	jp count_dec_low_{n}
count_drop_{n}:
	dec sp
	pop bc
	jp count_drop_low_{n}
	endr

; Takes the windows of spaces that a character ended out of BASE: A = spaces left. space_windows has a stream for each
; number of spaces.
uncount_spaces:
	add a,a
	ld l,a
	ld h,0
	ld de,space_windows
	add hl,de
	ld e,(hl)
	inc hl
	ld d,(hl)
	ld ix,0
	add ix,sp
	ld iy,spaces_done
	push de
	enter_count BASE
spaces_done:
	ret

; SUMS = nothing counted: 128 for each neuron and for the one that ends the scan.
clear_context:
	ld ix,0
	add ix,sp
	ld hl,8080h
	ld b,CLEAR_ROUNDS
	di
	ld sp,SUMS*256+16*CLEAR_ROUNDS
clear_round:
	rept n = 1 to 8
	push hl			; 11
	endr
	djnz clear_round	; 13 for 16 bytes
	ld sp,ix
	jp let_interrupts
