; CP/M 2.2 answers a disk error with a message and waits for a key, and never returns to the program. While the line is
; held that key could not arrive: so the BIOS's CONIN entry leads here for as long as the disk works.
;
;   0001h → BIOS+3 (warm boot);  BIOS+9 = JP CONIN, its operand is 7 bytes further (CP/M 2.2 Alteration Guide, 6)

CONIN_OPERAND	equ 7

; Notes where the entry leads. Once, at start.
conin_found:	call conin_entry
		ld e,(hl)
		inc hl
		ld d,(hl)
		ld (conin_saved),de
		ret

conin_entry:	ld hl,(1)
		ld de,CONIN_OPERAND
		add hl,de
		ret

; Leads the entry to conin_wanted, and back.
conin_hook:	ld bc,conin_wanted
		jr conin_set
conin_unhook:	ld bc,(conin_saved)
conin_set:	call conin_entry
		ld (hl),c
		inc hl
		ld (hl),b
		ret

; Someone wants a key: give the line back, then do what was asked.
conin_wanted:	call uart_give
		ld hl,(conin_saved)
		jp (hl)
