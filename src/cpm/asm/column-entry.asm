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

; Adds the column at HL times A (1..255) to the accumulators of a page pair. Keeps BC, DE.
enter_scatter macro &page
	di			; 4
	ld sp,hl		; 6
	exx			; 4
	ld e,a			; 4
	ld h,&page		; 7
	ret			; 10
	endm

; Pushes HL 8*B times.
push_by_eight macro
#local
more:	push hl			; 11
	push hl
	push hl
	push hl
	push hl
	push hl
	push hl
	push hl
	djnz more		; 13
#endlocal
	endm
