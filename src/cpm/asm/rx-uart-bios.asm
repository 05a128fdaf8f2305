; The line: the console as the BIOS has it, whatever chip is behind it. For machines whose UART nobody knows.
;
;   0001h → BIOS+3 (warm boot);  CONST = BIOS+6, CONIN = BIOS+9, CONOUT = BIOS+12    (CP/M 2.2 Alteration Guide, 6;
;   CP/M 3 keeps these entries for programs, CP/M Plus Programmer's Guide, 1.5)
;
; Nothing is taken from the BIOS, so nothing is held or given back. The sender is not stopped while the disk works, which
; XMODEM does not need: it waits for ACK. CONIN has to pass 8 bits. See rx-uart-68b50.asm for what each routine does.

; One poll is about 180 T-states with a BIOS that looks at a status port, one period 65,536 polls: 3 s at 4 MHz. From
; byte to byte one period is allowed, for a header as many as rx-xmodem.asm says: on a simulator without brakes (about
; 0.6 us a poll) these are still 0.04 s and 0.3 s, and the sender can tell a C that stands alone.
PURGE_POLLS	equ 3000		; 0.15 s
EOT_POLLS	equ 1000		; 0.05 s

uart_found:	ld hl,(1)
		ld de,3
		add hl,de
		ld (const_call+1),hl
		add hl,de
		ld (conin_call+1),hl
		add hl,de
		ld (conout_call+1),hl
uart_take:
uart_hold:
uart_give:	ret

uart_put:	push af
		push hl
		push de
		ld c,a
conout_call:	call 0			; filled in by uart_found, as the two below
		pop de
		pop hl
		pop af
		ret

uart_get:	ld a,1
uart_wait:	ld bc,0
uart_wait_polls:
		ld (periods),a
get_poll:	push hl
		push de
		push bc
const_call:	call 0
		or a
		jr nz,get_now
		pop bc
		pop de
		pop hl
		dec bc
		ld a,b
		or c
		jr nz,get_poll
		ld a,(periods)
		dec a
		ld (periods),a
		jr nz,get_poll
		scf
		ret
get_now:
conin_call:	call 0
		pop bc
		pop de
		pop hl
		or a			; carry off
		ret
