; The first line RX and SX print, and how they print: the command as typed, behind the program's own name.

C_WRITESTR	equ 9

print:		ld c,C_WRITESTR
		jp bdos

; "RX NAME.EXT": the CCP left what was typed behind the name in the default buffer, its length first.
print_ready:	ld hl,dma_default
		ld e,(hl)
		ld d,0
		inc hl
		push hl
		add hl,de
		ld (hl),'$'
		ld de,text_name
		call print
		pop de
		call print
		ld de,text_newline
		jr print
