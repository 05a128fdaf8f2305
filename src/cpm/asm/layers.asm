; The layers behind the first, as macros that network.asm (generated) strings together.
;
; A hidden layer's accumulators start at bias - 4, so that "not negative" says active: y = acc >> 2 is at least 1 where
; acc - 4 >= 0, and x = ((acc - 4) >> 2) + 1.

; Accumulators of a layer from its biases: low bytes at biases, high bytes behind them.
start_layer macro &low,&width,&biases
	ld hl,&biases
	ld de,&low*256
	ld bc,&width
	ldir			; 21 T a byte
	ld de,&low*256+256
	ld bc,&width
	ldir
	endm

; Scans a hidden layer (low: page of its low bytes) and scatters every active neuron into the next (next: its low page).
scan_hidden macro &low,&width_loop,&columns,&next
#local
	push ix
	push iy
	ld ix,0
	add ix,sp
	ld iy,resume
	ld hl,&low*256+256
	ld b,&width_loop
neuron:	ld a,(hl)		; 7
	add a,a			; 4   sign -> carry
	jr nc,active		; 7
resume:	inc l			; 4
	djnz neuron		; 13
	pop iy
	pop ix
	jr scanned
active:	ld a,(hl)		; 7
	dec h			; 4
	ld e,(hl)		; 7
	inc h			; 4
	srl a			; 8   AE = (acc - 4) >> 2 = x - 1
	rr e			; 8
	srl a			; 8
	rr e			; 8
	or a			; 4
	jr nz,large		; 7
	ld a,e			; 4
	cp 127			; 7
	jr nc,large		; 7
	inc a			; 4
	ld h,&columns		; 7
	ld e,(hl)		; 7
	inc h			; 4
	ld d,(hl)		; 7
	ld h,&low+1		; 7
	di			; 4
	ex de,hl		; 4
	ld sp,hl		; 6
	ex de,hl		; 4
	exx			; 4
	ld e,a			; 4
	ld h,&next		; 7
	ret			; 10  into the column; column_done comes back to resume
large:	ld d,(hl)
	dec h
	ld e,(hl)
	inc h
	srl d
	rr e
	srl d
	rr e
	inc de
	bit 5,d			; acc - 4 wrapped: acc was -32768 to -32765, so inactive
	jr nz,resume
	push bc
	push hl
	ld h,&columns
	ld c,(hl)
	inc h
	ld b,(hl)
	ld a,&next
	call wide_column
	pop hl
	pop bc
	jr resume
scanned:
#endlocal
	endm
