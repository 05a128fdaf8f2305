; Column kernel: how a column is entered. The stream takes SP (scatter.asm); column_done goes on at IY.

; Counts a column into a page: its address is on the stack. Keeps BC, DE, HL.
enter_count macro &page
	di			; 4
	exx			; 4
	pop hl			; 10
	ld sp,hl		; 6
	ld h,&page		; 7
	ret			; 10
	endm

; The same for the column at HL.
enter_window macro &page
	di			; 4
	ld sp,hl		; 6
	exx			; 4
	ld h,&page		; 7
	ret			; 10
	endm

; Adds a column times A (1..255) to the accumulators of a page pair: DE = its address. Keeps BC, HL.
enter_scatter macro &page,&bytes
	di			; 4
	ex de,hl		; 4
	ld sp,hl		; 6
	ex de,hl		; 4
	exx			; 4
	ld e,a			; 4
	ld h,&page		; 7
	ret			; 10
	endm
