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

; Adds a column times A (1..255) to the accumulators of a page pair: DE = its address. Keeps BC, HL.
; bytes: unused.
enter_scatter macro &page,&bytes
	push hl			; 11
	push bc			; 11
	ld ixl,a		; 8
	ld h,&page		; 7
	jp packed_scatter	; 10
	endm
