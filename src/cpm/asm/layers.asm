; The layers behind the first, as macros that network.asm (generated) strings together.
;
; A hidden layer's accumulators start at bias - 4, so that "not negative" says active: y = acc >> 2 is at least 1 where
; acc - 4 >= 0, and x = ((acc - 4) >> 2) + 1.

; Copies BC bytes from HL to DE at 16.6 T a byte, up to 16 LDI a round. Enter at copy_end - 2*m, where m (1 to 16, the
; packer's SUMS_..._LDI) is how many the first round does.
copy_round:
	rept n = 1 to 16
	ldi			; 16
	endr
copy_end:
	jp pe,copy_round	; 10
	ret

; Accumulators of a layer from its biases: low bytes at biases, high bytes behind them.
start_layer macro &low,&width,&ldi_entry,&biases
	ld hl,&biases
	ld de,&low*256
	ld bc,&width
	call copy_end-2*&ldi_entry
	ld de,&low*256+256
	ld bc,&width
	call copy_end-2*&ldi_entry
	endm

; Scans a hidden layer (low: page of its low bytes) and scatters every active neuron into the next (next: its low page).
scan_hidden macro &low,&rounds,&skip,&columns,&next,&bytes
#local
	push ix
	push iy
	ld ix,0
	add ix,sp
	ld hl,&low*256+256
	ld b,&rounds
	jp neuron_1+5*&skip
	rept n = 1 to 8
neuron_{n}:
	ld a,(hl)		; 7
	add a,a			; 4   sign -> carry
	jr nc,hit_{n}		; 7
next_{n}:
	inc l			; 4
	endr
	djnz neuron_1		; 13 for 8
	pop iy
	pop ix
	jp scanned
	rept n = 1 to 8
hit_{n}:
	ld iy,next_{n}		; 14
	jr active		; 12
	endr
active:				; A = 2*high, Z if that is 0, H = page of high bytes
	jr nz,medium		; 7
	dec h			; 4
	ld a,(hl)		; 7
	rrca			; 4
	rrca			; 4
	and 3Fh			; 7
	inc a			; 4   x, 1..64
run:	ld h,&columns		; 7
	ld e,(hl)		; 7
	inc h			; 4
	ld d,(hl)		; 7
	ld h,&low+1		; 7
	enter_scatter &next,&bytes
medium:	cp 8			; 7
	jr nc,large		; 7
	rrca			; 4
	rrca			; 4
	rrca			; 4   high * 64
	ld e,a			; 4
	dec h			; 4
	ld a,(hl)		; 7
	inc h			; 4
	rrca			; 4
	rrca			; 4
	and 3Fh			; 7
	or e			; 4
	inc a			; 4   x, 65..255
	jr nz,run		; 12
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
	jr nz,skip
	push bc
	push hl
	ld h,&columns
	ld c,(hl)
	inc h
	ld b,(hl)
	ld a,&next
	ld l,&bytes		; for packed.asm
	call wide_column
	pop hl
	pop bc
skip:	jp iy
scanned:
#endlocal
	endm
