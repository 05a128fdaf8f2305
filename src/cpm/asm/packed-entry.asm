; Packed kernel: how a column is entered (packed.asm). Interrupts stay as they are.

; Counts a column into a page: its address is on the stack. Keeps BC, DE, HL.
enter_count macro &page
	ld a,&page
	jp packed_count
	endm

; The same for the column at HL.
enter_window macro &page
	push hl			; 11
	enter_count &page
	endm

; Adds the column at HL times A (1..255) to the accumulators of a page pair; a column at 0 ends the scan. Keeps BC, DE.
enter_scatter macro &page
	inc h			; 4
	dec h			; 4
	ret z			; 5
	push de			; 11
	push bc			; 11
	ex de,hl		; 4
	ld ixl,a		; 8
	ld h,&page		; 7
	jp packed_scatter	; 10
	endm

; Accumulators of a layer from a table of starts: low bytes, high bytes behind them. ldi: how many of copy.asm's first
; round.
start_layer macro &low,&width,&ldi,&starts
	ld hl,&starts
	ld de,&low*256
	ld bc,&width
	call copy_end-2*&ldi
	ld de,&low*256+256
	ld bc,&width
	jp copy_end-2*&ldi
	endm
