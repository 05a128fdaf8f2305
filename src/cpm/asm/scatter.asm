; Columns: what one active input adds to all the neurons it reaches. The heart of the program.
;
; A column is a stream that SP walks with interrupts off, chained by RET:
;
;   address of add_7, 4 words of neuron indices,       w = +1: acc += x
;   address of sub_2, 1 word,                          w = -1: acc -= x
;   address of double, address of sub_1, 1 word,       w = -2: x doubled first
;   address of column_done
;
; An entry does exactly as many of the unrolled steps as its name says; an odd count wastes the first byte of its first
; word. Two indices come with each POP. Accumulators are split in two pages: H = page of low bytes, page H+1 the high
; bytes, the index is the low byte of the address.
;
;   step         pop bc (10, for two)  ld l,c (4)  ld a,(hl) (7)  add a,e (4)  ld (hl),a (7)  jr c (7)    = 34 T
;   its carry    12-7, then  inc h (4)  inc (hl) (11)  dec h (4), and 5 more to come back                 = 29 T
;
; A carry does not come back at once: it goes to a second copy of the steps (addc), where a step that carries falls
; through and one that does not jumps back, so that two carries in a row cost 19 T for the second.
;
; Registers (the alternate set, so that the scan that found the input keeps its own): H page, E = x (1..255), L, A, B, C
; scratch. IX = the real stack, IY = where to go on.

	rept n = 24 to 14 by 2
addc_{n}:
	inc h			; 4
	inc (hl)		; 11
	dec h			; 4
	ld l,b			; 4
	ld a,(hl)		; 7
	add a,e			; 4
	ld (hl),a		; 7
	jr nc,add_{n-2}		; 12 / 7
addc_{n-1}:
	inc h
	inc (hl)
	dec h
	pop bc			; 10
	ld l,c
	ld a,(hl)
	add a,e
	ld (hl),a
	jr nc,add_low_{n-3}
	endr
	jp addc_12

	rept n = 24 to 2 by 2
add_{n}:
	pop bc			; 10
	ld l,c			; 4
	ld a,(hl)		; 7
	add a,e			; 4
	ld (hl),a		; 7
	jr c,addc_{n}		; 7 / 12
add_low_{n-1}:
	ld l,b
	ld a,(hl)
	add a,e
	ld (hl),a
	jr c,addc_{n-1}
	endr
add_0:	ret			; 10, to the next part of the column

	rept n = 12 to 4 by 2
addc_{n}:
	inc h
	inc (hl)
	dec h
	ld l,b
	ld a,(hl)
	add a,e
	ld (hl),a
	jr nc,add_{n-2}
addc_{n-1}:
	inc h
	inc (hl)
	dec h
	pop bc
	ld l,c
	ld a,(hl)
	add a,e
	ld (hl),a
	jr nc,add_low_{n-3}
	endr
addc_2:	inc h
	inc (hl)
	dec h
	ld l,b
	ld a,(hl)
	add a,e
	ld (hl),a
	jr nc,add_0
addc_1:	inc h
	inc (hl)
	dec h
	ret

	rept n = 23 to 1 by 2
add_{n}:
	pop bc			; 10
	jp add_low_{n}		; 10
	endr

; The same for subtraction.
	rept n = 24 to 14 by 2
subc_{n}:
	inc h
	dec (hl)
	dec h
	ld l,b
	ld a,(hl)
	sub e
	ld (hl),a
	jr nc,sub_{n-2}
subc_{n-1}:
	inc h
	dec (hl)
	dec h
	pop bc
	ld l,c
	ld a,(hl)
	sub e
	ld (hl),a
	jr nc,sub_low_{n-3}
	endr
	jp subc_12

	rept n = 24 to 2 by 2
sub_{n}:
	pop bc
	ld l,c
	ld a,(hl)
	sub e
	ld (hl),a
	jr c,subc_{n}
sub_low_{n-1}:
	ld l,b
	ld a,(hl)
	sub e
	ld (hl),a
	jr c,subc_{n-1}
	endr
sub_0:	ret

	rept n = 12 to 4 by 2
subc_{n}:
	inc h
	dec (hl)
	dec h
	ld l,b
	ld a,(hl)
	sub e
	ld (hl),a
	jr nc,sub_{n-2}
subc_{n-1}:
	inc h
	dec (hl)
	dec h
	pop bc
	ld l,c
	ld a,(hl)
	sub e
	ld (hl),a
	jr nc,sub_low_{n-3}
	endr
subc_2:	inc h
	dec (hl)
	dec h
	ld l,b
	ld a,(hl)
	sub e
	ld (hl),a
	jr nc,sub_0
subc_1:	inc h
	dec (hl)
	dec h
	ret

	rept n = 23 to 1 by 2
sub_{n}:
	pop bc
	jp sub_low_{n}
	endr

; x doubled for the list that follows, which is the last of its column. A double that does not fit a byte is made of
; two runs of that list with x itself: column_done goes on at double_again after the first.
double:	sla e			; 8
	ret nc			; 11
	rr e
	ld (DOUBLE_LIST),sp
	ld (DOUBLE_NEXT),iy
	ld iy,double_again
	ld a,e
	ld (DOUBLE_X),a
	ld a,h
	ld (DOUBLE_PAGE),a
	ret
double_again:
	ld iy,(DOUBLE_NEXT)
	di
	exx
	ld a,(DOUBLE_X)
	ld e,a
	ld a,(DOUBLE_PAGE)
	ld h,a
	ld sp,(DOUBLE_LIST)
	ret

; The end of every column.
column_done:
	exx			; 4
	ld sp,ix		; 10
column_ei:
	ei			; 4, or NOP where interrupts were off at start
	jp iy			; 8

; A long column lets interrupts in now and then. Whatever a handler does to the stack below IX and to the alternate
; registers must not matter: what is live of the latter waits on the stack.
breathe:
	ld (BREATHE_SP),sp
	ld sp,ix
	push de
	push hl
	exx
breathe_ei:
	ei
	nop			; an interrupt is taken after the instruction that follows EI
	di
	exx
	pop hl
	pop de
	ld sp,(BREATHE_SP)
	ret

; A scan ends like a column: the last of its neurons has SCAN_END for a stream, which names this place.
scan_end:
	exx
	ld sp,ix
scan_end_ei:
	ei
	ret

; Lets interrupts in where a stretch without them ends behind the stack's return.
let_interrupts:
	ei
	ret

; Interrupts stay as CP/M had them when it started us: every EI is that, or a NOP where they were off. Asked anew whenever
; the program is run, from memory too.
start_kernel:
	ld b,0FBh		; EI
	ld a,i			; P/V = IFF2
	jp pe,set_interrupts
	ld a,i			; an NMOS Z80 clears P/V when an interrupt comes in this very instruction: ask twice
	jp pe,set_interrupts
	ld b,0			; NOP
set_interrupts:
	ld a,b
	ld (column_ei),a
	ld (count_inc_ei),a
	ld (count_dec_ei),a
	ld (breathe_ei),a
	ld (scan_end_ei),a
	ld (let_interrupts),a
	ret
